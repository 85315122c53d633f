/* The way of a registration: CA certificate, rule, permission, function, thing type. */
#include <string.h>

#include "setup/documents.h"
#include "setup/judge.h"

zt_status zt_judge_thing_type(const zt_diagnosis *d, const zt_setup_item *item)
{
	if (!item->there)
		return zt_judge_again(d, ZT_FIND_THING_TYPE_MISSING, item->name, "DescribeThingType: not found");
	if (json_is_true(json_object_get(item->observed, "deprecated")))
		return zt_finding_add(d->findings, ZT_FIND_THING_TYPE_DEPRECATED, item->name, "deprecated is true",
				      "aws iot deprecate-thing-type --thing-type-name %s --undo-deprecate", item->name);
	return ZT_OK;
}

/* ---- the function ---- */

static zt_status judge_environment(const zt_diagnosis *d, const zt_setup_item *item)
{
	const json_t *variables = json_object_get(json_object_get(item->observed, "Environment"), "Variables");
	const struct {
		const char *name, *wanted;
	} names[] = {
		{ "ZT_POLICY_NAME", d->setup->device_name },
		{ "ZT_THING_TYPE", d->setup->device_name },
		{ "ZT_DATA_ENDPOINT", d->setup->endpoint },
	};
	for (size_t i = 0; i < ZT_COUNT(names); i++) {
		char evidence[512];
		zt_view value = zt_json_view(variables, names[i].name);
		if (zt_view_equal(value, zt_view_of(names[i].wanted)) || !names[i].wanted[0])
			continue;
		(void)snprintf(evidence, sizeof evidence, "%s is \"%.*s\", not %s", names[i].name, ZT_PRI(value),
			       names[i].wanted);
		return zt_judge_again(d, ZT_FIND_FUNCTION_MISCONFIGURED, item->name, evidence);
	}
	return d->setup->accepted_count ? ZT_OK
					: zt_finding_add(d->findings, ZT_FIND_NO_CA, item->name, "ZT_CA_IDS is empty",
							 "%s --tenant GUID", d->again);
}

zt_status zt_judge_function(const zt_diagnosis *d, const zt_setup_item *item)
{
	char role[64 + 8], evidence[512];
	if (!item->there)
		return zt_judge_again(d, ZT_FIND_FUNCTION_MISSING, item->name, "GetFunction: not found");
	const char *state = zt_json_text(item->observed, "State");
	if (state && strcmp(state, "Active") != 0)
		return zt_finding_add(d->findings, ZT_FIND_FUNCTION_NOT_ACTIVE, item->name, state,
				      "aws lambda get-function --function-name %s", item->name);
	(void)snprintf(role, sizeof role, ":role/%s", d->setup->role_name);
	zt_view is = zt_json_view(item->observed, "Role");
	if (!zt_view_ends(is, zt_view_of(role))) {
		(void)snprintf(evidence, sizeof evidence, "its role is %.*s, not %s", ZT_PRI(is), d->setup->role_name);
		return zt_judge_again(d, ZT_FIND_FUNCTION_MISCONFIGURED, item->name, evidence);
	}
	return judge_environment(d, item);
}

/* The handler's own errors are JSON; the others are Lambda's words for a function that did not end well. */
static bool tells_failure(const char *message)
{
	static const char *const words[] = { "\"level\":\"error\"", "Task timed out", "Runtime exited",
					     "Runtime.ExitError" };
	for (size_t i = 0; message && i < ZT_COUNT(words); i++)
		if (strstr(message, words[i]))
			return true;
	return false;
}

zt_status zt_judge_log(const zt_diagnosis *d, const json_t *events)
{
	for (size_t i = json_array_size(events); i-- > 0;) {
		const char *message = zt_json_text(json_array_get(events, i), "message");
		if (tells_failure(message))
			return zt_finding_add(
			    d->findings, ZT_FIND_FUNCTION_FAILED, d->setup->handler_name, message,
			    "aws logs tail %s --since 1h; what failed is tried again at the device's next connection",
			    d->setup->function_log);
	}
	return ZT_OK;
}

zt_status zt_judge_log_group(const zt_diagnosis *d, const zt_setup_item *item)
{
	if (!item->there)
		return zt_judge_again(d, ZT_FIND_LOG_GROUP_MISSING, item->name, "DescribeLogGroups does not name it");
	return json_object_get(item->observed, "retentionInDays")
		   ? ZT_OK
		   : zt_judge_again(d, ZT_FIND_LOG_KEPT_FOR_EVER, item->name, "it has no retentionInDays");
}

/* ---- the rule ---- */

static bool invokes(const json_t *actions, zt_view function)
{
	for (size_t i = 0; i < json_array_size(actions); i++) {
		const json_t *action = json_object_get(json_array_get(actions, i), "lambda");
		if (zt_view_equal(zt_json_view(action, "functionArn"), function))
			return true;
	}
	return false;
}

static zt_status judge_error_action(const zt_diagnosis *d, const zt_setup_item *item)
{
	const json_t *logs = json_object_get(json_object_get(item->observed, "errorAction"), "cloudwatchLogs");
	zt_view group = zt_json_view(logs, "logGroupName");
	char role[64 + 8], evidence[512];
	(void)snprintf(role, sizeof role, ":role/%s", d->setup->errors_role_name);
	if (zt_view_equal(group, zt_view_of(d->setup->errors_log)) &&
	    zt_view_ends(zt_json_view(logs, "roleArn"), zt_view_of(role)))
		return ZT_OK;
	(void)snprintf(evidence, sizeof evidence, "its error action writes to \"%.*s\" as \"%.*s\"", ZT_PRI(group),
		       ZT_PRI(zt_json_view(logs, "roleArn")));
	return zt_judge_again(d, ZT_FIND_RULE_ERRORS_UNTOLD, item->name, evidence);
}

zt_status zt_judge_rule(const zt_diagnosis *d, const zt_setup_item *item)
{
	ZT_CLEANUP(zt_str_free) zt_str function = ZT_STR(512);
	if (!item->there)
		return zt_judge_again(d, ZT_FIND_RULE_MISSING, item->name, "GetTopicRule: not found");
	if (json_is_true(json_object_get(item->observed, "ruleDisabled")))
		TRY(zt_finding_add(d->findings, ZT_FIND_RULE_DISABLED, item->name, "ruleDisabled is true",
				   "aws iot enable-topic-rule --rule-name %s", item->name));
	TRY(zt_setup_arn(d->setup, "lambda", "function:", d->setup->handler_name, &function));
	if (!invokes(json_object_get(item->observed, "actions"), zt_str_view(&function)))
		TRY(zt_judge_again(d, ZT_FIND_RULE_CALLS_ANOTHER, item->name,
				   "none of its actions names the handler's ARN"));
	TRY(judge_error_action(d, item));
	const char *sql = zt_json_text(item->observed, "sql");
	for (size_t i = 0; i < d->setup->accepted_count; i++)
		if (!sql || !strstr(sql, d->setup->accepted[i].id))
			TRY(zt_judge_again(d, ZT_FIND_RULE_MISSES_CA, d->setup->accepted[i].id,
					   sql ? sql : "it has no SQL"));
	return ZT_OK;
}

/* ---- the permission ---- */

zt_status zt_judge_permission(const zt_diagnosis *d, const zt_setup_item *item)
{
	ZT_CLEANUP(zt_str_free) zt_str rule = ZT_STR(512);
	ZT_CLEANUP(zt_str_free) zt_str evidence = ZT_STR(1024);
	if (!item->there)
		return zt_judge_again(d, ZT_FIND_PERMISSION_MISSING, item->name,
				      "the function's policy has no statement of ours");
	TRY(zt_setup_arn(d->setup, "iot", "rule/", d->setup->rule_name, &rule));
	const json_t *conditions = json_object_get(item->observed, "Condition");
	zt_view source = zt_json_view(json_object_get(conditions, "ArnLike"), "AWS:SourceArn");
	zt_view service = zt_json_view(json_object_get(item->observed, "Principal"), "Service");
	if (zt_view_equal(source, zt_str_view(&rule)) && zt_view_equal(service, ZT_LIT("iot.amazonaws.com")))
		return ZT_OK;
	TRY(zt_str_printf(&evidence, "for %.*s from \"%.*s\", not from %s", ZT_PRI(service), ZT_PRI(source),
			  zt_str_text(&rule)));
	return zt_judge_again(d, ZT_FIND_PERMISSION_OTHER, item->name, zt_str_text(&evidence));
}

/* ---- the provisioning template ---- */

/* It is there: without it the account is taken for one that has a handler. */
zt_status zt_judge_template(const zt_diagnosis *d, const zt_setup_item *item)
{
	char role[64 + 8];
	ZT_JSON_CLEANUP json_t *wanted = zt_document_template(d->setup);
	ENSURE(wanted, ZT_E_NOMEM);
	if (!json_is_true(json_object_get(item->observed, "enabled")))
		TRY(zt_finding_add(d->findings, ZT_FIND_TEMPLATE_DISABLED, item->name, "enabled is false",
				   "aws iot update-provisioning-template --template-name %s --enabled", item->name));
	(void)snprintf(role, sizeof role, ":role/%s", d->setup->jitp_role_name);
	if (!zt_view_ends(zt_json_view(item->observed, "provisioningRoleArn"), zt_view_of(role)))
		TRY(zt_judge_again(d, ZT_FIND_TEMPLATE_OTHER, item->name, "its role is another one"));
	if (!json_equal(json_object_get(item->observed, "templateBody"), wanted))
		TRY(zt_judge_again(d, ZT_FIND_TEMPLATE_OTHER, item->name, "its body is another one"));
	return d->setup->accepted_count
		   ? ZT_OK
		   : zt_judge_again(d, ZT_FIND_NO_CA, item->name, "no CA certificate names the template");
}

/* ---- the CA ---- */

zt_status zt_judge_ca(const zt_diagnosis *d, const zt_setup_item *item)
{
	char end[ZT_JUDGE_END_MAX];
	if (!item->there)
		return zt_finding_add(d->findings, ZT_FIND_CA_MISSING, item->name, "DescribeCACertificate: not found",
				      "%s --tenant %s", d->again, d->setup->accepted[item->index].tenant);
	zt_view status = zt_json_view(item->observed, "status");
	if (!zt_view_equal(status, ZT_LIT("ACTIVE")))
		TRY(zt_finding_add(d->findings, ZT_FIND_CA_INACTIVE, item->name, "status is INACTIVE",
				   "aws iot update-ca-certificate --certificate-id %s --new-status ACTIVE",
				   item->name));
	zt_view automatic = zt_json_view(item->observed, "autoRegistrationStatus");
	if (!zt_view_equal(automatic, ZT_LIT("ENABLE")))
		TRY(zt_finding_add(
		    d->findings, ZT_FIND_CA_NO_AUTO, item->name, "autoRegistrationStatus is DISABLE",
		    "aws iot update-ca-certificate --certificate-id %s --new-auto-registration-status ENABLE",
		    item->name));
	if (!zt_judge_has_ended(d, json_object_get(item->observed, "notAfter"), end))
		return ZT_OK;
	return zt_finding_add(d->findings, ZT_FIND_CA_EXPIRED, item->name, end, "zerotouch tenant rollover, and %s",
			      d->again);
}
