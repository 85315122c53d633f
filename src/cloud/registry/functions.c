/* Lambda functions and their resource policies (AWS Lambda API reference). */
#include "cloud/registry/fields.h"
#include "cloud/registry/functions.h"
#include "cloud/registry/record.h"
#include "cloud/registry/state.h"

/* AWS Lambda quotas, "Function resource-based policy". */
enum { POLICY_BYTES_MAX = 20 * 1024 };

typedef struct {
	zt_row row;
	zt_function function; /* what it points to is owned */
} function_row;

static void function_row_free(function_row *row)
{
	json_decref(row->function.configuration);
	json_decref(row->function.policy);
	free(row);
}
ZT_DEFINE_CLEANUP(function_row, function_row_free)

static void function_free(zt_row *row)
{
	function_row_free((function_row *)row);
}

/* Takes over both objects; NULL among them is want of memory. */
static zt_status function_row_new(zt_view name, json_t *configuration, json_t *policy, zt_view code_sha256,
				  function_row **ret)
{
	ZT_JSON_CLEANUP json_t *kept_configuration = configuration, *kept_policy = policy;
	ZT_CLEANUP(function_row_freep) function_row *row = calloc(1, sizeof *row);
	ENSURE(row && configuration && policy, ZT_E_NOMEM);
	TRY(zt_text_copy(row->function.name, sizeof row->function.name, name));
	TRY(zt_text_copy(row->function.code_sha256, sizeof row->function.code_sha256, code_sha256));
	row->row.node.key = zt_view_of(row->function.name);
	row->function.configuration = ZT_STEAL(kept_configuration);
	row->function.policy = ZT_STEAL(kept_policy);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static zt_status function_encode(const zt_row *row, zt_str *out)
{
	const zt_function *function = &((const function_row *)row)->function;
	return zt_record_write(json_pack("{sO sO ss}", "configuration", function->configuration, "policy",
					 function->policy, "code", function->code_sha256),
			       ZT_VIEW_EMPTY, out);
}

static zt_status function_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	function_row *row = NULL;
	char code[ZT_COUNT(row->function.code_sha256)] = "";
	json_t *configuration = NULL, *policy = NULL;
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_json(&reader, "configuration", JSON_OBJECT, &configuration);
	zt_record_json(&reader, "policy", JSON_ARRAY, &policy);
	zt_record_text(&reader, "code", code, sizeof code);
	if (reader.status != ZT_OK) {
		json_decref(configuration);
		json_decref(policy);
		return reader.status;
	}
	TRY(function_row_new(record->key, configuration, policy, zt_view_of(code), &row));
	*ret = &row->row;
	return ZT_OK;
}

const zt_noun zt_noun_function = {
	ZT_KIND_FUNCTION, "function", function_decode, function_encode, function_free, NULL, NULL
};

static const zt_function *function_of(const zt_row *row)
{
	return row ? &((const function_row *)row)->function : NULL;
}

const zt_function *zt_registry_function(const zt_registry *registry, zt_view name)
{
	return function_of(zt_row_find(registry, ZT_KIND_FUNCTION, name));
}

const zt_function *zt_registry_next_function(const zt_registry *registry, zt_view after_name)
{
	return function_of(zt_row_after(registry, ZT_KIND_FUNCTION, after_name));
}

static zt_status find_function(zt_txn *txn, zt_view name, const zt_function **ret, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	const zt_function *function = zt_registry_function(registry, name);
	if (function) {
		*ret = function;
		return ZT_OK;
	}
	TRY(zt_account_function_arn(&registry->account, name, &arn));
	return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Function not found: %s", zt_str_text(&arn));
}

static zt_status put(zt_txn *txn, zt_view name, json_t *configuration, json_t *policy, zt_view code_sha256)
{
	function_row *row = NULL;
	TRY(function_row_new(name, configuration, policy, code_sha256, &row));
	return zt_txn_put(txn, &zt_noun_function, &row->row);
}

zt_status zt_txn_function_create(zt_txn *txn, zt_view name, const json_t *configuration, const char *code_sha256,
				 zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_function_name, name, ret_error));
	if (zt_registry_function(zt_txn_registry(txn), name))
		return zt_refuse(ret_error, ZT_REFUSE_LAMBDA_EXISTS, "Function already exist: %.*s", ZT_PRI(name));
	return put(txn, name, json_deep_copy(configuration), json_array(), zt_view_of(code_sha256));
}

zt_status zt_txn_function_update(zt_txn *txn, zt_view name, const json_t *configuration, const char *code_sha256,
				 zt_error *ret_error)
{
	const zt_function *function = NULL;
	TRY(find_function(txn, name, &function, ret_error));
	return put(txn, name, json_deep_copy(configuration), json_incref(function->policy), zt_view_of(code_sha256));
}

zt_status zt_txn_function_delete(zt_txn *txn, zt_view name, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	const zt_function *function = NULL;
	TRY(find_function(txn, name, &function, ret_error));
	TRY(zt_account_function_arn(&registry->account, name, &arn));
	return zt_txn_drop_tagged(txn, &zt_noun_function, zt_row_find(registry, ZT_KIND_FUNCTION, name),
				  zt_str_view(&arn));
}

zt_status zt_txn_function_policy(zt_txn *txn, zt_view name, const json_t *statements, zt_error *ret_error)
{
	const zt_function *function = NULL;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(POLICY_BYTES_MAX);
	TRY(find_function(txn, name, &function, ret_error));
	if (zt_json_write(statements, &text) != ZT_OK)
		return zt_refuse(ret_error, ZT_REFUSE_LAMBDA_POLICY,
				 "The final policy size is bigger than the limit (%d).", POLICY_BYTES_MAX);
	return put(txn, name, json_incref(function->configuration), json_deep_copy(statements),
		   zt_view_of(function->code_sha256));
}
