#include "cloud/api/lambda_words.h"

#include "base/arn.h"
#include "base/json.h"
#include "base/timefmt.h"

static const zt_param name_param = { "functionName", 1, 64, "a-zA-Z0-9_-" };
static const zt_param qualifier_param = { "Qualifier", 1, 128, "a-zA-Z0-9$_-" };

static zt_status not_found(const zt_call *call, zt_view text, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	if (zt_view_starts(text, ZT_LIT("arn:")))
		TRY(zt_str_put(&arn, text));
	else
		TRY(zt_account_function_arn(zt_registry_account(call->registry), text, &arn));
	return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException", "Function not found: %s",
			      zt_str_text(&arn));
}

/* Takes arn:aws:lambda:<region>:<account>:function: or <account>:function: off; false when it names another place. */
static bool take_place(const zt_account *account, zt_view *text)
{
	zt_arn arn;
	zt_view rest = *text;
	if (zt_view_starts(*text, ZT_LIT("arn:"))) {
		if (zt_arn_parse(*text, &arn) != ZT_OK || !zt_view_equal(arn.service, ZT_LIT("lambda")) ||
		    !zt_view_equal(arn.region, zt_view_of(account->region)) ||
		    !zt_view_equal(arn.account, zt_view_of(account->account)) ||
		    !zt_arn_resource_of(&arn, ZT_LIT("function"), &rest))
			return false;
	} else if (zt_view_take_prefix(&rest, zt_view_of(account->account)) &&
		   !zt_view_take_prefix(&rest, ZT_LIT(":function:"))) {
		rest = *text;
	}
	*text = rest;
	return true;
}

zt_status zt_lambda_name(const zt_call *call, zt_view text, zt_view *ret, zt_error *ret_error)
{
	zt_view name = text;
	if (!take_place(zt_registry_account(call->registry), &name))
		return not_found(call, text, ret_error);
	size_t colon = zt_view_find(name, ':');
	zt_view qualifier = zt_view_from(name, colon + 1);
	name.n = colon;
	TRY(zt_param_check(&name_param, name, ret_error));
	if (qualifier.n && !zt_view_equal(qualifier, ZT_LIT("$LATEST")))
		return not_found(call, text, ret_error);
	*ret = name;
	return ZT_OK;
}

zt_status zt_lambda_find(const zt_call *call, const zt_function **ret, zt_error *ret_error)
{
	zt_view name, qualifier;
	ENSURE(call->label_count, ZT_E_INTERNAL);
	TRY(zt_lambda_name(call, call->labels[0], &name, ret_error));
	TRY(zt_in_query(call, &qualifier_param, ZT_OPTIONAL, &qualifier, ret_error));
	const zt_function *function = zt_registry_function(call->registry, name);
	if (!function || (qualifier.n && !zt_view_equal(qualifier, ZT_LIT("$LATEST"))))
		return not_found(call, name, ret_error);
	*ret = function;
	return ZT_OK;
}

zt_status zt_lambda_arn(const zt_registry *registry, const zt_function *function, zt_str *out)
{
	return zt_account_function_arn(zt_registry_account(registry), zt_view_of(function->name), out);
}

zt_status zt_lambda_resource(const zt_call *call, zt_str *out)
{
	zt_view name;
	if (call->label_count == 0 || zt_lambda_name(call, call->labels[0], &name, NULL) != ZT_OK)
		return ZT_OK;
	return zt_account_function_arn(zt_registry_account(call->registry), name, out);
}

json_t *zt_lambda_show(const zt_registry *registry, const zt_function *function)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	if (zt_lambda_arn(registry, function, &arn) != ZT_OK)
		return NULL;
	json_t *shown = json_deep_copy(function->configuration);
	json_t *more =
	    json_pack("{s:s, s:s, s:s, s:s, s:s}", "FunctionName", function->name, "FunctionArn", zt_str_text(&arn),
		      "Version", "$LATEST", "State", "Active", "LastUpdateStatus", "Successful");
	(void)json_object_del(shown, ZT_LAMBDA_EVENT_CONFIG);
	if (json_object_update_new(shown, more) == 0)
		return shown;
	json_decref(shown);
	return NULL;
}

zt_status zt_lambda_check_revision(const zt_function *function, zt_view revision, zt_error *ret_error)
{
	if (revision.n == 0 || zt_view_equal(revision, zt_json_view(function->configuration, "RevisionId")))
		return ZT_OK;
	return zt_error_coded(
	    ret_error, ZT_E_CONFLICT, "PreconditionFailedException",
	    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
	    "retrieve the latest Revision Id");
}

zt_status zt_lambda_touch(const zt_registry *registry, json_t *configuration)
{
	char now[ZT_TIME_TEXT_MAX], revision[ZT_UUID_TEXT];
	zt_time_lambda(zt_registry_now_ms(registry), now);
	zt_uuid(revision);
	ENSURE(json_object_set_new(configuration, "LastModified", json_string(now)) == 0, ZT_E_NOMEM);
	return json_object_set_new(configuration, "RevisionId", json_string(revision)) == 0 ? ZT_OK : ZT_E_NOMEM;
}
