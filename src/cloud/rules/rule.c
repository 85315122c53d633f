#include "cloud/rules/rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/arn.h"
#include "base/json.h"

static zt_status invalid(zt_error *ret_error, const char *action, const char *what)
{
	return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequestException", "%s: %s", action, what);
}

static zt_status parse_template(zt_view text, const char *action, zt_template **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	zt_status status = zt_template_parse(text, ret, &cause);
	return status == ZT_OK
		   ? ZT_OK
		   : zt_error_coded(ret_error, status, "InvalidRequestException", "%s: %s", action, cause.text);
}

static zt_status parse_lambda(const json_t *json, zt_action *action, zt_error *ret_error)
{
	zt_view arn = zt_json_view(json, "functionArn"), name;
	zt_arn parts;
	bool function = zt_arn_parse(arn, &parts) == ZT_OK && zt_view_equal(parts.service, ZT_LIT("lambda")) &&
			zt_arn_resource_of(&parts, ZT_LIT("function"), &name);
	if (!function)
		return invalid(ret_error, "lambda", "functionArn is no ARN of a function");
	return parse_template(arn, "lambda", &action->target, ret_error);
}

/* The role that IoT assumes for the action. */
static zt_status parse_role(const json_t *json, const char *kind, zt_action *action, zt_error *ret_error)
{
	zt_view role = zt_json_view(json, "roleArn"), name;
	zt_arn parts;
	if (zt_arn_parse(role, &parts) != ZT_OK || !zt_arn_resource_of(&parts, ZT_LIT("role"), &name))
		return invalid(ret_error, kind, "roleArn is no ARN of a role");
	action->role_arn = zt_view_dup(role);
	ENSURE(action->role_arn, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	return ZT_OK;
}

static zt_status parse_republish(const json_t *json, zt_action *action, zt_error *ret_error)
{
	zt_view topic = zt_json_view(json, "topic");
	const json_t *qos = json_object_get(json, "qos");
	TRY(parse_role(json, "republish", action, ret_error));
	if (!topic.n)
		return invalid(ret_error, "republish", "topic is missing");
	if (qos && (!json_is_integer(qos) || json_integer_value(qos) < 0 || json_integer_value(qos) > 1))
		return invalid(ret_error, "republish", "qos is neither 0 nor 1");
	if (json_object_get(json, "headers"))
		return invalid(ret_error, "republish", "headers are not supported here");
	action->qos = (uint8_t)json_integer_value(qos);
	return parse_template(topic, "republish", &action->target, ret_error);
}

static zt_status parse_logs(const json_t *json, zt_action *action, zt_error *ret_error)
{
	zt_view group = zt_json_view(json, "logGroupName");
	TRY(parse_role(json, "cloudwatchLogs", action, ret_error));
	if (!group.n)
		return invalid(ret_error, "cloudwatchLogs", "logGroupName is missing");
	if (json_is_true(json_object_get(json, "batchMode")))
		return invalid(ret_error, "cloudwatchLogs", "batchMode is not supported here");
	return parse_template(group, "cloudwatchLogs", &action->target, ret_error);
}

static zt_status parse_header(const json_t *json, zt_action_header *ret, zt_error *ret_error)
{
	zt_view key = zt_json_view(json, "key");
	if (!key.n || !json_is_string(json_object_get(json, "value")))
		return invalid(ret_error, "http", "a header wants key and value");
	ret->name = zt_view_dup(key);
	ENSURE(ret->name, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	return parse_template(zt_json_view(json, "value"), "http", &ret->value, ret_error);
}

/* A URL with templates needs the part before them confirmed: confirmationUrl. */
static zt_status check_urls(zt_view url, zt_view confirmation, zt_error *ret_error)
{
	if (!zt_view_starts(url, ZT_LIT("https://")))
		return invalid(ret_error, "http", "url is no https URL");
	if (confirmation.n && !zt_view_starts(url, confirmation))
		return invalid(ret_error, "http", "confirmationUrl is no beginning of url");
	for (size_t i = 0; i + 1 < url.n && !confirmation.n; i++)
		if (url.p[i] == '$' && url.p[i + 1] == '{')
			return invalid(ret_error, "http", "a url with substitution templates needs confirmationUrl");
	return ZT_OK;
}

static zt_status parse_http(const json_t *json, zt_action *action, zt_error *ret_error)
{
	zt_view url = zt_json_view(json, "url");
	const json_t *headers = json_object_get(json, "headers");
	size_t count = json_array_size(headers);
	TRY(check_urls(url, zt_json_view(json, "confirmationUrl"), ret_error));
	if (json_object_get(json, "auth") || json_object_get(json, "enableBatching"))
		return invalid(ret_error, "http", "auth and batches are not supported here");
	if (count > ZT_HTTP_HEADERS_OF_ACTION_MAX)
		return invalid(ret_error, "http", "more than 100 headers");
	action->headers = calloc(count + 1, sizeof *action->headers);
	ENSURE(action->headers, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	for (size_t i = 0; i < count; i++)
		TRY(parse_header(json_array_get(headers, i), &action->headers[action->header_count++], ret_error));
	return parse_template(url, "http", &action->target, ret_error);
}

static const struct {
	const char *member, *name;
	zt_status (*parse)(const json_t *json, zt_action *action, zt_error *ret_error);
} kinds[] = {
	[ZT_ACTION_LAMBDA] = { "lambda", "LambdaAction", parse_lambda },
	[ZT_ACTION_REPUBLISH] = { "republish", "RepublishAction", parse_republish },
	[ZT_ACTION_LOGS] = { "cloudwatchLogs", "CloudwatchLogsAction", parse_logs },
	[ZT_ACTION_HTTP] = { "http", "HttpAction", parse_http },
};

const char *zt_action_name(zt_action_kind kind)
{
	return kinds[kind].name;
}

/* An object with one member, named after the kind of action. */
static zt_status parse_action(const json_t *json, zt_action *ret, zt_error *ret_error)
{
	if (!json_is_object(json) || json_object_size(json) != 1)
		return invalid(ret_error, "action", "it has not exactly one member");
	const char *member = json_object_iter_key(json_object_iter((json_t *)json));
	for (size_t i = 0; i < ZT_COUNT(kinds); i++)
		if (strcmp(member, kinds[i].member) == 0) {
			ret->kind = (zt_action_kind)i;
			return kinds[i].parse(json_object_get(json, member), ret, ret_error);
		}
	return invalid(ret_error, member, "no action of this kind is supported here");
}

static zt_status parse_actions(const json_t *actions, zt_rule *rule, zt_error *ret_error)
{
	if (!json_is_array(actions))
		return invalid(ret_error, "actions", "not a list");
	if (json_array_size(actions) > ZT_RULE_ACTIONS_MAX)
		return invalid(ret_error, "actions", "more than 10");
	for (size_t i = 0; i < json_array_size(actions); i++)
		TRY(parse_action(json_array_get(actions, i), &rule->actions[rule->action_count++], ret_error));
	return ZT_OK;
}

static bool is_version(zt_view version)
{
	return !version.n || zt_view_equal(version, ZT_LIT("2016-03-23")) ||
	       zt_view_equal(version, ZT_LIT("2015-10-08")) || zt_view_equal(version, ZT_LIT("beta"));
}

zt_status zt_rule_compile(zt_view name, zt_view sql, zt_view version, const json_t *actions, const json_t *error_action,
			  zt_rule **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_rule_freep) zt_rule *rule = calloc(1, sizeof *rule);
	ENSURE(rule, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	TRY(zt_text_copy(rule->name, sizeof rule->name, name));
	if (!is_version(version))
		return invalid(ret_error, "awsIotSqlVersion", "unknown version");
	TRY(zt_sql_parse(sql, &rule->sql, ret_error));
	TRY(parse_actions(actions, rule, ret_error));
	rule->has_error_action = error_action && !json_is_null(error_action);
	if (rule->has_error_action)
		TRY(parse_action(error_action, &rule->error_action, ret_error));
	*ret = ZT_STEAL(rule);
	return ZT_OK;
}

static void free_action(zt_action *action)
{
	zt_template_free(action->target);
	free(action->role_arn);
	for (size_t i = 0; i < action->header_count; i++) {
		free(action->headers[i].name);
		zt_template_free(action->headers[i].value);
	}
	free(action->headers);
}

void zt_rule_free(zt_rule *rule)
{
	if (!rule)
		return;
	zt_sql_free(rule->sql);
	for (size_t i = 0; i < rule->action_count; i++)
		free_action(&rule->actions[i]);
	free_action(&rule->error_action);
	free(rule);
}
