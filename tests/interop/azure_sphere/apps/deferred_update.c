/* In the manner of DeferredUpdate: tells each notice, defers the update as often as argv[1] says, and resumes it once
 * it is deferred when argv[2] is "resume". */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <applibs/eventloop.h>
#include <applibs/log.h>
#include <applibs/sysevent.h>

static volatile sig_atomic_t exitCode = 0;
static int deferrals = 0;
static const char *afterwards = "";

static void TerminationHandler(int signalNumber)
{
	(void)signalNumber;
	exitCode = 1;
}

static const char *Text(int result)
{
	return result == 0 ? "0" : strerrorname_np(errno);
}

static void UpdateCallback(SysEvent_Events event, SysEvent_Status status, const SysEvent_Info *info, void *context)
{
	SysEvent_Info_UpdateData data = { 0 };
	int result = SysEvent_Info_GetUpdateData(info, &data);
	(void)context;
	Log_Debug("event %u status %u", event, status);
	Log_Debug(", data %s type %u max %u\n", Text(result), data.update_type, data.max_deferral_time_in_minutes);
	if (status == SysEvent_Status_Pending && deferrals-- > 0) {
		Log_Debug("defer %s\n", Text(SysEvent_DeferEvent(event, 20000)));
		Log_Debug("defer again %s\n", Text(SysEvent_DeferEvent(event, 1)));
	}
	if (status == SysEvent_Status_Deferred && strcmp(afterwards, "resume") == 0) {
		Log_Debug("resume %s\n", Text(SysEvent_ResumeEvent(event)));
	}
	if (event == SysEvent_Events_NoUpdateAvailable) {
		exitCode = 2;
	}
}

int main(int argc, char *argv[])
{
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = TerminationHandler;
	sigaction(SIGTERM, &action, NULL);
	if (argc > 2) {
		deferrals = atoi(argv[1]);
		afterwards = argv[2];
	}
	EventLoop *el = EventLoop_Create();
	EventRegistration *reg = SysEvent_RegisterForEventNotifications(el, SysEvent_Events_Mask, UpdateCallback, NULL);
	if (reg == NULL) {
		return 3;
	}
	Log_Debug(
	    "second %s\n",
	    Text(SysEvent_RegisterForEventNotifications(el, SysEvent_Events_Mask, UpdateCallback, NULL) ? 0 : -1));
	Log_Debug("early %s\n", Text(SysEvent_DeferEvent(SysEvent_Events_UpdateReadyForInstall, 1)));
	while (exitCode == 0) {
		if (EventLoop_Run(el, -1, true) == EventLoop_Run_Failed && errno != EINTR) {
			exitCode = 4;
		}
	}
	SysEvent_UnregisterForEventNotifications(reg);
	EventLoop_Close(el);
	return exitCode;
}
