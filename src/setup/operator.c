/* The operator's policy: the actions of all resources, those with the same resources in one statement. */
#include "setup/operator.h"

#include <stdlib.h>
#include <string.h>

#include "setup/spec.h"
#include "setup/state.h"

enum { RESOURCE_MAX = 256 };

/* The names that stand for {…}. */
static const char *name_of(const zt_setup *setup, zt_view hole)
{
	const struct {
		zt_view hole;
		const char *name;
	} names[] = {
		{ ZT_LIT("device"), setup->device_name },
		{ ZT_LIT("handler"), setup->handler_name },
		{ ZT_LIT("role"), setup->role_name },
		{ ZT_LIT("rule"), setup->rule_name },
		{ ZT_LIT("errors-role"), setup->errors_role_name },
		{ ZT_LIT("provisioning-role"), setup->jitp_role_name },
		{ ZT_LIT("template"), setup->jitp_name },
		{ ZT_LIT("function-log"), setup->function_log },
		{ ZT_LIT("errors-log"), setup->errors_log },
	};
	for (size_t i = 0; i < ZT_COUNT(names); i++)
		if (zt_view_equal(names[i].hole, hole))
			return names[i].name;
	return NULL;
}

static json_t *resource_arn(const zt_setup *setup, const char *action, const char *resource)
{
	char service[16], text[RESOURCE_MAX];
	if (strcmp(resource, "*") == 0)
		return json_string(resource);
	(void)snprintf(service, sizeof service, "%.*s", (int)strcspn(action, ":"), action);
	size_t open = strcspn(resource, "{");
	(void)snprintf(text, sizeof text, "%.*s", (int)open, resource);
	if (!resource[open])
		return zt_setup_arn_json(setup, service, text, "");
	const char *hole = resource + open + 1;
	size_t close = strcspn(hole, "}");
	const char *name = name_of(setup, zt_view_make(hole, close));
	if (!name || !hole[close])
		return NULL;
	char rest[RESOURCE_MAX];
	(void)snprintf(rest, sizeof rest, "%s%s", name, hole + close + 1);
	return zt_setup_arn_json(setup, service, text, rest);
}

static json_t *resource_arns(const zt_setup *setup, const zt_operator_action *row)
{
	json_t *arns = json_array();
	for (size_t i = 0; row->resources[i]; i++)
		(void)json_array_append_new(arns, resource_arn(setup, row->action, row->resources[i]));
	return arns;
}

static bool has_text(const json_t *texts, const char *text)
{
	for (size_t i = 0; i < json_array_size(texts); i++)
		if (strcmp(json_string_value(json_array_get(texts, i)), text) == 0)
			return true;
	return false;
}

/* Adds the action to the statement with these resources, or to a new one. Borrows `arns`. */
static zt_status add_action(json_t *statements, const char *action, json_t *arns)
{
	for (size_t i = 0; i < json_array_size(statements); i++) {
		const json_t *statement = json_array_get(statements, i);
		json_t *actions = json_object_get(statement, "Action");
		if (!json_equal(json_object_get(statement, "Resource"), arns))
			continue;
		if (has_text(actions, action))
			return ZT_OK;
		return json_array_append_new(actions, json_string(action)) == 0 ? ZT_OK : ZT_E_NOMEM;
	}
	json_t *statement = json_pack("{s:s, s:[s], s:O}", "Effect", "Allow", "Action", action, "Resource", arns);
	return json_array_append_new(statements, statement) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status add_table(const zt_setup *setup, const zt_operator_actions *table, json_t *statements)
{
	for (size_t i = 0; i < table->count; i++) {
		ZT_JSON_CLEANUP json_t *arns = resource_arns(setup, &table->rows[i]);
		ENSURE(json_array_size(arns) > 0, ZT_E_NOMEM);
		TRY(add_action(statements, table->rows[i].action, arns));
	}
	return ZT_OK;
}

static zt_status add_tables(const zt_setup *setup, json_t *statements)
{
	TRY(add_table(setup, &zt_look_actions, statements));
	for (zt_setup_kind kind = ZT_SETUP_THING_TYPE; kind <= ZT_SETUP_CA; kind++)
		TRY(add_table(setup, &zt_resource_of(kind)->actions, statements));
	TRY(add_table(setup, &zt_devices_actions, statements));
	return add_table(setup, &zt_doctor_actions, statements);
}

zt_status zt_setup_operator_policy(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_setup_freep) zt_setup *setup = calloc(1, sizeof *setup);
	ENSURE(setup, zt_setup_no_memory(ret_error));
	setup->client = client;
	setup->spec.name = name;
	TRY(zt_setup_check_name(setup, ret_error));
	TRY(zt_setup_look_at_account(setup, ret_error));
	ZT_JSON_CLEANUP json_t *statements = json_array();
	ENSURE(statements && add_tables(setup, statements) == ZT_OK, zt_setup_no_memory(ret_error));
	*ret = json_pack("{s:s, s:O}", "Version", "2012-10-17", "Statement", statements);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}
