/* In the manner of the HTTPS samples: a periodic timer posts with libcurl's easy interface and the device certificate.
 * argv: URL, file of root certificates. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include <applibs/application.h>
#include <applibs/eventloop.h>
#include <applibs/log.h>
#include <applibs/networking.h>
#include <applibs/networking_curl.h>
#include <applibs/storage.h>
#include <tlsutils/deviceauth_curl.h>

#include "eventloop_timer_utilities.h"

typedef enum {
	ExitCode_Success = 0,
	ExitCode_TermHandler_SigTerm = 1,
	ExitCode_TimerHandler_Consume = 2,
	ExitCode_Init_EventLoop = 3, // after this one
	ExitCode_Init_Timer,
	ExitCode_Main_EventLoopFail = 7, /* the last */
} ExitCode;

static EventLoop *eventLoop = NULL;
static EventLoopTimer *timer = NULL;
static volatile sig_atomic_t exitCode = ExitCode_Success;
static const char *url, *roots;

static void TerminationHandler(int signalNumber)
{
	(void)signalNumber;
	exitCode = ExitCode_TermHandler_SigTerm;
}

static bool IsReady(void)
{
	bool network = false, auth = false;
	if (Networking_IsNetworkingReady(&network) != 0 || Application_IsDeviceAuthReady(&auth) != 0) {
		Log_Debug("ERROR: %s (%d).\n", strerror(errno), errno);
	}
	return network && auth;
}

static CURLcode Post(CURL *curl, const char *caPath, long *status)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CAINFO, caPath);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, DeviceAuth_CurlSslFunc);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{\"app\":\"easy\"}");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	if (Networking_Curl_SetDefaultProxy(curl) != 0) {
		Log_Debug("ERROR: proxy: %s (%d).\n", strerror(errno), errno);
	}
	CURLcode result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	return result;
}

static void TimerEventHandler(EventLoopTimer *fired)
{
	if (ConsumeEventLoopTimerEvent(fired) != 0) {
		exitCode = ExitCode_TimerHandler_Consume;
		return;
	}
	if (!IsReady()) {
		Log_Debug("Not ready.\n");
		return;
	}
	long status = 0;
	CURL *curl = curl_easy_init();
	char *caPath = Storage_GetAbsolutePathInImagePackage(roots);
	CURLcode result = Post(curl, caPath, &status);
	if (result != CURLE_OK) {
		Log_Debug("curl error %d (%s)\n", result, curl_easy_strerror(result));
	} else {
		Log_Debug("HTTP %ld\n", status);
	}
	free(caPath);
	curl_easy_cleanup(curl);
}

static ExitCode Init(void)
{
	static const struct timespec period = { .tv_sec = 0, .tv_nsec = 300 * 1000 * 1000 };
	struct sigaction action;
	memset(&action, 0, sizeof(struct sigaction));
	action.sa_handler = TerminationHandler;
	sigaction(SIGTERM, &action, NULL);
	curl_global_init(CURL_GLOBAL_ALL);
	eventLoop = EventLoop_Create();
	if (eventLoop == NULL) {
		return ExitCode_Init_EventLoop;
	}
	timer = CreateEventLoopPeriodicTimer(eventLoop, &TimerEventHandler, &period);
	return timer == NULL ? ExitCode_Init_Timer : ExitCode_Success;
}

int main(int argc, char *argv[])
{
	url = argc > 1 ? argv[1] : "";
	roots = argc > 2 ? argv[2] : "";
	Log_Debug("Application starting.\n");
	exitCode = Init();
	while (exitCode == ExitCode_Success) {
		EventLoop_Run_Result result = EventLoop_Run(eventLoop, -1, true);
		if (result == EventLoop_Run_Failed && errno != EINTR) {
			exitCode = ExitCode_Main_EventLoopFail;
		}
	}
	DisposeEventLoopTimer(timer);
	EventLoop_Close(eventLoop);
	curl_global_cleanup();
	Log_Debug("Application exiting.\n");
	return exitCode;
}
