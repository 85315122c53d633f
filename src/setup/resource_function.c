/* The Lambda function that runs the handler. */
#include <string.h>

#include "aws/lambda.h"
#include "base/codec.h"
#include "base/digest.h"
#include "setup/documents.h"

enum {
	TIMEOUT_S = 30, /* the handler waits out throttling in it */
	MEMORY_MB = 128,
	WAIT_FIRST_MS = 1000,
	WAIT_CEILING_MS = 8000,
	POLL_MS = 250,
};

/* State is shown; it is not part of what shall be. */
static const char *const members[] = { "Runtime",       "Role",        "Handler",    "Timeout", "MemorySize",
				       "Architectures", "Environment", "CodeSha256", "State" };

static json_t *architecture(const zt_setup *setup)
{
	return zt_json_string(setup->spec.architecture.n ? setup->spec.architecture : ZT_LIT("x86_64"));
}

static json_t *code_sha256(const zt_setup *setup)
{
	zt_sha256 digest;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(64);
	zt_sha256_of(&setup->spec.zip, 1, &digest);
	if (zt_base64_encode(zt_view_make(digest.bytes, sizeof digest.bytes), &text) != ZT_OK)
		return NULL;
	return json_string(zt_str_text(&text));
}

static zt_status desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	(void)item;
	*ret = json_pack("{s:s, s:o, s:s, s:i, s:i, s:[o], s:{s:o}, s:o}", "Runtime", "provided.al2023", "Role",
			 zt_setup_arn_json(setup, "iam", "role/", setup->role_name), "Handler", "bootstrap", "Timeout",
			 TIMEOUT_S, "MemorySize", MEMORY_MB, "Architectures", architecture(setup), "Environment",
			 "Variables", zt_document_environment(setup), "CodeSha256", code_sha256(setup));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status observe(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours, zt_error *ret_error)
{
	const json_t *configuration = json_object_get(setup->function, "Configuration");
	ENSURE(configuration, ZT_E_NOT_FOUND);
	/* Without its tags the function would look like somebody else's. */
	const json_t *hidden = json_object_get(setup->function, "TagsError");
	if (json_is_object(hidden))
		return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDeniedException",
				      "GetFunction: lambda:ListTags is needed to see the tags of %s: %.*s", item->name,
				      ZT_PRI(zt_json_view(hidden, "Message")));
	*ret_ours =
	    zt_view_equal(zt_json_view(json_object_get(setup->function, "Tags"), "zerotouch"), zt_view_of(setup->name));
	*ret = zt_setup_pick(configuration, members, ZT_COUNT(members));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static bool is_settled(const json_t *function)
{
	const json_t *configuration = json_object_get(function, "Configuration");
	return !zt_view_equal(zt_json_view(configuration, "State"), ZT_LIT("Pending")) &&
	       !zt_view_equal(zt_json_view(configuration, "LastUpdateStatus"), ZT_LIT("InProgress"));
}

/* Until it is neither Pending nor in an update: before, AWS refuses the next change. */
static zt_status wait_settled(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	int64_t end_ms = zt_setup_now_ms(setup) + ZT_SETUP_READY_BUDGET_MS;
	for (;;) {
		ZT_JSON_CLEANUP json_t *function = NULL;
		TRY(zt_lambda_function_get(setup->client, zt_view_of(item->name), &function, ret_error));
		if (is_settled(function))
			return ZT_OK;
		if (zt_setup_now_ms(setup) + POLL_MS > end_ms)
			return zt_error_set(ret_error, ZT_E_TIMEOUT, "function %s is not ready after %d s", item->name,
					    ZT_SETUP_READY_BUDGET_MS / 1000);
		zt_setup_sleep(setup, POLL_MS);
	}
}

static json_t *creation(const zt_setup *setup, const zt_setup_item *item)
{
	json_t *body = json_copy(item->desired);
	(void)json_object_del(body, "CodeSha256");
	(void)json_object_set_new(body, "FunctionName", json_string(item->name));
	(void)json_object_set_new(body, "Description",
				  json_string("Just-in-time registration of devices by zerotouch"));
	(void)json_object_set_new(body, "Tags", json_pack("{s:s}", "zerotouch", setup->name));
	return body;
}

/* IAM is eventually consistent: a new role cannot be assumed for some seconds (IAM user guide, "Eventual consistency").
 */
static bool is_role_lag(zt_status status, const zt_error *error)
{
	return status == ZT_E_INVALID && strstr(error->text, "cannot be assumed");
}

static zt_status create(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *body = creation(setup, item);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	int64_t end_ms = zt_setup_now_ms(setup) + ZT_SETUP_ASSUME_BUDGET_MS;
	int64_t wait_ms = WAIT_FIRST_MS;
	zt_error error = { 0 };
	zt_status status = zt_lambda_function_create(setup->client, body, setup->spec.zip, &answer, &error);
	while (is_role_lag(status, &error) && zt_setup_now_ms(setup) + wait_ms <= end_ms) {
		zt_setup_sleep(setup, wait_ms);
		wait_ms = wait_ms * 2 > WAIT_CEILING_MS ? WAIT_CEILING_MS : wait_ms * 2;
		status = zt_lambda_function_create(setup->client, body, setup->spec.zip, &answer, &error);
	}
	if (status != ZT_OK) {
		if (ret_error)
			*ret_error = error;
		return status;
	}
	return wait_settled(setup, item, ret_error);
}

static zt_status update_code(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	zt_view name = setup->spec.architecture.n ? setup->spec.architecture : ZT_LIT("x86_64");
	TRY(zt_lambda_function_update_code(setup->client, zt_view_of(item->name), setup->spec.zip, name, &answer,
					   ret_error));
	return wait_settled(setup, item, ret_error);
}

static zt_status update(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *body = json_copy(item->desired);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	ENSURE(body, zt_setup_no_memory(ret_error));
	bool code = json_object_get(body, "CodeSha256") || json_object_get(body, "Architectures");
	(void)json_object_del(body, "CodeSha256");
	(void)json_object_del(body, "Architectures");
	if (code)
		TRY(update_code(setup, item, ret_error));
	if (json_object_size(body) == 0)
		return ZT_OK;
	TRY(zt_lambda_function_update(setup->client, zt_view_of(item->name), body, &answer, ret_error));
	return wait_settled(setup, item, ret_error);
}

static zt_status remove_function(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return zt_lambda_function_delete(setup->client, zt_view_of(item->name), ret_error);
}

static const zt_operator_action actions[] = {
	{ "lambda:GetFunction", { "function:{handler}" } },
	{ "lambda:ListTags", { "function:{handler}" } },
	{ "lambda:CreateFunction", { "function:{handler}" } },
	{ "lambda:TagResource", { "function:{handler}" } },
	{ "iam:PassRole", { "role/{role}" } },
	{ "lambda:UpdateFunctionCode", { "function:{handler}" } },
	{ "lambda:UpdateFunctionConfiguration", { "function:{handler}" } },
	{ "lambda:DeleteFunction", { "function:{handler}" } },
};

const zt_resource zt_resource_function = {
	"Lambda function", desired, observe, create, update, remove_function, ZT_OPERATOR_ACTIONS(actions)
};
