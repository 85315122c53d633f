#include "jitr/handler.h"

#include "base/json.h"
#include "base/log.h"
#include "jitr/act.h"
#include "jitr/event.h"
#include "jitr/observe.h"

#define SUBJECT "jitr"

enum {
	ROUNDS_MAX = 8, /* how often somebody else may be faster before Lambda's retry takes over */
	REASON_MAX = 384,
};

/* All that is known and came of one event. */
typedef struct {
	zt_jitr_event event;
	zt_jitr_certificate certificate, current;
	zt_jitr_thing thing;
	bool know_certificate, know_current, know_thing;
	unsigned grown; /* digits more than the shortest name */
	zt_jitr_decision decision;
	bool overtaken, plain;
	unsigned retired;
	char refusal[REASON_MAX];
} event_case;

static zt_status look_at_thing(const zt_jitr_handler *handler, event_case *it, zt_error *ret_error)
{
	char name[ZT_THING_NAME_MAX + 1];
	if (zt_name_template_put(&handler->config->names, it->certificate.device_id, it->grown, name) != ZT_OK) {
		it->decision =
		    (zt_jitr_decision){ .verdict = ZT_JITR_REFUSED,
					.reason = "other devices have every name that the template can give" };
		return ZT_OK;
	}
	it->know_thing = true;
	it->know_current = false;
	return zt_jitr_observe_thing(handler->client, name, &it->thing, ret_error);
}

/* Learns what the decision asks for. */
static zt_status look(const zt_jitr_handler *handler, event_case *it, zt_error *ret_error)
{
	switch (it->decision.verdict) {
	case ZT_JITR_LOOK_AT_CERTIFICATE:
		it->know_certificate = true;
		return zt_jitr_observe_certificate(handler->client, zt_view_of(it->event.certificate_id),
						   &it->certificate, ret_error);
	case ZT_JITR_LOOK_AT_LONGER:
		it->grown++;
		return look_at_thing(handler, it, ret_error);
	case ZT_JITR_LOOK_AT_CURRENT:
		it->know_current = true;
		return zt_jitr_observe_certificate(handler->client, zt_view_of(it->thing.certificate_id), &it->current,
						   ret_error);
	default:
		return look_at_thing(handler, it, ret_error);
	}
}

static bool is_decided(const event_case *it)
{
	return it->decision.verdict >= ZT_JITR_REFUSED;
}

static zt_status decide(const zt_jitr_handler *handler, event_case *it, zt_error *ret_error)
{
	for (;;) {
		int64_t now_s = zt_clock_wall_ms(zt_aws_client_clock(handler->client)) / 1000;
		it->decision =
		    zt_jitr_decide(handler->config, &it->event, it->know_certificate ? &it->certificate : NULL,
				   it->know_thing ? &it->thing : NULL, it->know_current ? &it->current : NULL, now_s);
		if (is_decided(it))
			return ZT_OK;
		TRY(look(handler, it, ret_error));
		if (is_decided(it))
			return ZT_OK;
	}
}

/* Decides and acts until nobody else was faster. */
static zt_status settle(const zt_jitr_handler *handler, event_case *it, zt_error *ret_error)
{
	for (unsigned round = 0; round < ROUNDS_MAX; round++) {
		TRY(decide(handler, it, ret_error));
		zt_jitr_act act = { .client = handler->client,
				    .config = handler->config,
				    .certificate = &it->certificate,
				    .thing = &it->thing };
		zt_status status = zt_jitr_act_on(&act, &it->decision, ret_error);
		it->overtaken = act.overtaken;
		it->plain |= act.plain;
		it->retired += act.retired;
		if (status != ZT_E_AGAIN)
			return status;
		it->know_certificate = it->know_thing = it->know_current = false;
		it->grown = 0;
	}
	return zt_error_set(ret_error, ZT_E_CONFLICT, "the thing was changed by others %d times", ROUNDS_MAX);
}

/* A certificate that ended as it should needs no look for the events that came before. */
static zt_status settle_once(const zt_jitr_handler *handler, event_case *it, zt_error *ret_error)
{
	if (zt_jitr_recent_covers(handler->recent, &it->event)) {
		it->decision = (zt_jitr_decision){ .verdict = ZT_JITR_CURRENT };
		return ZT_OK;
	}
	TRY(settle(handler, it, ret_error));
	if (it->decision.verdict != ZT_JITR_REFUSED && it->decision.verdict != ZT_JITR_STALE && !it->overtaken)
		zt_jitr_recent_add(handler->recent, it->event.certificate_id,
				   zt_clock_wall_ms(zt_aws_client_clock(handler->client)));
	return ZT_OK;
}

static const char *decision_text(const event_case *it)
{
	return it->overtaken ? "overtaken" : zt_jitr_verdict_text(it->decision.verdict);
}

static const char *reason_of(const event_case *it)
{
	if (it->refusal[0])
		return it->refusal;
	return it->decision.reason ? it->decision.reason : "";
}

static zt_status put_answer(const event_case *it, zt_str *answer)
{
	const char *reason = reason_of(it);
	ZT_JSON_CLEANUP json_t *json =
	    json_pack("{s:s, s:s*, s:s*}", "decision", decision_text(it), "thingName",
		      it->thing.name[0] ? it->thing.name : NULL, "reason", *reason ? reason : NULL);
	ENSURE(json, ZT_E_NOMEM);
	return zt_json_write(json, answer);
}

typedef struct {
	int64_t began_ms;
	unsigned control, data; /* requests before */
	zt_view request_id;
} event_meter;

static event_meter meter_start(const zt_jitr_handler *handler, zt_view request_id)
{
	return (event_meter){ zt_clock_mono_ms(zt_aws_client_clock(handler->client)),
			      zt_aws_client_requests(handler->client, ZT_AWS_IOT),
			      zt_aws_client_requests(handler->client, ZT_AWS_IOT_DATA), request_id };
}

/* The pairs without those that say nothing. */
static size_t drop_empty(zt_kv *pairs, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (pairs[i].kind == ZT_KV_NUMBER || pairs[i].value.n)
			pairs[kept++] = pairs[i];
	return kept;
}

static void log_case(const zt_jitr_handler *handler, const event_case *it, const event_meter *meter, zt_status status,
		     const zt_error *error)
{
	bool failed = status != ZT_OK;
	zt_kv pairs[] = {
		ZT_KV_STR("decision", failed ? "failed" : decision_text(it)),
		ZT_KV_STR("device", it->certificate.device_id),
		ZT_KV_STR("certificate", it->event.certificate_id),
		ZT_KV_STR("ca", it->event.ca_id),
		ZT_KV_STR("thing", it->thing.name),
		ZT_KV_INT("retired", it->retired),
		ZT_KV_INT("calls", zt_aws_client_requests(handler->client, ZT_AWS_IOT) - meter->control),
		ZT_KV_INT("published", zt_aws_client_requests(handler->client, ZT_AWS_IOT_DATA) - meter->data),
		ZT_KV_INT("ms", zt_clock_mono_ms(zt_aws_client_clock(handler->client)) - meter->began_ms),
		ZT_KV_STR("reason", failed ? error->text : reason_of(it)),
		ZT_KV_STR("code", failed ? error->code : ""),
		ZT_KV_STR("path", it->plain ? "plain calls" : ""),
		ZT_KV_V("request", meter->request_id),
	};
	zt_log_level level = failed                                    ? ZT_LOG_ERROR
			     : it->decision.verdict == ZT_JITR_REFUSED ? ZT_LOG_WARNING
								       : ZT_LOG_INFO;
	zt_log_write(SUBJECT, level, "event", pairs, drop_empty(pairs, ZT_COUNT(pairs)));
}

zt_status zt_jitr_handle(const zt_jitr_handler *handler, zt_view event_json, zt_view request_id, zt_str *answer,
			 zt_error *ret_error)
{
	event_case it = { .decision = { .verdict = ZT_JITR_REFUSED } };
	event_meter meter = meter_start(handler, request_id);
	zt_error error = { 0 };
	zt_status status = ZT_OK;
	if (zt_jitr_event_read(event_json, &it.event, &error) == ZT_OK)
		status = settle_once(handler, &it, &error);
	else
		zt_text_cut(it.refusal, sizeof it.refusal, zt_view_of(error.text));
	if (status != ZT_OK && !error.status)
		zt_error_set(&error, status, "%s", zt_status_text(status));
	log_case(handler, &it, &meter, status, &error);
	if (status == ZT_OK)
		return put_answer(&it, answer);
	if (ret_error)
		*ret_error = error;
	return status;
}
