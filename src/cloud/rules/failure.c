/* Actions that failed: told in the log, and to the rule's error action. */
#include "base/codec.h"
#include "base/json.h"
#include "base/log.h"
#include "cloud/rules/state.h"

enum { BODY_MAX = 512 * 1024 };

zt_status zt_action_run(const zt_run *run, const zt_action *action, zt_str *resource, zt_error *ret_error)
{
	zt_str_clear(resource);
	switch (action->kind) {
	case ZT_ACTION_LAMBDA:
		return zt_action_lambda(run, action, resource, ret_error);
	case ZT_ACTION_REPUBLISH:
		return zt_action_republish(run, action, resource, ret_error);
	case ZT_ACTION_LOGS:
		return zt_action_logs(run, action, resource, ret_error);
	case ZT_ACTION_HTTP:
		return zt_action_http(run, action, resource, ret_error);
	}
	return zt_error_set(ret_error, ZT_E_INTERNAL, "an action of no kind");
}

static json_t *failure_of(const zt_action *action, zt_view resource, const char *text)
{
	return json_pack("{s:s, s:s%, s:s}", "failedAction", zt_action_name(action->kind), "failedResource",
			 (const char *)zt_view_pri_ptr(resource), resource.n, "errorMessage", text);
}

json_t *zt_failure_new(const zt_action *action, zt_view resource, const zt_error *error)
{
	json_t *failure = failure_of(action, resource, error->text);
	/* An error's text is cut to its room, and a cut character is no JSON. */
	return failure ? failure : failure_of(action, resource, zt_status_text(error->status));
}

static void log_failures(const zt_run *run, const json_t *failures)
{
	for (size_t i = 0; i < json_array_size(failures); i++) {
		const json_t *failure = json_array_get(failures, i);
		LOG_WARNING("rules", "action failed", ZT_KV_STR("rule", run->rule->name),
			    ZT_KV_V("topic", run->input->message->topic),
			    ZT_KV_V("action", zt_json_view(failure, "failedAction")),
			    ZT_KV_V("resource", zt_json_view(failure, "failedResource")),
			    ZT_KV_V("cause", zt_json_view(failure, "errorMessage")));
	}
}

static zt_status write_body(const zt_run *run, json_t *failures, zt_str *out)
{
	const zt_publish *message = run->input->message;
	ZT_CLEANUP(zt_str_free) zt_str base64 = ZT_STR(BODY_MAX);
	TRY(zt_base64_encode(message->payload, &base64));
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:s, s:s%, s:s, s:s%, s:s, s:O}", "ruleName", run->rule->name, "topic",
		      (const char *)zt_view_pri_ptr(message->topic), message->topic.n, "cloudwatchTraceId",
		      run->input->trace_id, "clientId", (const char *)zt_view_pri_ptr(message->client_id),
		      message->client_id.n, "base64OriginalPayload", zt_str_text(&base64), "failures", failures);
	ENSURE(body, ZT_E_NOMEM);
	return zt_json_write(body, out);
}

void zt_failures_report(const zt_run *run, json_t *failures)
{
	log_failures(run, failures);
	if (!run->rule->has_error_action)
		return;
	ZT_CLEANUP(zt_str_free) zt_str body = ZT_STR(BODY_MAX);
	ZT_CLEANUP(zt_str_free) zt_str resource = ZT_STR(ZT_SQL_RESULT_MAX);
	zt_run again = *run;
	zt_error error = { 0 };
	zt_status status = write_body(run, failures, &body);
	again.payload = zt_str_view(&body);
	if (status == ZT_OK)
		status = zt_action_run(&again, &run->rule->error_action, &resource, &error);
	if (status != ZT_OK)
		LOG_WARNING("rules", "error action failed", ZT_KV_STR("rule", run->rule->name),
			    ZT_KV_V("resource", zt_str_view(&resource)),
			    ZT_KV_STR("cause", error.text[0] ? error.text : zt_status_text(status)));
}
