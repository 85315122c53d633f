/* In the manner of HTTPS_Curl_Multi: libcurl's sockets and timer live in the event loop. argv: URL, roots. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include <applibs/application.h>
#include <applibs/eventloop.h>
#include <applibs/log.h>
#include <applibs/storage.h>
#include <tlsutils/deviceauth_curl.h>

#include "eventloop_timer_utilities.h"

static EventLoop *eventLoop;
static CURLM *multi;
static CURL *easy;
static EventLoopTimer *curlTimer, *againTimer;
static long status;
static int tries;

static void CheckDone(void)
{
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
		static const struct timespec again = { .tv_sec = 0, .tv_nsec = 100 * 1000 * 1000 };
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		Log_Debug("multi: curl %d, HTTP %ld\n", message->data.result, status);
		curl_multi_remove_handle(multi, easy);
		if (status != 200 && ++tries < 100) {
			SetEventLoopTimerOneShot(againTimer, &again);
		} else {
			EventLoop_Stop(eventLoop);
		}
	}
}

static void SocketEvent(EventLoop *el, int fd, EventLoop_IoEvents events, void *context)
{
	int running, mask = 0;
	(void)el;
	(void)context;
	mask |= events & EventLoop_Input ? CURL_CSELECT_IN : 0;
	mask |= events & EventLoop_Output ? CURL_CSELECT_OUT : 0;
	mask |= events & EventLoop_Error ? CURL_CSELECT_ERR : 0;
	curl_multi_socket_action(multi, fd, mask, &running);
	CheckDone();
}

static int SocketCallback(CURL *handle, curl_socket_t fd, int action, void *user, void *socketData)
{
	EventRegistration *registration = socketData;
	(void)handle;
	(void)user;
	EventLoop_UnregisterIo(eventLoop, registration);
	registration = NULL;
	if (action != CURL_POLL_REMOVE) {
		EventLoop_IoEvents events = action == CURL_POLL_IN    ? EventLoop_Input
					    : action == CURL_POLL_OUT ? EventLoop_Output
								      : EventLoop_Input | EventLoop_Output;
		registration = EventLoop_RegisterIo(eventLoop, fd, events, SocketEvent, NULL);
		if (registration == NULL) {
			Log_Debug("ERROR: register: %s\n", strerror(errno));
		}
	}
	curl_multi_assign(multi, fd, registration);
	return 0;
}

static int TimerCallback(CURLM *handle, long timeoutMs, void *user)
{
	(void)handle;
	(void)user;
	if (timeoutMs < 0) {
		return DisarmEventLoopTimer(curlTimer);
	}
	struct timespec delay = { .tv_sec = timeoutMs / 1000, .tv_nsec = (timeoutMs % 1000) * 1000000 + 1 };
	return SetEventLoopTimerOneShot(curlTimer, &delay);
}

static void CurlTimerEvent(EventLoopTimer *timer)
{
	int running;
	ConsumeEventLoopTimerEvent(timer);
	curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
	CheckDone();
}

static void AgainTimerEvent(EventLoopTimer *timer)
{
	static const struct timespec again = { .tv_sec = 0, .tv_nsec = 100 * 1000 * 1000 };
	bool ready = false;
	ConsumeEventLoopTimerEvent(timer);
	Application_IsDeviceAuthReady(&ready);
	if (ready) {
		curl_multi_add_handle(multi, easy);
	} else {
		SetEventLoopTimerOneShot(timer, &again);
	}
}

int main(int argc, char *argv[])
{
	static const struct timespec now = { .tv_sec = 0, .tv_nsec = 1 };
	curl_global_init(CURL_GLOBAL_ALL);
	eventLoop = EventLoop_Create();
	curlTimer = CreateEventLoopDisarmedTimer(eventLoop, CurlTimerEvent);
	againTimer = CreateEventLoopDisarmedTimer(eventLoop, AgainTimerEvent);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, SocketCallback);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, TimerCallback);
	easy = curl_easy_init();
	char *roots = argc > 2 ? Storage_GetAbsolutePathInImagePackage(argv[2]) : NULL;
	curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
	curl_easy_setopt(easy, CURLOPT_CAINFO, roots);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, DeviceAuth_CurlSslFunc);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{}");
	SetEventLoopTimerOneShot(againTimer, &now);
	EventLoop_Run(eventLoop, -1, false);
	curl_easy_cleanup(easy);
	curl_multi_cleanup(multi);
	DisposeEventLoopTimer(curlTimer);
	DisposeEventLoopTimer(againTimer);
	EventLoop_Close(eventLoop);
	curl_global_cleanup();
	free(roots);
	return status == 200 ? 0 : 9;
}
