#include "setup/documents.h"

#include <string.h>

#include "aws/handler_actions.h"
#include "policy/document.h"

/* The certificate's subject works by MQTT and by HTTPS, the thing's name by MQTT alone. */
#define DEVICE "${iot:Certificate.Subject.CommonName}"
#define THING "${iot:Connection.Thing.ThingName}"

enum { POLICY_CHARS_MAX = 2048 }; /* AWS IoT Core quotas, "Policy document size" */

/* Statements are put together piece by piece; a NULL on the way makes the whole NULL at the end. */
static json_t *document(json_t *statements)
{
	return json_pack("{s:s, s:o}", "Version", "2012-10-17", "Statement", statements);
}

static json_t *iot_arn(const zt_setup *setup, const char *rest)
{
	return zt_setup_arn_json(setup, "iot", rest, "");
}

static json_t *topic_arns(const zt_setup *setup)
{
	json_t *resources = json_pack("[o]", iot_arn(setup, "topic/dt/" DEVICE "/*"));
	for (size_t i = 0; i < setup->spec.topic_count; i++) {
		ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(512);
		if (zt_str_put(&topic, setup->spec.topics[i]) == ZT_OK)
			(void)json_array_append_new(resources,
						    zt_setup_arn_json(setup, "iot", "topic/", zt_str_text(&topic)));
	}
	return resources;
}

/* Statements with the thing's name stand apart: where it is unknown, as by HTTPS, it must not spoil the others. */
static json_t *device_statements(const zt_setup *setup)
{
	return json_pack(
	    "[{s:s, s:s, s:s, s:o}, {s:s, s:s, s:s, s:o}, {s:s, s:s, s:s, s:[o, o]}, {s:s, s:s, s:s, s:[o, o]},"
	    " {s:s, s:s, s:[s, s], s:o}, {s:s, s:s, s:s, s:o}]",
	    "Sid", "Connect", "Effect", "Allow", "Action", "iot:Connect", "Resource", iot_arn(setup, "client/" DEVICE),
	    "Sid", "Publish", "Effect", "Allow", "Action", "iot:Publish", "Resource", topic_arns(setup), "Sid",
	    "Subscribe", "Effect", "Allow", "Action", "iot:Subscribe", "Resource",
	    iot_arn(setup, "topicfilter/dt/" DEVICE "/*"), iot_arn(setup, "topicfilter/zerotouch/" DEVICE "/identity"),
	    "Sid", "Receive", "Effect", "Allow", "Action", "iot:Receive", "Resource",
	    iot_arn(setup, "topic/dt/" DEVICE "/*"), iot_arn(setup, "topic/zerotouch/" DEVICE "/identity"), "Sid",
	    "Shadow", "Effect", "Allow", "Action", "iot:Publish", "iot:Receive", "Resource",
	    iot_arn(setup, "topic/$aws/things/" THING "/shadow/*"), "Sid", "ShadowAnswers", "Effect", "Allow", "Action",
	    "iot:Subscribe", "Resource", iot_arn(setup, "topicfilter/$aws/things/" THING "/shadow/*"));
}

zt_status zt_document_device_policy(const zt_setup *setup, json_t **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	ZT_JSON_CLEANUP json_t *policy = document(device_statements(setup));
	ENSURE(policy, zt_setup_no_memory(ret_error));
	TRY(zt_json_write(policy, &text));
	size_t chars = zt_policy_chars(zt_str_view(&text));
	if (chars > POLICY_CHARS_MAX)
		return zt_error_set(ret_error, ZT_E_LIMIT,
				    "the device policy has %zu characters, AWS allows %d: give fewer topics", chars,
				    POLICY_CHARS_MAX);
	*ret = ZT_STEAL(policy);
	return ZT_OK;
}

/* IoT assumes the role for our rule and for no other (AWS IoT, "Cross-service confused deputy prevention"). */
static json_t *of_our_rule(const zt_setup *setup)
{
	return json_pack("{s:{s:s}, s:{s:o}}", "StringEquals", "aws:SourceAccount", setup->account, "ArnLike",
			 "aws:SourceArn", zt_setup_arn_json(setup, "iot", "rule/", setup->rule_name));
}

json_t *zt_document_trust(const zt_setup *setup, size_t role)
{
	const char *service = role == ZT_ROLE_HANDLER ? "lambda.amazonaws.com" : "iot.amazonaws.com";
	json_t *condition = role == ZT_ROLE_ERRORS ? of_our_rule(setup) : NULL;
	return document(json_pack("[{s:s, s:{s:s}, s:s, s:o*}]", "Effect", "Allow", "Principal", "Service", service,
				  "Action", "sts:AssumeRole", "Condition", condition));
}

/* "{policy}" in a resource stands for the device policy's name. */
static json_t *handler_resource(const zt_setup *setup, const char *resource)
{
	const char *hole = strstr(resource, "{policy}");
	if (strcmp(resource, "*") == 0)
		return json_string(resource);
	if (!hole)
		return iot_arn(setup, resource);
	char type[64];
	(void)snprintf(type, sizeof type, "%.*s", (int)(hole - resource), resource);
	return zt_setup_arn_json(setup, "iot", type, setup->device_name);
}

static json_t *handler_statement(const zt_setup *setup, const zt_handler_action *action)
{
	json_t *resources = json_array();
	for (size_t i = 0; i < ZT_COUNT(action->resources) && action->resources[i]; i++)
		(void)json_array_append_new(resources, handler_resource(setup, action->resources[i]));
	return json_pack("{s:s, s:s, s:o}", "Effect", "Allow", "Action", action->action, "Resource", resources);
}

/* The group itself is set-up's to make: neither the handler nor IoT may bring it back after a teardown. */
static json_t *log_statement(const zt_setup *setup, const char *group, const char *further)
{
	char streams[128];
	(void)snprintf(streams, sizeof streams, "%s:*", group);
	return json_pack("{s:s, s:[s, s, s*], s:o}", "Effect", "Allow", "Action", "logs:CreateLogStream",
			 "logs:PutLogEvents", further, "Resource",
			 zt_setup_arn_json(setup, "logs", "log-group:", streams));
}

/* What provisioning by our template does (AWS IoT, "Provisioning templates"); RegisterThing has no resource type. */
static const zt_handler_action provisioning_actions[] = {
	{ "iot:DescribeCertificate", { "cert/*" } },
	{ "iot:UpdateCertificate", { "cert/*" } },
	{ "iot:DescribeThing", { "thing/*" } },
	{ "iot:CreateThing", { "thing/*" } },
	{ "iot:UpdateThing", { "thing/*" } },
	{ "iot:AttachThingPrincipal", { "thing/*", "cert/*" } },
	{ "iot:AttachPolicy", { "cert/*", "policy/{policy}" } },
	{ "iot:RegisterThing", { "*" } },
};

json_t *zt_document_role_policy(const zt_setup *setup, size_t role)
{
	json_t *statements = json_array();
	if (role == ZT_ROLE_HANDLER) {
		for (size_t i = 0; i < ZT_COUNT(zt_handler_actions); i++)
			(void)json_array_append_new(statements, handler_statement(setup, &zt_handler_actions[i]));
		for (size_t i = 0; setup->spec.sweeper && i < ZT_COUNT(zt_sweeper_actions); i++)
			(void)json_array_append_new(statements, handler_statement(setup, &zt_sweeper_actions[i]));
		(void)json_array_append_new(statements, log_statement(setup, setup->function_log, NULL));
	} else if (role == ZT_ROLE_PROVISIONING) {
		for (size_t i = 0; i < ZT_COUNT(provisioning_actions); i++)
			(void)json_array_append_new(statements, handler_statement(setup, &provisioning_actions[i]));
	} else {
		/* AWS IoT, "CloudWatch Logs" (rule action). */
		(void)json_array_append_new(statements,
					    log_statement(setup, setup->errors_log, "logs:DescribeLogStreams"));
	}
	return document(statements);
}

static json_t *accepted_list(const zt_setup *setup, bool tenants)
{
	ZT_CLEANUP(zt_str_free) zt_str list = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	for (size_t i = 0; i < setup->accepted_count; i++) {
		const zt_accepted_ca *ca = &setup->accepted[i];
		if (!ca->leaving &&
		    zt_str_printf(&list, "%s%s", list.n ? "," : "", tenants ? ca->tenant : ca->id) != ZT_OK)
			return NULL;
	}
	return json_string(zt_str_text(&list));
}

json_t *zt_document_environment(const zt_setup *setup)
{
	return json_pack("{s:o, s:o, s:s, s:s, s:s, s:s}", "ZT_CA_IDS", accepted_list(setup, false), "ZT_TENANTS",
			 accepted_list(setup, true), "ZT_POLICY_NAME", setup->device_name, "ZT_THING_TEMPLATE",
			 setup->thing_template, "ZT_THING_TYPE", setup->device_name, "ZT_DATA_ENDPOINT",
			 setup->endpoint);
}

zt_status zt_document_sql(const zt_setup *setup, zt_str *out)
{
	TRY(zt_str_put_text(out, "SELECT * FROM '$aws/events/certificates/registered/+' WHERE "));
	const char *between = "";
	for (size_t i = 0; i < setup->accepted_count; i++) {
		if (setup->accepted[i].leaving)
			continue;
		TRY(zt_str_printf(out, "%scaCertificateId = '%s'", between, setup->accepted[i].id));
		between = " OR ";
	}
	return ZT_OK;
}

json_t *zt_document_searchable(void)
{
	return json_pack("[s, s, s]", "deviceId", "certificateId", "tenant");
}

#define CERTIFICATE_NAME "AWS::IoT::Certificate::CommonName"
#define CERTIFICATE_ID "AWS::IoT::Certificate::Id"

/* With the next certificate the same Thing gets its new id. */
json_t *zt_document_template(const zt_setup *setup)
{
	json_t *thing =
	    json_pack("{s:s, s:{s:{s:s}, s:s, s:{s:{s:s}, s:{s:s}}}, s:{s:s, s:s}}", "Type", "AWS::IoT::Thing",
		      "Properties", "ThingName", "Ref", CERTIFICATE_NAME, "ThingTypeName", setup->device_name,
		      "AttributePayload", "deviceId", "Ref", CERTIFICATE_NAME, "certificateId", "Ref", CERTIFICATE_ID,
		      "OverrideSettings", "AttributePayload", "MERGE", "ThingTypeName", "REPLACE");
	json_t *certificate = json_pack("{s:s, s:{s:{s:s}, s:s}}", "Type", "AWS::IoT::Certificate", "Properties",
					"CertificateId", "Ref", CERTIFICATE_ID, "Status", "ACTIVE");
	json_t *policy =
	    json_pack("{s:s, s:{s:s}}", "Type", "AWS::IoT::Policy", "Properties", "PolicyName", setup->device_name);
	return json_pack("{s:{s:{s:s}, s:{s:s}}, s:{s:o, s:o, s:o}}", "Parameters", CERTIFICATE_NAME, "Type", "String",
			 CERTIFICATE_ID, "Type", "String", "Resources", "thing", thing, "certificate", certificate,
			 "policy", policy);
}
