/* Functions and their code: create, update the code (AWS Lambda API reference). */
#include "base/codec.h"
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/front.h"
#include "cloud/api/lambda_settings.h"
#include "cloud/api/lambda_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/tags.h"

enum {
	ZIP_MAX = 50 * 1024 * 1024,
	/* What AWS says of a larger request: "Request must be smaller than 70167211 bytes". */
	CODE_BODY_MAX = 70167211,
};

static const zt_param name_param = { "FunctionName", 1, 140, NULL };
static const zt_param revision_param = { "RevisionId", 1, 64, NULL };

/* ZipFile of `code`, checked and kept on the disk. */
static zt_status take_package(const zt_call *call, const json_t *code, zt_package *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str zip = ZT_STR(ZIP_MAX);
	if (json_object_get(code, "S3Bucket") || json_object_get(code, "ImageUri"))
		return zt_error_set(ret_error, ZT_E_UNSUPPORTED,
				    "Code comes as ZipFile here; S3 and images are not supported");
	const json_t *file = json_object_get(code, "ZipFile");
	if (!json_is_string(file))
		return zt_in_missing("code.zipFile", ret_error);
	zt_status status = zt_base64_decode(zt_json_view(code, "ZipFile"), &zip);
	if (status == ZT_E_LIMIT)
		return zt_error_set(ret_error, ZT_E_INVALID, "Unzipped size must be smaller than 262144000 bytes");
	if (status != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "ZipFile is not base64");
	return zt_lambda_package(call->api->spec.lambda, zt_str_view(&zip), ret, ret_error);
}

static zt_status set_code(json_t *configuration, const zt_package *package)
{
	json_t *code =
	    json_pack("{s:I, s:s}", "CodeSize", (json_int_t)package->size, "CodeSha256", package->sha256_base64);
	return json_object_update_new(configuration, code) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status tag_new(zt_call *call, const zt_function *function, zt_txn *txn, zt_error *ret_error)
{
	const json_t *tags;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_in_json_object(call->body, "Tags", &tags, ret_error));
	if (json_object_size(tags) == 0)
		return ZT_OK;
	TRY(zt_lambda_arn(call->registry, function, &arn));
	TRY(zt_authorise_action(call, "lambda:TagResource", zt_str_view(&arn), ret_error));
	return zt_txn_tags_put(txn, zt_str_view(&arn), tags, ret_error);
}

/* Bodies of functions are checked last: they cost a disk. */
static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view given, name;
	const json_t *code;
	zt_package package;
	ZT_JSON_CLEANUP json_t *configuration = NULL;
	TRY(zt_in_json(call->body, &name_param, ZT_REQUIRED, &given, ret_error));
	TRY(zt_lambda_name(call, given, &name, ret_error));
	TRY(zt_in_json_object(call->body, "Code", &code, ret_error));
	if (!code)
		return zt_in_missing("code", ret_error);
	TRY(zt_lambda_settings_new(call, name, &configuration, ret_error));
	if (zt_registry_function(call->registry, name))
		return zt_error_coded(ret_error, ZT_E_EXISTS, "ResourceConflictException",
				      "Function already exist: %.*s", ZT_PRI(name));
	TRY(take_package(call, code, &package, ret_error));
	TRY(set_code(configuration, &package));
	TRY(zt_lambda_touch(call->registry, configuration));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_function_create(txn, name, configuration, package.sha256_hex, ret_error));
	const zt_function *function = zt_registry_function(call->registry, name);
	ENSURE(function, ZT_E_INTERNAL);
	TRY(zt_call_reply(call, zt_lambda_show(call->registry, function)));
	return tag_new(call, function, txn, ret_error);
}

static zt_status keep_code(zt_call *call, const zt_function *function, const json_t *configuration,
			   const zt_package *package, zt_error *ret_error)
{
	zt_txn *txn;
	char name[65];
	TRY(zt_text_copy(name, sizeof name, zt_view_of(function->name)));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_function_update(txn, zt_view_of(name), configuration, package->sha256_hex, ret_error));
	return zt_call_reply(call,
			     zt_lambda_show(call->registry, zt_registry_function(call->registry, zt_view_of(name))));
}

static zt_status update_code(zt_call *call, zt_error *ret_error)
{
	zt_view revision;
	bool dry_run = false;
	zt_package package;
	const zt_function *function;
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_in_json(call->body, &revision_param, ZT_OPTIONAL, &revision, ret_error));
	TRY(zt_in_json_bool(call->body, "DryRun", &dry_run, ret_error));
	TRY(zt_lambda_check_revision(function, revision, ret_error));
	if (json_is_true(json_object_get(call->body, "Publish")))
		return zt_error_set(ret_error, ZT_E_UNSUPPORTED,
				    "Versions of functions are not supported here: Publish must be false");
	ZT_JSON_CLEANUP json_t *configuration = json_deep_copy(function->configuration);
	ENSURE(configuration, ZT_E_NOMEM);
	TRY(zt_lambda_settings_architectures(call, configuration, ret_error));
	TRY(take_package(call, call->body, &package, ret_error));
	if (dry_run)
		return zt_call_reply(call, zt_lambda_show(call->registry, function));
	TRY(set_code(configuration, &package));
	TRY(zt_lambda_touch(call->registry, configuration));
	return keep_code(call, function, configuration, &package, ret_error);
}

static zt_status resource_of_new(const zt_call *call, zt_str *out)
{
	zt_view given, name;
	if (zt_in_json(call->body, &name_param, ZT_REQUIRED, &given, NULL) != ZT_OK ||
	    zt_lambda_name(call, given, &name, NULL) != ZT_OK)
		return ZT_OK;
	return zt_account_function_arn(zt_registry_account(call->registry), name, out);
}

static const zt_operation rows[] = {
	{ ZT_REST_OF("CreateFunction", "POST", "/2015-03-31/functions", resource_of_new, create), .status = 201,
	  .body_max = CODE_BODY_MAX },
	{ ZT_REST_OF("UpdateFunctionCode", "PUT", "/2015-03-31/functions/{}/code", zt_lambda_resource, update_code),
	  .body_max = CODE_BODY_MAX },
};
const zt_operations zt_lambda_code_operations = ZT_OPERATIONS(rows);
