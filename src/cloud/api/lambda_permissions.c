/* A function's resource policy: who may invoke it (AWS Lambda API reference). */
#include "base/digest.h"
#include "base/json.h"
#include "cloud/api/lambda_words.h"
#include "cloud/api/tables.h"

enum { POLICY_MAX = 20 * 1024 };

static const zt_param statement_param = { "StatementId", 1, 100, "a-zA-Z0-9_-" };
static const zt_param action_param = { "Action", 1, 128, "a-zA-Z:*" };
static const zt_param principal_param = { "Principal", 1, 256, "a-zA-Z0-9.:/*_@+=,-" };
static const zt_param source_arn_param = { "SourceArn", 1, 2048, NULL };
static const zt_param source_account_param = { "SourceAccount", 12, 12, "0-9" };
static const zt_param revision_param = { "RevisionId", 1, 64, NULL };

/* A service by its name, everyone, an ARN, or an account by its number. */
static json_t *principal_of(const zt_registry *registry, zt_view principal)
{
	uint64_t number;
	if (zt_view_equal(principal, ZT_LIT("*")))
		return json_string("*");
	if (zt_view_ends(principal, ZT_LIT(".amazonaws.com")))
		return json_pack("{s:s%}", "Service", (const char *)principal.p, principal.n);
	if (principal.n != 12 || !zt_view_to_u64(principal, &number))
		return json_pack("{s:s%}", "AWS", (const char *)principal.p, principal.n);
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(128);
	if (zt_str_printf(&arn, "arn:%s:iam::%.*s:root", zt_registry_account(registry)->partition, ZT_PRI(principal)) !=
	    ZT_OK)
		return NULL;
	return json_pack("{s:s}", "AWS", zt_str_text(&arn));
}

static zt_status add_condition(json_t *statement, const char *operator_name, const char *key, zt_view value)
{
	json_t *condition = json_object_get(statement, "Condition");
	if (value.n == 0)
		return ZT_OK;
	if (!condition) {
		condition = json_object();
		ENSURE(json_object_set_new(statement, "Condition", condition) == 0, ZT_E_NOMEM);
	}
	json_t *pair = json_pack("{s:s%}", key, (const char *)value.p, value.n);
	return json_object_set_new(condition, operator_name, pair) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status make_statement(const zt_call *call, const zt_function *function, zt_view id, json_t **ret,
				zt_error *ret_error)
{
	zt_view action, principal, source_arn, source_account;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_in_json(call->body, &action_param, ZT_REQUIRED, &action, ret_error));
	TRY(zt_in_json(call->body, &principal_param, ZT_REQUIRED, &principal, ret_error));
	TRY(zt_in_json(call->body, &source_arn_param, ZT_OPTIONAL, &source_arn, ret_error));
	TRY(zt_in_json(call->body, &source_account_param, ZT_OPTIONAL, &source_account, ret_error));
	TRY(zt_lambda_arn(call->registry, function, &arn));
	ZT_JSON_CLEANUP json_t *statement =
	    json_pack("{s:s%, s:s, s:o, s:s%, s:s}", "Sid", (const char *)id.p, id.n, "Effect", "Allow", "Principal",
		      principal_of(call->registry, principal), "Action", (const char *)action.p, action.n, "Resource",
		      zt_str_text(&arn));
	ENSURE(statement, ZT_E_NOMEM);
	TRY(add_condition(statement, "StringEquals", "AWS:SourceAccount", source_account));
	TRY(add_condition(statement, "ArnLike", "AWS:SourceArn", source_arn));
	*ret = ZT_STEAL(statement);
	return ZT_OK;
}

/* Index of the statement with this id, or the list's size. */
static size_t find_statement(const json_t *statements, zt_view id)
{
	size_t i;
	const json_t *statement;
	json_array_foreach(statements, i, statement)
		if (zt_view_equal(id, zt_json_view(statement, "Sid")))
			return i;
	return json_array_size(statements);
}

static zt_status write_policy(const json_t *statements, zt_str *out)
{
	ZT_JSON_CLEANUP json_t *policy =
	    json_pack("{s:s, s:s, s:O}", "Version", "2012-10-17", "Id", "default", "Statement", statements);
	ENSURE(policy, ZT_E_NOMEM);
	return zt_json_write(policy, out);
}

/* The policy's revision follows from what it says: it needs no row of its own. */
static void revision_of(zt_view policy, char ret_text[ZT_UUID_TEXT])
{
	char hex[ZT_SHA256_HEX + 1];
	zt_sha256_hex_of(policy, hex);
	(void)snprintf(ret_text, ZT_UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static zt_status check_revision(const zt_function *function, zt_view wanted, zt_error *ret_error)
{
	char revision[ZT_UUID_TEXT];
	ZT_CLEANUP(zt_str_free) zt_str policy = ZT_STR(2 * POLICY_MAX);
	if (wanted.n == 0)
		return ZT_OK;
	TRY(write_policy(function->policy, &policy));
	revision_of(zt_str_view(&policy), revision);
	if (zt_view_equal(wanted, zt_view_of(revision)))
		return ZT_OK;
	return zt_error_coded(
	    ret_error, ZT_E_CONFLICT, "PreconditionFailedException",
	    "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the "
	    "latest Revision Id");
}

/* Keeps the statements as the whole policy, within AWS's size. */
static zt_status keep(zt_call *call, const zt_function *function, const json_t *statements, zt_error *ret_error)
{
	zt_txn *txn;
	ZT_CLEANUP(zt_str_free) zt_str policy = ZT_STR(POLICY_MAX);
	zt_status status = write_policy(statements, &policy);
	if (status == ZT_E_LIMIT)
		return zt_error_coded(ret_error, status, "PolicyLengthExceededException",
				      "The final policy size is bigger than the limit (%d).", POLICY_MAX);
	TRY(status);
	TRY(zt_call_txn(call, &txn));
	return zt_txn_function_policy(txn, zt_view_of(function->name), statements, ret_error);
}

static zt_status add(zt_call *call, zt_error *ret_error)
{
	zt_view id, revision;
	const zt_function *function;
	ZT_JSON_CLEANUP json_t *statement = NULL;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(POLICY_MAX);
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_in_json(call->body, &statement_param, ZT_REQUIRED, &id, ret_error));
	TRY(zt_in_json(call->body, &revision_param, ZT_OPTIONAL, &revision, ret_error));
	TRY(check_revision(function, revision, ret_error));
	if (find_statement(function->policy, id) < json_array_size(function->policy))
		return zt_error_coded(
		    ret_error, ZT_E_EXISTS, "ResourceConflictException",
		    "The statement id (%.*s) provided already exists. Please provide a new statement id, or remove the "
		    "existing statement.",
		    ZT_PRI(id));
	TRY(make_statement(call, function, id, &statement, ret_error));
	TRY(zt_json_write(statement, &text));
	ZT_JSON_CLEANUP json_t *statements = json_copy(function->policy);
	ENSURE(json_array_append(statements, statement) == 0, ZT_E_NOMEM);
	TRY(keep(call, function, statements, ret_error));
	return zt_call_reply(call, json_pack("{s:s}", "Statement", zt_str_text(&text)));
}

static zt_status remove_statement(zt_call *call, zt_error *ret_error)
{
	zt_view id, revision;
	const zt_function *function;
	TRY(zt_lambda_find(call, &function, ret_error));
	TRY(zt_in_label(call, 1, &statement_param, &id, ret_error));
	TRY(zt_in_query(call, &revision_param, ZT_OPTIONAL, &revision, ret_error));
	TRY(check_revision(function, revision, ret_error));
	size_t at = find_statement(function->policy, id);
	if (at == json_array_size(function->policy))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "Statement %.*s is not found in resource policy.", ZT_PRI(id));
	ZT_JSON_CLEANUP json_t *statements = json_copy(function->policy);
	ENSURE(json_array_remove(statements, at) == 0, ZT_E_NOMEM);
	return keep(call, function, statements, ret_error);
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	char revision[ZT_UUID_TEXT];
	const zt_function *function;
	ZT_CLEANUP(zt_str_free) zt_str policy = ZT_STR(2 * POLICY_MAX);
	TRY(zt_lambda_find(call, &function, ret_error));
	if (json_array_size(function->policy) == 0)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "The resource you requested does not exist.");
	TRY(write_policy(function->policy, &policy));
	revision_of(zt_str_view(&policy), revision);
	return zt_call_reply(call, json_pack("{s:s, s:s}", "Policy", zt_str_text(&policy), "RevisionId", revision));
}

#define POLICY "/2015-03-31/functions/{}/policy"
static const zt_operation rows[] = {
	{ ZT_REST_OF("AddPermission", "POST", POLICY, zt_lambda_resource, add), .status = 201 },
	{ ZT_REST_OF("RemovePermission", "DELETE", POLICY "/{}", zt_lambda_resource, remove_statement), .status = 204 },
	{ ZT_REST_OF("GetPolicy", "GET", POLICY, zt_lambda_resource, get) },
};
const zt_operations zt_lambda_permission_operations = ZT_OPERATIONS(rows);
