/* Zero-touch onboarding of an Azure Sphere device to AWS IoT Core: with the certificate that the Azure Sphere Security
 * Service gives it daily, by HTTPS (libcurl) or MQTT (wolfSSL), as CmdArgs of the manifest say. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <wolfssl/ssl.h>

#include <applibs/eventloop.h>
#include <applibs/log.h>
#include <applibs/storage.h>

#include "config.h"
#include "exit_codes.h"
#include "https_task.h"
#include "mqtt_task.h"

/* What happened in a signal handler or a callback; the main loop ends when it is not success. */
static volatile sig_atomic_t exitCode = ExitCode_Success;

static EventLoop *eventLoop;
static char *roots;
static Config config;
static HttpsTask httpsTask;
static MqttTask mqttTask;

/* Async-signal-safe: no Log_Debug. */
static void TerminationHandler(int signalNumber)
{
	(void)signalNumber;
	exitCode = ExitCode_TermHandler_SigTerm;
}

static void TimerBroken(void *context)
{
	(void)context;
	exitCode = ExitCode_TimerHandler_Consume;
}

/* Without the roots every handshake would fail, with a worse explanation. */
static ExitCode FindRoots(void)
{
	int fd = Storage_OpenFileInImagePackage(config.roots);
	if (fd >= 0)
		(void)close(fd);
	roots = fd >= 0 ? Storage_GetAbsolutePathInImagePackage(config.roots) : NULL;
	if (roots)
		return ExitCode_Success;
	Log_Debug("ERROR: %s is not in the image package: %s (%d).\n", config.roots, strerror(errno), errno);
	return ExitCode_Init_Roots;
}

static ExitCode Init(int argc, char *argv[])
{
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = TerminationHandler;
	(void)sigaction(SIGTERM, &action, NULL);
	/* A connection that breaks while it is written to is an error code, not the end. */
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
	if (!Config_Read(&config, argc, argv))
		return ExitCode_Init_Arguments;
	ExitCode found = FindRoots();
	if (found != ExitCode_Success)
		return found;
	eventLoop = EventLoop_Create();
	if (!eventLoop)
		return ExitCode_Init_EventLoop;
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK || wolfSSL_Init() != WOLFSSL_SUCCESS)
		return ExitCode_Init_Tls;
	return config.mqtt ? MqttTask_Init(&mqttTask, &config, eventLoop, roots, TimerBroken)
			   : HttpsTask_Init(&httpsTask, &config, eventLoop, roots, TimerBroken);
}

static void Close(void)
{
	MqttTask_Deinit(&mqttTask);
	HttpsTask_Deinit(&httpsTask);
	EventLoop_Close(eventLoop);
	free(roots);
	(void)wolfSSL_Cleanup();
	curl_global_cleanup();
}

int main(int argc, char *argv[])
{
	ExitCode initialised = Init(argc, argv);
	if (initialised != ExitCode_Success)
		exitCode = (sig_atomic_t)initialised;
	else
		Log_Debug("INFO: %s by %s.\n", config.endpoint, config.mqtt ? "MQTT" : "HTTPS");
	while (exitCode == ExitCode_Success)
		if (EventLoop_Run(eventLoop, -1, true) == EventLoop_Run_Failed && errno != EINTR)
			exitCode = ExitCode_Main_EventLoopFail;
	Close();
	Log_Debug("INFO: the app ends with exit code %d.\n", (int)exitCode);
	return exitCode;
}
