/* Terraform's JSON configuration syntax, provider hashicorp/aws. In its strings "${" begins a reference of its own: one
 * that is AWS's is written "$${". */
#include "setup/export_inside.h"

static json_t *tags(const zt_setup *setup)
{
	return json_pack("{s:s}", "zerotouch", setup->name);
}

/* A document as text, as the provider takes it. */
static json_t *text_of(const json_t *document)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	ZT_CLEANUP(zt_str_free) zt_str escaped = ZT_STR(2 * ZT_SETUP_DOCUMENT_MAX);
	if (zt_json_write(document, &text) != ZT_OK)
		return NULL;
	zt_view rest = zt_str_view(&text);
	for (size_t i = 0; i < rest.n; i++) {
		if (zt_view_starts(zt_view_from(rest, i), ZT_LIT("${")) && zt_str_put_text(&escaped, "$") != ZT_OK)
			return NULL;
		if (zt_str_put_u8(&escaped, rest.p[i]) != ZT_OK)
			return NULL;
	}
	return json_string(zt_str_text(&escaped));
}

static json_t *thing_type(const zt_setup *setup, const zt_setup_item *item)
{
	return json_pack("{s:s, s:{s:s, s:o}, s:o}", "name", item->name, "properties", "description",
			 ZT_THING_TYPE_DESCRIPTION, "searchable_attributes", zt_document_searchable(), "tags",
			 tags(setup));
}

static json_t *policy(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	return json_pack("{s:s, s:o, s:o}", "name", item->name, "policy",
			 text_of(json_object_get(desired, "policyDocument")), "tags", tags(setup));
}

static json_t *log_group(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	return json_pack("{s:s, s:o, s:o}", "name", item->name, "retention_in_days",
			 zt_export_member(desired, "retentionInDays"), "tags", tags(setup));
}

static json_t *role(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	return json_pack("{s:s, s:o, s:o}", "name", item->name, "assume_role_policy",
			 text_of(json_object_get(desired, "AssumeRolePolicyDocument")), "tags", tags(setup));
}

static json_t *role_policy(const zt_setup_item *item, const json_t *desired)
{
	static const char *const roles[] = { [ZT_ROLE_HANDLER] = "${aws_iam_role.handler.name}",
					     [ZT_ROLE_ERRORS] = "${aws_iam_role.errors.name}",
					     [ZT_ROLE_PROVISIONING] = "${aws_iam_role.provisioning.name}" };
	return json_pack("{s:s, s:s, s:o}", "name", item->name, "role", roles[item->index], "policy",
			 text_of(json_object_get(desired, "PolicyDocument")));
}

static json_t *function(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:{s:o}, s:s, s:s, s:o}", "function_name", item->name,
			 "runtime", zt_export_member(desired, "Runtime"), "role", "${aws_iam_role.handler.arn}",
			 "handler", zt_export_member(desired, "Handler"), "timeout",
			 zt_export_member(desired, "Timeout"), "memory_size", zt_export_member(desired, "MemorySize"),
			 "architectures", zt_export_member(desired, "Architectures"), "environment", "variables",
			 zt_export_member(json_object_get(desired, "Environment"), "Variables"), "filename",
			 "${var.package}", "source_code_hash", "${filebase64sha256(var.package)}", "tags", tags(setup));
}

static json_t *rule(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	return json_pack("{s:s, s:b, s:o, s:o, s:o, s:[{s:s}], s:{s:{s:s, s:s}}, s:o}", "name", item->name, "enabled",
			 !json_is_true(json_object_get(desired, "ruleDisabled")), "description",
			 zt_export_member(desired, "description"), "sql", zt_export_member(desired, "sql"),
			 "sql_version", zt_export_member(desired, "awsIotSqlVersion"), "lambda", "function_arn",
			 "${aws_lambda_function.handler.arn}", "error_action", "cloudwatch_logs", "log_group_name",
			 "${aws_cloudwatch_log_group.errors.name}", "role_arn", "${aws_iam_role.errors.arn}", "tags",
			 tags(setup));
}

static json_t *permission(const zt_setup *setup, const zt_setup_item *item)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "statement_id", item->name, "function_name",
			 "${aws_lambda_function.handler.function_name}", "action", "lambda:InvokeFunction", "principal",
			 "iot.amazonaws.com", "source_arn", "${aws_iot_topic_rule.rule.arn}", "source_account",
			 setup->account);
}

static json_t *template(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	return json_pack("{s:s, s:o, s:o, s:s, s:s, s:o}", "name", item->name, "template_body",
			 text_of(json_object_get(desired, "templateBody")), "enabled",
			 zt_export_member(desired, "enabled"), "provisioning_role_arn",
			 "${aws_iam_role.provisioning.arn}", "type", "JITP", "tags", tags(setup));
}

static json_t *ca(const zt_setup *setup, const zt_setup_ca *given)
{
	bool sni_only = zt_export_sni_only(setup);
	json_t *proof = sni_only ? NULL : json_string("${var.proof_of_possession}");
	json_t *before = setup->spec.jitp ? json_pack("[s]", "aws_iot_policy.device")
					  : json_pack("[s, s, s]", "aws_iot_topic_rule.rule",
						      "aws_lambda_permission.invoke", "aws_iot_policy.device");
	json_t *by =
	    setup->spec.jitp ? json_pack("{s:s}", "template_name", "${aws_iot_provisioning_template.jitp.name}") : NULL;
	return json_pack("{s:b, s:b, s:o, s:o*, s:s, s:o, s:o*, s:o}", "active", 1, "allow_auto_registration", 1,
			 "ca_certificate_pem", zt_json_string(given->pem), "verification_certificate_pem", proof,
			 "certificate_mode", sni_only ? "SNI_ONLY" : "DEFAULT", "tags", tags(setup),
			 "registration_config", by, "depends_on", before);
}

/* Type and local name. */
typedef struct {
	const char *type;
	char name[32];
} address;

static bool address_of(const zt_setup *setup, const zt_setup_item *item, address *ret)
{
	static const address fixed[] = { [ZT_SETUP_THING_TYPE] = { "aws_iot_thing_type", "device" },
					 [ZT_SETUP_POLICY] = { "aws_iot_policy", "device" },
					 [ZT_SETUP_LOG_GROUP] = { "aws_cloudwatch_log_group", "" },
					 [ZT_SETUP_ROLE] = { "aws_iam_role", "" },
					 [ZT_SETUP_ROLE_POLICY] = { "aws_iam_role_policy", "" },
					 [ZT_SETUP_FUNCTION] = { "aws_lambda_function", "handler" },
					 [ZT_SETUP_RULE] = { "aws_iot_topic_rule", "rule" },
					 [ZT_SETUP_PERMISSION] = { "aws_lambda_permission", "invoke" },
					 [ZT_SETUP_TEMPLATE] = { "aws_iot_provisioning_template", "jitp" },
					 [ZT_SETUP_CA] = { "aws_iot_ca_certificate", "" } };
	static const char *const roles[] = {
		[ZT_ROLE_HANDLER] = "handler", [ZT_ROLE_ERRORS] = "errors", [ZT_ROLE_PROVISIONING] = "provisioning"
	};
	*ret = fixed[item->kind];
	if (item->kind == ZT_SETUP_LOG_GROUP || item->kind == ZT_SETUP_ROLE || item->kind == ZT_SETUP_ROLE_POLICY)
		(void)snprintf(ret->name, sizeof ret->name, "%s", roles[item->index]);
	if (item->kind == ZT_SETUP_CA)
		(void)snprintf(ret->name, sizeof ret->name, "tenant_%zu", item->index + 1);
	return item->kind != ZT_SETUP_CA || zt_export_ca(setup, item);
}

static json_t *build(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	switch (item->kind) {
	case ZT_SETUP_THING_TYPE:
		return thing_type(setup, item);
	case ZT_SETUP_POLICY:
		return policy(setup, item, desired);
	case ZT_SETUP_LOG_GROUP:
		return log_group(setup, item, desired);
	case ZT_SETUP_ROLE:
		return role(setup, item, desired);
	case ZT_SETUP_ROLE_POLICY:
		return role_policy(item, desired);
	case ZT_SETUP_FUNCTION:
		return function(setup, item, desired);
	case ZT_SETUP_RULE:
		return rule(setup, item, desired);
	case ZT_SETUP_PERMISSION:
		return permission(setup, item);
	case ZT_SETUP_TEMPLATE:
		return template(setup, item, desired);
	default:
		return ca(setup, zt_export_ca(setup, item));
	}
}

static zt_status add(zt_setup *setup, const zt_setup_item *item, json_t *resources, zt_error *ret_error)
{
	address at;
	ZT_JSON_CLEANUP json_t *desired = NULL;
	if (item->other_way || !address_of(setup, item, &at))
		return ZT_OK;
	TRY(zt_export_desired(setup, item, &desired, ret_error));
	if (!json_object_get(resources, at.type))
		(void)json_object_set_new(resources, at.type, json_object());
	json_t *of_type = json_object_get(resources, at.type);
	return json_object_set_new(of_type, at.name, build(setup, item, desired)) == 0 ? ZT_OK
										       : zt_setup_no_memory(ret_error);
}

static json_t *variables(const zt_setup *setup)
{
	json_t *all = setup->spec.jitp ? json_object()
				       : json_pack("{s:{s:s, s:s}}", "package", "type", "string", "description",
						   "path of the function's package, bootstrap.zip");
	if (!zt_export_sni_only(setup))
		(void)json_object_set_new(all, "proof_of_possession",
					  json_pack("{s:s, s:s}", "type", "string", "description",
						    "PEM of a certificate signed by the CA for the account's "
						    "registration code"));
	return all;
}

zt_status zt_setup_terraform(zt_setup *setup, json_t **ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *resources = json_object();
	TRY(zt_export_check(setup, ret_error));
	for (size_t i = 0; i < setup->item_count; i++)
		TRY(add(setup, &setup->items[i], resources, ret_error));
	*ret = json_pack("{s:{s:{s:{s:s}}}, s:{s:{s:s}}, s:o, s:O}", "terraform", "required_providers", "aws", "source",
			 "hashicorp/aws", "provider", "aws", "region", zt_aws_client_region(setup->client), "variable",
			 variables(setup), "resource", resources);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}
