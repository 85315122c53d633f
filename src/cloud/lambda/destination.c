/* Where the record of an asynchronous invocation goes when it has ended: to another function (AWS Lambda Developer
 * Guide, "Capturing records of Lambda asynchronous invocations"). */
#include "base/arn.h"
#include "base/json.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/account.h"
#include "cloud/lambda/inside.h"

enum { ARN_MAX = 512, RECORD_MAX = 2 * ZT_LAMBDA_EVENT_MAX };

static const char *destination_of(const zt_function *function, bool success)
{
	const json_t *config = json_object_get(function->configuration, "EventInvokeConfig");
	const json_t *both = json_object_get(config, "DestinationConfig");
	return zt_json_text(json_object_get(both, success ? "OnSuccess" : "OnFailure"), "Destination");
}

/* "arn:…:function:name[:qualifier]" -> the name; empty for another ARN. */
static zt_view function_of(zt_view arn)
{
	zt_arn parts;
	zt_view name = ZT_VIEW_EMPTY;
	if (zt_arn_parse(arn, &parts) == ZT_OK && zt_arn_resource_of(&parts, ZT_LIT("function"), &name))
		name.n = zt_view_find(name, ':');
	return name;
}

/* What is no JSON goes as text. */
static json_t *value_of(zt_view bytes)
{
	json_t *json = NULL;
	if (zt_json_parse(bytes, &json, NULL) == ZT_OK)
		return json;
	json = zt_json_string(bytes);
	return json ? json : json_null();
}

static json_t *record_of(const zt_job *job, const zt_invocation *row, const zt_invoke_result *result,
			 const char *condition)
{
	const zt_account *account = zt_registry_account(job->lambda->registry);
	char now[ZT_TIME_TEXT_MAX];
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ARN_MAX);
	if (zt_account_function_arn(account, zt_view_of(job->function), &arn) != ZT_OK ||
	    zt_str_put_text(&arn, ":$LATEST") != ZT_OK)
		return NULL;
	zt_time_iso8601_ms(zt_registry_now_ms(job->lambda->registry), now);
	json_t *record =
	    json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:i}, s:o}", "version", "1.0", "timestamp", now, "requestContext",
		      "requestId", job->request_id, "functionArn", zt_str_text(&arn), "condition", condition,
		      "approximateInvokeCount", (int)(job->attempts + (result->status == ZT_OK)), "requestPayload",
		      value_of(zt_view_make(row->payload ? row->payload : "", row->payload_n)));
	if (!record || result->status != ZT_OK)
		return record;
	json_t *context = json_pack("{s:i, s:s}", "statusCode", 200, "executedVersion", "$LATEST");
	if (result->function_error[0])
		(void)json_object_set_new(context, "functionError", json_string(result->function_error));
	(void)json_object_set_new(record, "responseContext", context);
	(void)json_object_set_new(record, "responsePayload", value_of(result->payload));
	return record;
}

static zt_status send_record(zt_lambda *lambda, zt_view function, json_t *record, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *owned = record;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(RECORD_MAX);
	ENSURE(owned, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	TRY(zt_json_write(owned, &text));
	return zt_lambda_invoke_async(lambda, function, zt_str_view(&text), NULL, NULL, ret_error);
}

void zt_destination_tell(const zt_job *job, const zt_invoke_result *result, const char *condition)
{
	const zt_registry *registry = job->lambda->registry;
	const zt_function *function = zt_registry_function(registry, zt_view_of(job->function));
	const zt_invocation *row = zt_registry_invocation(registry, zt_view_of(job->request_id));
	bool success = result->status == ZT_OK && result->function_error[0] == 0;
	const char *destination = function ? destination_of(function, success) : NULL;
	zt_error error = { 0 };
	if (!destination || !row)
		return;
	if (send_record(job->lambda, function_of(zt_view_of(destination)), record_of(job, row, result, condition),
			&error) != ZT_OK)
		LOG_WARNING("lambda", "a record did not reach its destination", ZT_KV_STR("function", job->function),
			    ZT_KV_STR("destination", destination), ZT_KV_STR("cause", error.text));
}
