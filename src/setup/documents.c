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

json_t *zt_document_trust(void)
{
	return document(json_pack("[{s:s, s:{s:s}, s:s}]", "Effect", "Allow", "Principal", "Service",
				  "lambda.amazonaws.com", "Action", "sts:AssumeRole"));
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

static json_t *log_statement(const zt_setup *setup)
{
	char streams[sizeof setup->handler_name + 2];
	(void)snprintf(streams, sizeof streams, "%s:*", setup->handler_name);
	return json_pack("{s:s, s:[s, s, s], s:[o, o]}", "Effect", "Allow", "Action", "logs:CreateLogGroup",
			 "logs:CreateLogStream", "logs:PutLogEvents", "Resource",
			 zt_setup_arn_json(setup, "logs", "log-group:/aws/lambda/", setup->handler_name),
			 zt_setup_arn_json(setup, "logs", "log-group:/aws/lambda/", streams));
}

json_t *zt_document_handler_policy(const zt_setup *setup)
{
	json_t *statements = json_array();
	for (size_t i = 0; i < ZT_COUNT(zt_handler_actions); i++)
		(void)json_array_append_new(statements, handler_statement(setup, &zt_handler_actions[i]));
	for (size_t i = 0; setup->spec.sweeper && i < ZT_COUNT(zt_sweeper_actions); i++)
		(void)json_array_append_new(statements, handler_statement(setup, &zt_sweeper_actions[i]));
	(void)json_array_append_new(statements, log_statement(setup));
	return document(statements);
}

static json_t *accepted_list(const zt_setup *setup, bool tenants)
{
	ZT_CLEANUP(zt_str_free) zt_str list = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	for (size_t i = 0; i < setup->accepted_count; i++)
		if (zt_str_printf(&list, "%s%s", i ? "," : "",
				  tenants ? setup->accepted[i].tenant : setup->accepted[i].id) != ZT_OK)
			return NULL;
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
	for (size_t i = 0; i < setup->accepted_count; i++)
		TRY(zt_str_printf(out, "%scaCertificateId = '%s'", i ? " OR " : "", setup->accepted[i].id));
	return ZT_OK;
}
