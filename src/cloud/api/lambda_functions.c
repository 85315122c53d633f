/* Functions: get, list, update the configuration, delete (AWS Lambda API reference). */
#include "base/json.h"
#include "cloud/api/lambda_settings.h"
#include "cloud/api/lambda_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/tags.h"

static const zt_param revision_param = { "RevisionId", 1, 64, NULL };
static const zt_page_names page_names = { "MaxItems", "Marker", "NextMarker", 10000 };

static zt_status get(zt_call *call, zt_error *ret_error)
{
	const zt_function *function;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_lambda_arn(call->registry, function, &arn));
	const json_t *tags = zt_registry_tags(call->registry, zt_str_view(&arn));
	/* AWS's Location is a signed link to the package in S3; this cloud serves no packages. */
	return zt_call_reply(call, json_pack("{s:o, s:{s:s}, s:O*}", "Configuration",
					     zt_lambda_show(call->registry, function), "Code", "RepositoryType", "S3",
					     "Tags", tags));
}

static zt_status get_configuration(zt_call *call, zt_error *ret_error)
{
	const zt_function *function;
	TRY(zt_lambda_find(call, &function, ret_error));
	return zt_call_reply(call, zt_lambda_show(call->registry, function));
}

static zt_status update_configuration(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view revision;
	const zt_function *function;
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_in_json(call->body, &revision_param, ZT_OPTIONAL, &revision, ret_error));
	TRY(zt_lambda_check_revision(function, revision, ret_error));
	ZT_JSON_CLEANUP json_t *configuration = json_deep_copy(function->configuration);
	ENSURE(configuration, ZT_E_NOMEM);
	TRY(zt_lambda_settings_update(call, configuration, ret_error));
	TRY(zt_lambda_touch(call->registry, configuration));
	zt_view name = zt_view_of(function->name);
	char kept[65];
	TRY(zt_text_copy(kept, sizeof kept, name));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_function_update(txn, name, configuration, function->code_sha256, ret_error));
	return zt_call_reply(call,
			     zt_lambda_show(call->registry, zt_registry_function(call->registry, zt_view_of(kept))));
}

static zt_status delete_function(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const zt_function *function;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_lambda_arn(call->registry, function, &arn));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_function_delete(txn, zt_view_of(function->name), ret_error));
	return zt_txn_tags_remove(txn, zt_str_view(&arn), NULL, ret_error);
}

static const void *next_function(void *context, zt_view after)
{
	return zt_registry_next_function(context, after);
}

static zt_view function_key(const void *entry)
{
	return zt_view_of(((const zt_function *)entry)->name);
}

static json_t *show_function(void *context, const void *entry)
{
	return zt_lambda_show(context, entry);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	const zt_page_source source = { next_function, function_key, NULL, show_function, call->registry };
	return zt_page_reply(call, &page_names, false, &source, "Functions", ret_error);
}

#define ONE "/2015-03-31/functions/{}"
static const zt_operation rows[] = {
	{ ZT_REST_OF("GetFunction", "GET", ONE, zt_lambda_resource, get) },
	{ ZT_REST_OF("GetFunctionConfiguration", "GET", ONE "/configuration", zt_lambda_resource, get_configuration) },
	{ ZT_REST_OF("UpdateFunctionConfiguration", "PUT", ONE "/configuration", zt_lambda_resource,
		     update_configuration) },
	{ ZT_REST_OF("DeleteFunction", "DELETE", ONE, zt_lambda_resource, delete_function), .status = 204 },
	{ ZT_REST("ListFunctions", "GET", "/2015-03-31/functions", NULL, list) },
};
const zt_operations zt_lambda_function_operations = ZT_OPERATIONS(rows);
