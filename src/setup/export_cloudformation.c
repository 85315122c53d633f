/* AWS CloudFormation (User Guide, "AWS resource and property types reference"). Resources are put together by item; a
 * NULL on the way makes the whole NULL at the end. */
#include "setup/export_inside.h"

static json_t *resource(const char *type, json_t *properties)
{
	return json_pack("{s:s, s:o}", "Type", type, "Properties", properties);
}

static json_t *attribute(const char *logical)
{
	return json_pack("{s:[s, s]}", "Fn::GetAtt", logical, "Arn");
}

static json_t *thing_type(const zt_setup *setup, const zt_setup_item *item)
{
	return resource("AWS::IoT::ThingType",
			json_pack("{s:s, s:{s:s, s:o}, s:o}", "ThingTypeName", item->name, "ThingTypeProperties",
				  "ThingTypeDescription", ZT_THING_TYPE_DESCRIPTION, "SearchableAttributes",
				  zt_document_searchable(), "Tags", zt_setup_tags(setup)));
}

static json_t *policy(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	return resource("AWS::IoT::Policy",
			json_pack("{s:s, s:o, s:o}", "PolicyName", item->name, "PolicyDocument",
				  zt_export_member(desired, "policyDocument"), "Tags", zt_setup_tags(setup)));
}

static json_t *log_group(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	return resource("AWS::Logs::LogGroup",
			json_pack("{s:s, s:o, s:o}", "LogGroupName", item->name, "RetentionInDays",
				  zt_export_member(desired, "retentionInDays"), "Tags", zt_setup_tags(setup)));
}

/* The inline policy is a property of its role. */
static zt_status role(zt_setup *setup, const zt_setup_item *item, const json_t *desired, json_t **ret,
		      zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *inlined = NULL;
	const zt_setup_item *of = zt_export_item(setup, ZT_SETUP_ROLE_POLICY, item->index);
	ENSURE(of, zt_error_set(ret_error, ZT_E_STATE, "a role without its policy"));
	TRY(zt_export_desired(setup, of, &inlined, ret_error));
	*ret = resource("AWS::IAM::Role",
			json_pack("{s:s, s:o, s:[{s:s, s:o}], s:o}", "RoleName", item->name, "AssumeRolePolicyDocument",
				  zt_export_member(desired, "AssumeRolePolicyDocument"), "Policies", "PolicyName",
				  of->name, "PolicyDocument", zt_export_member(inlined, "PolicyDocument"), "Tags",
				  zt_setup_tags(setup)));
	return ZT_OK;
}

static json_t *function(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	json_t *properties = json_copy((json_t *)desired);
	json_t *more = json_pack("{s:s, s:o, s:{s:{s:s}, s:{s:s}}, s:o}", "FunctionName", item->name, "Role",
				 attribute("HandlerRole"), "Code", "S3Bucket", "Ref", "CodeBucket", "S3Key", "Ref",
				 "CodeKey", "Tags", zt_setup_tags(setup));
	(void)json_object_del(properties, "CodeSha256");
	(void)json_object_update_new(properties, more);
	return resource("AWS::Lambda::Function", properties);
}

static json_t *rule(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	json_t *payload = json_pack(
	    "{s:o, s:o, s:o, s:o, s:[{s:{s:o}}], s:{s:{s:s, s:o}}}", "Sql", zt_export_member(desired, "sql"),
	    "Description", zt_export_member(desired, "description"), "AwsIotSqlVersion",
	    zt_export_member(desired, "awsIotSqlVersion"), "RuleDisabled", zt_export_member(desired, "ruleDisabled"),
	    "Actions", "Lambda", "FunctionArn", attribute("Handler"), "ErrorAction", "CloudwatchLogs", "LogGroupName",
	    setup->errors_log, "RoleArn", attribute("ErrorsRole"));
	return resource("AWS::IoT::TopicRule", json_pack("{s:s, s:o, s:o}", "RuleName", item->name, "TopicRulePayload",
							 payload, "Tags", zt_setup_tags(setup)));
}

static json_t *permission(const zt_setup *setup)
{
	return resource("AWS::Lambda::Permission",
			json_pack("{s:o, s:s, s:s, s:s, s:o}", "FunctionName", attribute("Handler"), "Action",
				  "lambda:InvokeFunction", "Principal", "iot.amazonaws.com", "SourceAccount",
				  setup->account, "SourceArn",
				  zt_setup_arn_json(setup, "iot", "rule/", setup->rule_name)));
}

static json_t *template(const zt_setup *setup, const zt_setup_item *item, const json_t *desired)
{
	ZT_CLEANUP(zt_str_free) zt_str body = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	if (zt_json_write(json_object_get(desired, "templateBody"), &body) != ZT_OK)
		return NULL;
	return resource("AWS::IoT::ProvisioningTemplate",
			json_pack("{s:s, s:s, s:o, s:o, s:s, s:o}", "TemplateName", item->name, "TemplateBody",
				  zt_str_text(&body), "Enabled", zt_export_member(desired, "enabled"),
				  "ProvisioningRoleArn", attribute("ProvisioningRole"), "TemplateType", "JITP", "Tags",
				  zt_setup_tags(setup)));
}

/* It comes last, when all that its devices need is there. */
static json_t *ca(const zt_setup *setup, const zt_setup_ca *given)
{
	bool sni_only = zt_export_sni_only(setup);
	json_t *proof = sni_only ? NULL : json_pack("{s:s}", "Ref", "ProofOfPossession");
	json_t *properties =
	    json_pack("{s:o, s:o*, s:s, s:s, s:s, s:o}", "CACertificatePem", zt_json_string(given->pem),
		      "VerificationCertificatePem", proof, "Status", "ACTIVE", "AutoRegistrationStatus", "ENABLE",
		      "CertificateMode", sni_only ? "SNI_ONLY" : "DEFAULT", "Tags", zt_setup_tags(setup));
	json_t *made = resource("AWS::IoT::CACertificate", properties);
	if (setup->spec.jitp)
		(void)json_object_set_new(properties, "RegistrationConfig",
					  json_pack("{s:{s:s}}", "TemplateName", "Ref", "ProvisioningTemplate"));
	(void)json_object_set_new(made, "DependsOn",
				  setup->spec.jitp
				      ? json_pack("[s, s]", "ProvisioningTemplate", "DevicePolicy")
				      : json_pack("[s, s, s]", "Rule", "InvokePermission", "DevicePolicy"));
	return made;
}

/* Its name in the template; NULL for what stands in another resource, or is not the specification's. */
static const char *logical_name(const zt_setup *setup, const zt_setup_item *item, char ret_text[32])
{
	static const char *const names[] = { [ZT_SETUP_THING_TYPE] = "DeviceThingType",
					     [ZT_SETUP_POLICY] = "DevicePolicy",
					     [ZT_SETUP_FUNCTION] = "Handler",
					     [ZT_SETUP_RULE] = "Rule",
					     [ZT_SETUP_PERMISSION] = "InvokePermission",
					     [ZT_SETUP_TEMPLATE] = "ProvisioningTemplate" };
	static const char *const roles[] = { [ZT_ROLE_HANDLER] = "HandlerRole",
					     [ZT_ROLE_ERRORS] = "ErrorsRole",
					     [ZT_ROLE_PROVISIONING] = "ProvisioningRole" };
	if (item->other_way)
		return NULL;
	if (item->kind == ZT_SETUP_CA) {
		(void)snprintf(ret_text, 32, "TenantCa%zu", item->index + 1);
		return zt_export_ca(setup, item) ? ret_text : NULL;
	}
	if (item->kind == ZT_SETUP_LOG_GROUP)
		return item->index == ZT_ROLE_ERRORS ? "ErrorsLog" : "HandlerLog";
	if (item->kind == ZT_SETUP_ROLE)
		return roles[item->index];
	return item->kind == ZT_SETUP_ROLE_POLICY ? NULL : names[item->kind];
}

static zt_status build(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *desired = NULL;
	TRY(zt_export_desired(setup, item, &desired, ret_error));
	switch (item->kind) {
	case ZT_SETUP_THING_TYPE:
		*ret = thing_type(setup, item);
		return ZT_OK;
	case ZT_SETUP_POLICY:
		*ret = policy(setup, item, desired);
		return ZT_OK;
	case ZT_SETUP_LOG_GROUP:
		*ret = log_group(setup, item, desired);
		return ZT_OK;
	case ZT_SETUP_ROLE:
		return role(setup, item, desired, ret, ret_error);
	case ZT_SETUP_FUNCTION:
		*ret = function(setup, item, desired);
		return ZT_OK;
	case ZT_SETUP_RULE:
		*ret = rule(setup, item, desired);
		return ZT_OK;
	case ZT_SETUP_PERMISSION:
		*ret = permission(setup);
		return ZT_OK;
	case ZT_SETUP_TEMPLATE:
		*ret = template(setup, item, desired);
		return ZT_OK;
	default:
		*ret = ca(setup, zt_export_ca(setup, item));
		return ZT_OK;
	}
}

static json_t *parameters(const zt_setup *setup)
{
	json_t *all = setup->spec.jitp
			  ? json_object()
			  : json_pack("{s:{s:s, s:s}, s:{s:s, s:s}}", "CodeBucket", "Type", "String", "Description",
				      "S3 bucket of the function's package", "CodeKey", "Type", "String", "Description",
				      "key of the function's package, bootstrap.zip");
	if (!zt_export_sni_only(setup))
		(void)json_object_set_new(all, "ProofOfPossession",
					  json_pack("{s:s, s:s}", "Type", "String", "Description",
						    "PEM of a certificate signed by the CA for the account's "
						    "registration code"));
	return all;
}

zt_status zt_setup_cloudformation(zt_setup *setup, json_t **ret, zt_error *ret_error)
{
	char text[32];
	ZT_JSON_CLEANUP json_t *resources = json_object();
	TRY(zt_export_check(setup, ret_error));
	for (size_t i = 0; i < setup->item_count; i++) {
		const char *name = logical_name(setup, &setup->items[i], text);
		json_t *one = NULL;
		if (!name)
			continue;
		TRY(build(setup, &setup->items[i], &one, ret_error));
		ENSURE(json_object_set_new(resources, name, one) == 0, zt_setup_no_memory(ret_error));
	}
	*ret = json_pack("{s:s, s:s, s:o, s:O}", "AWSTemplateFormatVersion", "2010-09-09", "Description",
			 "Devices come in just in time, by zerotouch", "Parameters", parameters(setup), "Resources",
			 resources);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}
