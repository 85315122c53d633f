/* How a function's asynchronous invocations are tried again (AWS Lambda, "Asynchronous invocation"). */
#include "base/arn.h"
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/lambda_words.h"
#include "cloud/api/tables.h"

enum { RETRIES_MAX = 2, AGE_MIN_S = 60, AGE_MAX_S = 21600 };

static json_t *show(const zt_registry *registry, const zt_function *function, const json_t *config)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	if (zt_lambda_arn(registry, function, &arn) != ZT_OK || zt_str_put_text(&arn, ":$LATEST") != ZT_OK)
		return NULL;
	json_t *shown = json_pack("{s:s, s:{s:{}, s:{}}}", "FunctionArn", zt_str_text(&arn), "DestinationConfig",
				  "OnSuccess", "OnFailure");
	if (json_object_update(shown, (json_t *)(uintptr_t)config) == 0)
		return shown;
	json_decref(shown);
	return NULL;
}

static zt_status no_config(zt_error *ret_error, const zt_function *function)
{
	return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
			      "The function %s doesn't have an EventInvokeConfig", function->name);
}

/* A destination is a function here: queues, topics, buckets and buses are not there. The function's role must be
 * allowed to invoke it, as AWS checks when it is set. */
static zt_status read_destination(const zt_call *call, const zt_function *function, const char *side, json_t *both,
				  zt_error *ret_error)
{
	const json_t *given = json_object_get(json_object_get(call->body, "DestinationConfig"), side);
	zt_view arn = zt_json_view(given, "Destination"), name;
	zt_arn parts;
	if (!json_object_get(given, "Destination"))
		return ZT_OK;
	if (zt_arn_parse(arn, &parts) != ZT_OK || !zt_view_equal(parts.service, ZT_LIT("lambda")) ||
	    !zt_arn_resource_of(&parts, ZT_LIT("function"), &name))
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidParameterValueException",
				      "The destination ARN %.*s is invalid: here it is a function's", ZT_PRI(arn));
	if (!zt_role_of_function_allows(call, function, "lambda:InvokeFunction", arn))
		return zt_error_coded(
		    ret_error, ZT_E_INVALID, "InvalidParameterValueException",
		    "The function's execution role does not have permissions to call InvokeFunction on %.*s",
		    ZT_PRI(arn));
	return json_object_set_new(both, side, json_pack("{s:o}", "Destination", zt_json_string(arn))) == 0
		   ? ZT_OK
		   : ZT_E_NOMEM;
}

static zt_status read_destinations(const zt_call *call, const zt_function *function, json_t *config,
				   zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *both = json_pack("{s:{}, s:{}}", "OnSuccess", "OnFailure");
	ENSURE(both, ZT_E_NOMEM);
	if (!json_object_get(call->body, "DestinationConfig"))
		return ZT_OK;
	TRY(read_destination(call, function, "OnSuccess", both, ret_error));
	TRY(read_destination(call, function, "OnFailure", both, ret_error));
	return json_object_set(config, "DestinationConfig", both) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status read_config(const zt_call *call, const zt_function *function, json_t *config, zt_error *ret_error)
{
	const json_t *destinations;
	uint64_t retries = UINT64_MAX, age = 0;
	TRY(zt_in_json_number(call->body, "MaximumRetryAttempts", 0, RETRIES_MAX, &retries, ret_error));
	TRY(zt_in_json_number(call->body, "MaximumEventAgeInSeconds", AGE_MIN_S, AGE_MAX_S, &age, ret_error));
	TRY(zt_in_json_object(call->body, "DestinationConfig", &destinations, ret_error));
	if (destinations)
		TRY(read_destinations(call, function, config, ret_error));
	if (retries != UINT64_MAX)
		ENSURE(json_object_set_new(config, "MaximumRetryAttempts", json_integer((json_int_t)retries)) == 0,
		       ZT_E_NOMEM);
	if (age)
		ENSURE(json_object_set_new(config, "MaximumEventAgeInSeconds", json_integer((json_int_t)age)) == 0,
		       ZT_E_NOMEM);
	return json_object_set_new(config, "LastModified", zt_json_seconds(zt_registry_now_ms(call->registry))) == 0
		   ? ZT_OK
		   : ZT_E_NOMEM;
}

/* Keeps `config` with the function (NULL takes it away) without a new revision of the function. */
static zt_status keep(zt_call *call, const zt_function *function, json_t *config, zt_error *ret_error)
{
	zt_txn *txn;
	ZT_JSON_CLEANUP json_t *configuration = json_copy(function->configuration);
	ENSURE(configuration, ZT_E_NOMEM);
	if (config)
		ENSURE(json_object_set(configuration, ZT_LAMBDA_EVENT_CONFIG, config) == 0, ZT_E_NOMEM);
	else
		(void)json_object_del(configuration, ZT_LAMBDA_EVENT_CONFIG);
	TRY(zt_call_txn(call, &txn));
	return zt_txn_function_update(txn, zt_view_of(function->name), configuration, function->code_sha256, ret_error);
}

static zt_status change(zt_call *call, bool replace, zt_error *ret_error)
{
	const zt_function *function;
	TRY(zt_lambda_find(call, &function, ret_error));
	const json_t *old = json_object_get(function->configuration, ZT_LAMBDA_EVENT_CONFIG);
	if (!replace && !old)
		return no_config(ret_error, function);
	ZT_JSON_CLEANUP json_t *config = replace ? json_object() : json_copy((json_t *)(uintptr_t)old);
	ENSURE(config, ZT_E_NOMEM);
	TRY(read_config(call, function, config, ret_error));
	TRY(zt_call_reply(call, show(call->registry, function, config)));
	return keep(call, function, config, ret_error);
}

static zt_status put(zt_call *call, zt_error *ret_error)
{
	return change(call, true, ret_error);
}

static zt_status update(zt_call *call, zt_error *ret_error)
{
	return change(call, false, ret_error);
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	const zt_function *function;
	TRY(zt_lambda_find(call, &function, ret_error));
	const json_t *config = json_object_get(function->configuration, ZT_LAMBDA_EVENT_CONFIG);
	if (!config)
		return no_config(ret_error, function);
	return zt_call_reply(call, show(call->registry, function, config));
}

static zt_status delete_config(zt_call *call, zt_error *ret_error)
{
	const zt_function *function;
	TRY(zt_lambda_find(call, &function, ret_error));
	if (!json_object_get(function->configuration, ZT_LAMBDA_EVENT_CONFIG))
		return no_config(ret_error, function);
	return keep(call, function, NULL, ret_error);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	const zt_function *function;
	TRY(zt_lambda_find(call, &function, ret_error));
	const json_t *config = json_object_get(function->configuration, ZT_LAMBDA_EVENT_CONFIG);
	json_t *configs = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "FunctionEventInvokeConfigs", configs)));
	if (!config)
		return ZT_OK;
	return json_array_append_new(configs, show(call->registry, function, config)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

#define CONFIG "/2019-09-25/functions/{}/event-invoke-config"
static const zt_operation rows[] = {
	{ ZT_REST_OF("PutFunctionEventInvokeConfig", "PUT", CONFIG, zt_lambda_resource, put) },
	{ ZT_REST_OF("UpdateFunctionEventInvokeConfig", "POST", CONFIG, zt_lambda_resource, update) },
	{ ZT_REST_OF("GetFunctionEventInvokeConfig", "GET", CONFIG, zt_lambda_resource, get) },
	{ ZT_REST_OF("DeleteFunctionEventInvokeConfig", "DELETE", CONFIG, zt_lambda_resource, delete_config),
	  .status = 204 },
	{ ZT_REST_OF("ListFunctionEventInvokeConfigs", "GET", CONFIG "/list", zt_lambda_resource, list) },
};
const zt_operations zt_lambda_event_operations = ZT_OPERATIONS(rows);
