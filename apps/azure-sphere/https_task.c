#include "https_task.h"

#include <applibs/log.h>

#include "port/azure-sphere/system.h"

enum { LOOK_MS = 250 };

static bool Handle(HttpsTask *task, zt_onboarding_event event, zt_reason reason)
{
	return zt_onboarding_handle(&task->onboarding, event, reason, zt_clock_mono_ms(&task->clock), &task->entropy);
}

/* The same reason is told once, not at every look. */
static uint32_t Tell(HttpsTask *task, zt_reason reason)
{
	if (task->told != reason)
		Log_Debug("INFO: %s.\n", zt_reason_text(reason));
	task->told = reason;
	return LOOK_MS;
}

static uint32_t LookForNetwork(HttpsTask *task)
{
	if (!zt_sphere_network_ready(NULL)) {
		(void)Handle(task, ZT_ONBOARDING_NOT_READY, ZT_REASON_NETWORK_NOT_READY);
		return Tell(task, ZT_REASON_NETWORK_NOT_READY);
	}
	(void)Handle(task, ZT_ONBOARDING_READY, ZT_REASON_NONE);
	return 0;
}

static uint32_t LookForIdentity(HttpsTask *task)
{
	uint32_t before = task->info.generation;
	zt_status status = task->identity.current(task->identity.context, &task->info);
	if (status != ZT_OK) {
		zt_reason missing = status == ZT_E_NOT_FOUND ? ZT_REASON_NO_IDENTITY : ZT_REASON_IDENTITY_UNREADABLE;
		(void)Handle(task, ZT_ONBOARDING_NO_IDENTITY, missing);
		return Tell(task, missing);
	}
	if (task->info.generation != before) {
		Log_Debug("INFO: device certificate of %.5s… in use.\n", task->info.name);
		task->fresh = true;
	}
	task->told = ZT_REASON_NONE;
	zt_onboarding_identify(&task->onboarding, task->info.generation);
	(void)Handle(task, ZT_ONBOARDING_IDENTITY, ZT_REASON_NONE);
	return 0;
}

/* Posts; what comes next comes with the answer. */
static uint32_t Post(HttpsTask *task)
{
	task->message = (zt_message){ zt_view_of(task->config->topic), zt_view_of(task->led.message), 1, false };
	zt_status status = zt_sphere_https_post(&task->https, &task->message, task->fresh);
	task->fresh = false;
	if (status == ZT_OK)
		return 0;
	Log_Debug("ERROR: the message cannot be sent: %s.\n", zt_status_text(status));
	return task->config->period_s * 1000;
}

static bool WasReplaced(HttpsTask *task)
{
	zt_identity_info seen;
	return task->identity.current(task->identity.context, &seen) == ZT_OK &&
	       seen.generation != task->info.generation;
}

static void Step(void *context)
{
	HttpsTask *task = context;
	uint32_t wait_ms = 0;
	int64_t now_ms = zt_clock_mono_ms(&task->clock);
	switch (task->onboarding.state) {
	case ZT_ONBOARDING_OFFLINE:
		wait_ms = LookForNetwork(task);
		break;
	case ZT_ONBOARDING_UNIDENTIFIED:
		wait_ms = LookForIdentity(task);
		break;
	case ZT_ONBOARDING_WAITING:
		if (now_ms < task->onboarding.wait_until_ms)
			wait_ms = (uint32_t)(task->onboarding.wait_until_ms - now_ms);
		else
			(void)Handle(task, ZT_ONBOARDING_TIMER, ZT_REASON_NONE);
		break;
	case ZT_ONBOARDING_ACCEPTED:
		if (WasReplaced(task)) {
			(void)Handle(task, ZT_ONBOARDING_REPLACED, ZT_REASON_NEW_IDENTITY);
			break;
		}
		wait_ms = Post(task);
		if (wait_ms == 0)
			return;
		break;
	default:
		wait_ms = Post(task);
		if (wait_ms == 0)
			return;
	}
	(void)Timer_Set(&task->timer, wait_ms);
}

/* 403 at a new certificate's first contact may mean that its policy is on the way. */
static void Judge(HttpsTask *task, uint16_t http)
{
	bool denied = http == 401 || http == 403, accepted = task->onboarding.state == ZT_ONBOARDING_ACCEPTED;
	if (http == 429 || http >= 500) {
		(void)Handle(task, accepted ? ZT_ONBOARDING_LOST : ZT_ONBOARDING_REFUSED, ZT_REASON_BUSY);
	} else if (denied && !zt_onboarding_denial_is_final(&task->onboarding, zt_clock_mono_ms(&task->clock))) {
		(void)Handle(task, ZT_ONBOARDING_REFUSED, ZT_REASON_NO_POLICY);
	} else {
		bool first = !task->onboarding.proven;
		if (Handle(task, ZT_ONBOARDING_ANSWERED, ZT_REASON_NONE))
			Log_Debug("INFO: accepted after %u ms and %u attempts%s.\n",
				  (unsigned)zt_onboarding_elapsed_ms(&task->onboarding),
				  (unsigned)task->onboarding.attempts, first ? " with this certificate" : "");
		if (http != 200)
			Log_Debug("WARNING: HTTP %u: %s.\n", http,
				  zt_reason_text(denied ? ZT_REASON_NO_POLICY : ZT_REASON_REJECTED));
	}
}

static void Answered(void *context, const zt_sphere_answer *answer)
{
	HttpsTask *task = context;
	bool accepted = task->onboarding.state == ZT_ONBOARDING_ACCEPTED;
	if (answer->reason == ZT_REASON_NONE)
		Judge(task, answer->http);
	else
		(void)Handle(task,
			     accepted                             ? ZT_ONBOARDING_LOST
			     : answer->reason == ZT_REASON_CLOSED ? ZT_ONBOARDING_SILENCE
								  : ZT_ONBOARDING_REFUSED,
			     answer->reason);
	bool waits = task->onboarding.state == ZT_ONBOARDING_WAITING;
	if (waits)
		Log_Debug("INFO: %s%s%s; again in %u ms.\n", zt_reason_text(task->onboarding.reason),
			  answer->cause[0] ? ": " : "", answer->cause, (unsigned)task->onboarding.wait_ms);
	(void)Timer_Set(&task->timer, waits ? task->onboarding.wait_ms : task->config->period_s * 1000);
}

/* Line by line, each with its direction in front, as `curl -v` prints them. */
static void LogExchange(void *context, char direction, const char *text, size_t n)
{
	zt_view rest = zt_view_make(text, n), line;
	(void)context;
	while (rest.n && zt_view_split(&rest, '\n', &line))
		Log_Debug("%c %.*s\n", direction, ZT_PRI(zt_view_trim(line)));
}

ExitCode HttpsTask_Init(HttpsTask *task, const Config *config, EventLoop *loop, const char *roots,
			void (*broken)(void *))
{
	*task = (HttpsTask){ .config = config,
			     .clock = zt_sphere_clock(),
			     .entropy = zt_sphere_entropy(),
			     .https = { .host = config->endpoint,
					.roots = roots,
					.port = config->https_port,
					.loop = loop,
					.answered = Answered,
					.log = LogExchange,
					.context = task } };
	task->identity = zt_daa_identity_seam(&task->daa);
	zt_onboarding_init(&task->onboarding, ZT_ROUTE_HTTPS);
	Led_Set(&task->led, true);
	if (!Timer_Init(&task->timer, loop, Step, broken, task) || !Timer_Set(&task->timer, 0))
		return ExitCode_Init_Timer;
	return zt_sphere_https_init(&task->https) == ZT_OK ? ExitCode_Success : ExitCode_Init_Tls;
}

void HttpsTask_Deinit(HttpsTask *task)
{
	if (task->https.easy)
		zt_sphere_https_deinit(&task->https);
	Timer_Deinit(&task->timer);
}
