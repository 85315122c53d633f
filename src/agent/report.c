#include "agent/report.h"

#include <stdio.h>

#include "base/codec.h"
#include "base/json.h"
#include "base/timefmt.h"

enum { LINE_MAX_BYTES = 2 * 1024 * 1024 };

/* Takes the reference. */
static void print_json(json_t *object)
{
	ZT_JSON_CLEANUP json_t *owned = object;
	ZT_CLEANUP(zt_str_free) zt_str line = ZT_STR(LINE_MAX_BYTES);
	if (!owned || zt_json_write(owned, &line) != ZT_OK)
		return;
	(void)printf("%s\n", zt_str_text(&line));
	(void)fflush(stdout);
}

static const char *name_of(zt_event_kind kind)
{
	static const char *const names[] = {
		[ZT_EVENT_NONE] = "none",
		[ZT_EVENT_NOT_READY] = "waiting",
		[ZT_EVENT_CONNECTING] = "connecting",
		[ZT_EVENT_REFUSED] = "refused",
		[ZT_EVENT_ACCEPTED] = "accepted",
		[ZT_EVENT_LOST] = "lost",
		[ZT_EVENT_PUBLISHED] = "published",
		[ZT_EVENT_NOT_PUBLISHED] = "not-published",
		[ZT_EVENT_SUBSCRIBED] = "subscribed",
		[ZT_EVENT_RECEIVED] = "received",
		[ZT_EVENT_RENEWAL_DUE] = "renewal-due",
	};
	return names[kind];
}

static void set(json_t *object, const char *member, json_t *value)
{
	(void)json_object_set_new(object, member, value);
}

static void set_number(json_t *object, const char *member, unsigned number)
{
	set(object, member, json_integer(number));
}

/* Payloads are any bytes; JSON takes text only. */
static void set_payload(json_t *object, zt_view payload)
{
	json_t *text = zt_view_is_utf8(payload) ? zt_json_string(payload) : NULL;
	if (text) {
		set(object, "payload", text);
		return;
	}
	ZT_CLEANUP(zt_str_free) zt_str base64 = ZT_STR(LINE_MAX_BYTES);
	if (zt_base64_encode(payload, &base64) == ZT_OK)
		set(object, "payloadBase64", zt_json_string(zt_str_view(&base64)));
}

static void set_reason(json_t *object, zt_reason reason, const char *detail)
{
	set(object, "reason", json_string(zt_reason_name(reason)));
	set(object, "text", json_string(zt_reason_text(reason)));
	if (detail[0])
		set(object, "detail", json_string(detail));
}

static void report_json(const zt_event *event, const zt_message *message, const char *detail)
{
	json_t *object = json_pack("{s:s}", "event", name_of(event->kind));
	if (!object)
		return;
	bool about_route = event->kind == ZT_EVENT_CONNECTING || event->kind == ZT_EVENT_ACCEPTED;
	if (about_route || event->kind == ZT_EVENT_REFUSED)
		set(object, "via", json_string(event->route == ZT_ROUTE_MQTT ? "mqtt" : "https"));
	if (event->beside)
		set(object, "beside", json_true());
	if (event->reason != ZT_REASON_NONE)
		set_reason(object, event->reason, detail);
	if (event->kind == ZT_EVENT_ACCEPTED) {
		set_number(object, "ms", event->elapsed_ms);
		set(object, "first", json_boolean(event->first));
	}
	if (event->attempts)
		set_number(object, "attempts", event->attempts);
	if (event->kind == ZT_EVENT_REFUSED || event->kind == ZT_EVENT_LOST)
		set_number(object, "retryMs", event->wait_ms);
	if (event->http_status)
		set_number(object, "httpStatus", event->http_status);
	if (event->code &&
	    event->kind != ZT_EVENT_SUBSCRIBED) /* there it is the QoS granted, and a refusal has its reason */
		set_number(object, "reasonCode", event->code);
	if (event->subscription)
		set(object, "filter", zt_json_string(event->subscription->filter));
	if (message) {
		set(object, "topic", zt_json_string(message->topic));
		set_payload(object, message->payload);
	}
	print_json(object);
}

static void say(const char *what, const zt_event *event, const char *detail)
{
	(void)fprintf(stderr, "%s: %s%s%s%s", what, zt_reason_text(event->reason), detail[0] ? " (" : "", detail,
		      detail[0] ? ")" : "");
	if (event->http_status)
		(void)fprintf(stderr, " [HTTP %u]", event->http_status);
	if (event->kind == ZT_EVENT_REFUSED || event->kind == ZT_EVENT_LOST)
		(void)fprintf(stderr, "; next attempt in %u ms", event->wait_ms);
	(void)fputc('\n', stderr);
}

static void print_received(const zt_message *message)
{
	(void)fwrite(message->payload.p, 1, message->payload.n, stdout);
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
}

static void report_words(const zt_event *event, const zt_message *message, const char *detail)
{
	const char *via = event->route == ZT_ROUTE_MQTT ? "MQTT" : "HTTPS";
	const char *with = event->beside ? " with the new certificate, beside the old one's session" : "";
	switch (event->kind) {
	case ZT_EVENT_NONE:
		break;
	case ZT_EVENT_NOT_READY:
		say("not ready", event, detail);
		break;
	case ZT_EVENT_CONNECTING:
		(void)fprintf(stderr, "connecting by %s%s, attempt %u\n", via, with, event->attempts);
		break;
	case ZT_EVENT_REFUSED:
		say("not accepted", event, detail);
		break;
	case ZT_EVENT_ACCEPTED:
		(void)fprintf(stderr, "accepted by %s%s after %u ms and %u attempt%s\n", via, with, event->elapsed_ms,
			      event->attempts, event->attempts == 1 ? "" : "s");
		break;
	case ZT_EVENT_LOST:
		say("connection lost", event, detail);
		break;
	case ZT_EVENT_PUBLISHED:
		(void)fprintf(stderr, "published %zu bytes to %.*s\n", message->payload.n, ZT_PRI(message->topic));
		break;
	case ZT_EVENT_NOT_PUBLISHED:
		say("not published", event, detail);
		break;
	case ZT_EVENT_SUBSCRIBED:
		(void)fprintf(stderr, "subscription to %.*s: %s\n", ZT_PRI(event->subscription->filter),
			      event->reason == ZT_REASON_NONE ? "granted" : zt_reason_text(event->reason));
		break;
	case ZT_EVENT_RECEIVED:
		print_received(message);
		break;
	case ZT_EVENT_RENEWAL_DUE:
		(void)fprintf(stderr, "%s\n", zt_reason_text(event->reason));
		break;
	}
}

/* What the port knows in more words is about streams that failed. */
static bool wants_detail(zt_reason reason)
{
	return reason == ZT_REASON_NETWORK || reason == ZT_REASON_SERVER_NOT_TRUSTED || reason == ZT_REASON_NO_ANSWER ||
	       reason == ZT_REASON_IDENTITY_UNREADABLE;
}

void zt_report_event(const zt_report *report, const zt_event *event, const zt_message *message, const char *detail)
{
	const char *more = wants_detail(event->reason) ? detail : "";
	if (report->json)
		report_json(event, message, more);
	else
		report_words(event, message, more);
}

void zt_report_certificate(const zt_report *report, const char *device_id, int64_t not_after_ms)
{
	char until[ZT_TIME_TEXT_MAX];
	zt_time_iso8601(not_after_ms, until);
	if (report->json)
		print_json(
		    json_pack("{s:s, s:s, s:s}", "event", "certificate", "deviceId", device_id, "notAfter", until));
	else
		(void)fprintf(stderr, "the certificate of %.16s… is valid until %s\n", device_id, until);
}

static const char *name_of_news(const zt_shadow_event *news)
{
	static const char *const names[] = { [ZT_SHADOW_ACCEPTED] = "shadow-accepted",
					     [ZT_SHADOW_REJECTED] = "shadow-rejected",
					     [ZT_SHADOW_DELTA] = "shadow-delta" };
	return names[news->kind];
}

void zt_report_shadow(const zt_report *report, const zt_shadow_event *news)
{
	static const char *const operations[] = { "get", "update", "delete" };
	const char *operation = operations[news->operation];
	if (!report->json) {
		(void)fprintf(stderr, "%s of %s: ", name_of_news(news), operation);
		if (news->kind == ZT_SHADOW_REJECTED)
			(void)fprintf(stderr, "%u %.*s\n", news->code, ZT_PRI(news->message));
		else
			(void)fprintf(stderr, "version %llu\n", (unsigned long long)news->version);
		return;
	}
	ZT_JSON_CLEANUP json_t *state = NULL;
	if (news->state.n)
		(void)!zt_json_parse(news->state, &state, NULL);
	json_t *object = json_pack("{s:s, s:s}", "event", name_of_news(news), "operation", operation);
	if (!object)
		return;
	if (news->kind == ZT_SHADOW_REJECTED) {
		set_number(object, "code", news->code);
		set(object, "text", zt_json_string(news->message));
	} else {
		set(object, "version", json_integer((json_int_t)news->version));
		set(object, "state", json_incref(state ? state : json_null()));
		set(object, "stale", json_boolean(news->stale));
	}
	print_json(object);
}

void zt_report_outbox(const zt_report *report, uint32_t waiting, uint32_t damaged)
{
	if (waiting == 0 && damaged == 0)
		return;
	if (report->json)
		print_json(
		    json_pack("{s:s, s:i, s:i}", "event", "outbox", "waiting", (int)waiting, "damaged", (int)damaged));
	else
		(void)fprintf(stderr, "the outbox holds %u message%s; %u could not be read\n", waiting,
			      waiting == 1 ? "" : "s", damaged);
}

void zt_report_trouble(const zt_report *report, const zt_error *error)
{
	if (report->json)
		print_json(json_pack("{s:s, s:s, s:s, s:s}", "event", "trouble", "status",
				     zt_status_name(error->status), "code", error->code, "text", error->text));
	else
		(void)fprintf(stderr, "%s%s%s%s\n", error->text, error->code[0] ? " (" : "", error->code,
			      error->code[0] ? ")" : "");
}
