#include "mqtt_task.h"

#include <applibs/log.h>

#include "port/azure-sphere/system.h"

enum { KEEP_ALIVE_S = 60 };

static void Publish(MqttTask *task, const zt_message *message)
{
	const char *why = "another one is under way";
	task->message = *message;
	if (zt_device_publish(&task->device, &task->message, &why) != ZT_OK)
		Log_Debug("ERROR: the message cannot be sent: %s.\n", why);
}

static void ReportToShadow(MqttTask *task)
{
	const zt_shadow_change change = { .reported = zt_view_of(task->led.reported) };
	zt_message message;
	task->report = false;
	task->composed = ZT_BUF(task->memory);
	if (zt_shadow_update(&task->shadow, &change, &task->composed, &message, NULL) == ZT_OK)
		Publish(task, &message);
}

static void AskShadow(MqttTask *task)
{
	zt_message message;
	task->asked = true;
	task->composed = ZT_BUF(task->memory);
	if (zt_shadow_get(&task->shadow, ZT_VIEW_EMPTY, &task->composed, &message) == ZT_OK)
		Publish(task, &message);
}

static void PublishState(MqttTask *task, int64_t now_ms)
{
	task->publish_at_ms = now_ms + (int64_t)task->config->period_s * 1000;
	Publish(task, &(zt_message){ zt_view_of(task->config->topic), zt_view_of(task->led.message), 1, false });
}

/* What is due next, one at a time. */
static void SendNext(MqttTask *task)
{
	int64_t now_ms = zt_clock_mono_ms(&task->device.config.clock);
	if (task->device.has_message)
		return;
	if (task->report)
		ReportToShadow(task);
	else if (now_ms >= task->publish_at_ms)
		PublishState(task, now_ms);
}

/* The name and the shadow's topics depend on who we are, which the certificate says. */
static void SubscribeToThing(MqttTask *task)
{
	if (task->thing.filter[0] || !task->device.identity.name[0])
		return;
	Log_Debug("INFO: device %s.\n", task->device.identity.name);
	if (zt_thing_init(&task->thing, zt_view_of(task->device.identity.name)) != ZT_OK)
		return;
	task->subscriptions[0] = zt_thing_subscription(&task->thing);
	if (zt_device_subscribe(&task->device, task->subscriptions, 1, NULL) != ZT_OK)
		Log_Debug("WARNING: the Thing's name cannot be asked for.\n");
}

static void SubscribeToShadow(MqttTask *task)
{
	if (task->knows_thing)
		return;
	task->knows_thing = true;
	Log_Debug("INFO: this is the Thing %s.\n", task->thing.name);
	if (zt_shadow_init(&task->shadow, zt_view_of(task->thing.name), ZT_VIEW_EMPTY, NULL) != ZT_OK)
		return;
	zt_shadow_subscriptions(&task->shadow, task->subscriptions + 1);
	if (zt_device_subscribe(&task->device, task->subscriptions, 1 + ZT_SHADOW_SUBSCRIPTIONS, NULL) != ZT_OK)
		Log_Debug("WARNING: the shadow cannot be subscribed to.\n");
}

static void TakeShadow(MqttTask *task, const zt_shadow_event *news)
{
	bool is_delta = news->kind == ZT_SHADOW_DELTA && !news->stale;
	bool is_whole = news->kind == ZT_SHADOW_ACCEPTED && news->operation == ZT_SHADOW_OP_GET;
	if (news->kind == ZT_SHADOW_REJECTED && news->code != 404)
		Log_Debug("WARNING: shadow: %u %.*s.\n", news->code, ZT_PRI(news->message));
	if ((is_delta && Led_Take(&task->led, news->state)) || (is_whole && Led_Take(&task->led, news->delta)))
		Log_Debug("INFO: the shadow wants the LED %s.\n", task->led.on ? "ON" : "OFF");
	/* The first answer of a connection, also "there is none yet", is followed by what we are. */
	task->report = task->report || is_delta || is_whole || news->code == 404;
}

static void Receive(MqttTask *task, const zt_message *message)
{
	zt_shadow_event news;
	if (zt_thing_take(&task->thing, message) == ZT_OK)
		SubscribeToShadow(task);
	else if (task->knows_thing && zt_shadow_take(&task->shadow, message, &news) == ZT_OK)
		TakeShadow(task, &news);
	else
		Log_Debug("INFO: a message on %.*s.\n", ZT_PRI(message->topic));
}

/* The last of the shadow's topics is granted: now its answer can be heard. */
static void Subscribed(MqttTask *task, const zt_event *event)
{
	if (event->reason != ZT_REASON_NONE)
		Log_Debug("WARNING: %.*s: %s.\n", ZT_PRI(event->subscription->filter), zt_reason_text(event->reason));
	else if (event->subscription == &task->subscriptions[ZT_SHADOW_SUBSCRIPTIONS] && !task->device.has_message)
		AskShadow(task);
}

static const char *RouteOf(const zt_event *event)
{
	return event->route == ZT_ROUTE_MQTT ? "MQTT" : "HTTPS";
}

static void TakeEvent(MqttTask *task, const zt_event *event)
{
	int error = event->beside ? task->beside.error : task->stream.error;
	switch (event->kind) {
	case ZT_EVENT_NOT_READY:
		Log_Debug("INFO: %s.\n", zt_reason_text(event->reason));
		break;
	case ZT_EVENT_CONNECTING:
		SubscribeToThing(task);
		break;
	case ZT_EVENT_REFUSED:
	case ZT_EVENT_LOST:
		Log_Debug("INFO: %s (wolfSSL %d); again in %u ms.\n", zt_reason_text(event->reason), error,
			  (unsigned)event->wait_ms);
		break;
	case ZT_EVENT_ACCEPTED:
		Log_Debug("INFO: accepted by %s after %u ms and %u attempts%s.\n", RouteOf(event),
			  (unsigned)event->elapsed_ms, (unsigned)event->attempts,
			  event->first ? " with this certificate" : "");
		break;
	case ZT_EVENT_PUBLISHED:
		Log_Debug("INFO: published to %.*s: %.*s\n", ZT_PRI(event->message.topic),
			  ZT_PRI(event->message.payload));
		break;
	case ZT_EVENT_NOT_PUBLISHED:
		Log_Debug("WARNING: not published to %.*s: %s.\n", ZT_PRI(event->message.topic),
			  zt_reason_text(event->reason));
		break;
	case ZT_EVENT_SUBSCRIBED:
		Subscribed(task, event);
		break;
	case ZT_EVENT_RECEIVED:
		Receive(task, &event->message);
		break;
	default:
		break;
	}
}

static uint32_t UntilNext(const MqttTask *task, uint32_t wait_ms)
{
	int64_t left_ms = task->publish_at_ms - zt_clock_mono_ms(&task->device.config.clock);
	return !task->device.has_message && left_ms < wait_ms ? (left_ms > 0 ? (uint32_t)left_ms : 0) : wait_ms;
}

static void Step(void *context)
{
	MqttTask *task = context;
	zt_event event;
	do {
		SendNext(task);
		zt_device_step(&task->device, &event);
		TakeEvent(task, &event);
	} while (event.kind != ZT_EVENT_NONE);
	(void)Timer_Set(&task->timer, UntilNext(task, event.wait_ms));
}

static void StreamReady(EventLoop *loop, int fd, EventLoop_IoEvents events, void *context)
{
	(void)loop;
	(void)fd;
	(void)events;
	Step(context);
}

static zt_sphere_stream MakeStream(MqttTask *task, EventLoop *loop, const char *roots)
{
	return (zt_sphere_stream){ .host = task->config->endpoint,
				   .mqtt_port = task->config->mqtt_port,
				   .https_port = task->config->https_port,
				   .roots = roots,
				   .clock = zt_sphere_clock(),
				   .loop = loop,
				   .ready = StreamReady,
				   .context = task };
}

static bool InitDevice(MqttTask *task)
{
	const char *why = "";
	const zt_device_config config = {
		.route = ZT_ROUTE_MQTT,
		.transport = zt_sphere_stream_seam(&task->stream),
		.beside = zt_sphere_stream_seam(&task->beside),
		.clock = zt_sphere_clock(),
		.entropy = zt_sphere_entropy(),
		.identity = zt_daa_identity_seam(&task->daa),
		.network_ready = zt_sphere_network_ready,
		.host = { zt_view_of(task->config->endpoint), task->config->https_port },
		.mqtt.keep_alive_s = KEEP_ALIVE_S,
		.first_by_https = true,
		.out = task->out,
		.out_cap = sizeof task->out,
		.in = task->in,
		.in_cap = sizeof task->in,
		.aside = task->aside,
		.aside_cap = sizeof task->aside,
	};
	if (zt_device_init(&task->device, &config, &why) == ZT_OK)
		return true;
	Log_Debug("ERROR: %s.\n", why);
	return false;
}

ExitCode MqttTask_Init(MqttTask *task, const Config *config, EventLoop *loop, const char *roots, void (*broken)(void *))
{
	*task = (MqttTask){ .config = config };
	task->stream = MakeStream(task, loop, roots);
	task->beside = MakeStream(task, loop, roots);
	Led_Set(&task->led, true);
	if (!InitDevice(task))
		return ExitCode_Init_Device;
	if (!Timer_Init(&task->timer, loop, Step, broken, task) || !Timer_Set(&task->timer, 0))
		return ExitCode_Init_Timer;
	return ExitCode_Success;
}

void MqttTask_Deinit(MqttTask *task)
{
	if (task->config)
		zt_device_stop(&task->device);
	Timer_Deinit(&task->timer);
}
