#include "jitr/schedule.h"

#include "base/json.h"
#include "base/log.h"

#define SUBJECT "jitr"

bool zt_jitr_is_schedule(zt_view event_json)
{
	ZT_JSON_CLEANUP json_t *event = NULL;
	return event_json.n <= ZT_JITR_EVENT_MAX && zt_json_parse(event_json, &event, NULL) == ZT_OK &&
	       zt_view_equal(zt_json_view(event, "source"), ZT_LIT("aws.events")) &&
	       zt_view_equal(zt_json_view(event, "detail-type"), ZT_LIT("Scheduled Event"));
}

typedef struct {
	const zt_clock *clock;
	int64_t until_ms;
} time_limit;

static bool is_time_left(void *context)
{
	const time_limit *limit = context;
	return !limit->until_ms || zt_clock_mono_ms(limit->clock) < limit->until_ms;
}

static void log_sweep(const zt_sweep_result *result, unsigned calls, int64_t ms, zt_view request_id,
		      const zt_error *error)
{
	const zt_kv pairs[] = {
		ZT_KV_STR("decision", error->status ? "failed" : "swept"),
		ZT_KV_INT("looked", result->looked),
		ZT_KV_INT("retired", result->retired),
		ZT_KV_STR("complete", result->complete ? "yes" : "no"),
		ZT_KV_INT("calls", calls),
		ZT_KV_INT("ms", ms),
		ZT_KV_V("request", request_id),
		ZT_KV_STR("reason", error->text),
		ZT_KV_STR("code", error->code),
	};
	size_t told = error->status ? ZT_COUNT(pairs) : ZT_COUNT(pairs) - 2;
	zt_log_write(SUBJECT, error->status ? ZT_LOG_ERROR : ZT_LOG_INFO, "sweep", pairs, told);
}

zt_status zt_jitr_sweep(const zt_jitr_handler *handler, zt_sweep_position *position, int64_t until_ms,
			zt_view request_id, zt_str *answer, zt_error *ret_error)
{
	const zt_clock *clock = zt_aws_client_clock(handler->client);
	time_limit limit = { clock, until_ms };
	zt_view ids[ZT_JITR_CAS_MAX];
	for (size_t i = 0; i < handler->config->ca_count; i++)
		ids[i] = zt_view_of(handler->config->cas[i].id);
	const zt_sweep_spec spec = { .client = handler->client,
				     .ca_ids = ids,
				     .ca_count = handler->config->ca_count,
				     .age_s = ZT_SWEEP_AGE_S,
				     .most = ZT_JITR_SWEEP_MOST,
				     .more = is_time_left,
				     .context = &limit };
	unsigned calls = zt_aws_client_requests(handler->client, ZT_AWS_IOT);
	int64_t began_ms = zt_clock_mono_ms(clock);
	zt_sweep_result result;
	zt_error error = { 0 };
	zt_status status = zt_sweep(&spec, position, &result, &error);
	if (status != ZT_OK && !error.status)
		zt_error_set(&error, status, "%s", zt_status_text(status));
	log_sweep(&result, zt_aws_client_requests(handler->client, ZT_AWS_IOT) - calls,
		  zt_clock_mono_ms(clock) - began_ms, request_id, &error);
	if (status == ZT_OK)
		return zt_str_printf(answer, "{\"decision\":\"swept\",\"looked\":%u,\"retired\":%u,\"complete\":%s}",
				     result.looked, result.retired, result.complete ? "true" : "false");
	if (ret_error)
		*ret_error = error;
	return status;
}
