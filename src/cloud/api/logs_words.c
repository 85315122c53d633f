#include "cloud/api/logs_words.h"

#include "base/arn.h"
#include "base/json.h"
#include "cloud/api/front.h"
#include "cloud/api/page.h"

const zt_param zt_param_log_group_name = { "logGroupName", 1, ZT_LOG_NAME_MAX, "a-zA-Z0-9._/#-" };
const zt_param zt_param_log_stream_name = { "logStreamName", 1, ZT_LOG_NAME_MAX, NULL };
static const zt_param identifier = { "logGroupIdentifier", 1, 2048, NULL };
enum { TOKEN_MAX = 4096 };

zt_logs *zt_call_logs(const zt_call *call)
{
	return call->api->spec.logs;
}

/* "arn:…:log-group:<name>[:*]" -> "<name>" */
static zt_view name_of_arn(zt_view text)
{
	zt_arn arn;
	zt_view name = text;
	if (zt_arn_parse(text, &arn) != ZT_OK || !zt_arn_resource_of(&arn, ZT_LIT("log-group"), &name))
		return text;
	name.n = zt_view_find(name, ':');
	return name;
}

static zt_view named(const zt_call *call)
{
	zt_view name = zt_json_view(call->body, "logGroupName");
	return name_of_arn(name.n ? name : zt_json_view(call->body, identifier.name));
}

zt_status zt_logs_group(const zt_call *call, const zt_log_group **ret, zt_error *ret_error)
{
	zt_view name;
	if (json_object_get(call->body, identifier.name)) {
		TRY(zt_in_json(call->body, &identifier, ZT_REQUIRED, &name, ret_error));
		name = name_of_arn(name);
	} else {
		TRY(zt_in_json(call->body, &zt_param_log_group_name, ZT_REQUIRED, &name, ret_error));
	}
	*ret = zt_registry_log_group(call->registry, name);
	return *ret ? ZT_OK
		    : zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				     "The specified log group does not exist.");
}

zt_status zt_logs_tag_resource(const zt_call *call, zt_str *out)
{
	zt_view arn = zt_json_view(call->body, "resourceArn");
	if (arn.n)
		return zt_str_put(out, arn);
	return zt_account_log_group_arn(zt_registry_account(call->registry), named(call), out);
}

zt_status zt_logs_group_resource(const zt_call *call, zt_str *out)
{
	TRY(zt_account_log_group_arn(zt_registry_account(call->registry), named(call), out));
	return zt_str_put_text(out, ":log-stream:");
}

zt_status zt_logs_stream_resource(const zt_call *call, zt_str *out)
{
	TRY(zt_logs_group_resource(call, out));
	return zt_str_put(out, zt_json_view(call->body, zt_param_log_stream_name.name));
}

zt_status zt_logs_page_read(const zt_call *call, uint64_t max, uint64_t fallback, uint64_t *ret_limit,
			    zt_str *ret_after, zt_error *ret_error)
{
	zt_view token = zt_json_view(call->body, "nextToken");
	*ret_limit = fallback;
	TRY(zt_in_json_number(call->body, "limit", 1, max, ret_limit, ret_error));
	if (token.n && zt_page_token_read(call->operation->name, token, ret_after) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "The specified nextToken is invalid.");
	return ZT_OK;
}

zt_status zt_logs_page_end(zt_call *call, const char *member, zt_view key)
{
	ZT_CLEANUP(zt_str_free) zt_str token = ZT_STR(TOKEN_MAX);
	TRY(zt_page_token_make(call->operation->name, key, &token));
	return json_object_set_new(call->reply, member, json_string(zt_str_text(&token))) == 0 ? ZT_OK : ZT_E_NOMEM;
}
