/* TestAuthorization: what a principal's policies would say (AWS IoT API reference). */
#include "base/json.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_effective.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/things.h"
#include "policy/connection.h"
#include "policy/evaluate.h"
#include "x509/variable.h"

enum { AUTH_INFOS_MAX = 10 }; /* the API's model */

static const zt_param client_param = { "clientId", 0, 2048, NULL };
static const char *const action_words[] = { "PUBLISH", "SUBSCRIBE", "RECEIVE", "CONNECT", NULL };
static const char *const actions[] = { "iot:Publish", "iot:Subscribe", "iot:Receive", "iot:Connect" };

typedef struct {
	zt_call *call;
	const zt_certificate *certificate; /* or NULL */
	zt_policy_connection connection;
	zt_policy_set set;
	json_t *missing; /* names of values that policies asked for and nobody has, of one test */
} trial;

static bool value_of(void *context, zt_view name, size_t index, zt_view *ret)
{
	trial *t = context;
	zt_view rest = name;
	bool of_certificate = zt_view_take_prefix_nocase(&rest, ZT_LIT("iot:Certificate."));
	bool found = of_certificate ? t->certificate && zt_cert_variable(t->certificate->info, rest, index, ret)
				    : zt_policy_connection_value(&t->connection, name, index, ret);
	if (!found && index == 0) {
		char text[256];
		zt_text_cut(text, sizeof text, name);
		(void)json_object_set_new(t->missing, text, json_true());
	}
	return found;
}

static zt_decision_kind decide(trial *t, const zt_policy *const *policies, size_t count, const char *action,
			       const json_t *resources)
{
	zt_decision_kind worst = ZT_DECISION_ALLOW;
	size_t i;
	json_t *resource;
	json_array_foreach(resources, i, resource) {
		const zt_policy_request request = {
			.action = zt_view_of(action),
			.resource = zt_view_of(json_string_value(resource)),
			.values = { value_of, t },
		};
		zt_decision_kind kind = zt_policy_evaluate(policies, count, &request).kind;
		if (kind == ZT_DECISION_EXPLICIT_DENY)
			return kind;
		if (kind == ZT_DECISION_IMPLICIT_DENY)
			worst = kind;
	}
	return worst;
}

/* The policies that say `kind` when asked alone. */
static json_t *policies_that(trial *t, zt_decision_kind kind, const char *action, const json_t *resources)
{
	json_t *list = json_array();
	for (size_t i = 0; i < t->set.count; i++)
		if (decide(t, &t->set.compiled[i], 1, action, resources) == kind)
			(void)json_array_append_new(
			    list, json_pack("{s:s, s:o}", "policyName", t->set.policies[i]->name, "policyArn",
					    zt_json_iot_arn(t->call->registry, "policy", t->set.policies[i]->name)));
	return json_pack("{s:o}", "policies", list);
}

static json_t *missing_names(const trial *t)
{
	json_t *list = json_array(), *value;
	const char *name;
	json_object_foreach(t->missing, name, value)
		(void)json_array_append_new(list, json_string(name));
	return list;
}

static json_t *try_one(trial *t, const json_t *info, const char *action, const json_t *resources)
{
	static const char *const words[] = { [ZT_DECISION_IMPLICIT_DENY] = "IMPLICIT_DENY",
					     [ZT_DECISION_EXPLICIT_DENY] = "EXPLICIT_DENY",
					     [ZT_DECISION_ALLOW] = "ALLOWED" };
	(void)json_object_clear(t->missing);
	zt_decision_kind kind = decide(t, t->set.compiled, t->set.count, action, resources);
	json_t *allowed = policies_that(t, ZT_DECISION_ALLOW, action, resources);
	json_t *denied =
	    json_pack("{s:o, s:o}", "implicitDeny", policies_that(t, ZT_DECISION_IMPLICIT_DENY, action, resources),
		      "explicitDeny", policies_that(t, ZT_DECISION_EXPLICIT_DENY, action, resources));
	return json_pack("{s:O, s:o, s:o, s:s, s:o}", "authInfo", info, "allowed", allowed, "denied", denied,
			 "authDecision", words[kind], "missingContextValues", missing_names(t));
}

static zt_status read_info(const json_t *info, const char **ret_action, const json_t **ret_resources,
			   zt_error *ret_error)
{
	static const zt_param action_param = { "actionType", 1, 16, NULL };
	zt_view word;
	unsigned index = ZT_COUNT(actions);
	size_t i;
	json_t *resource;
	if (!json_is_object(info))
		return zt_error_set(ret_error, ZT_E_INVALID, "'authInfos' must be a list of objects");
	TRY(zt_in_json(info, &action_param, ZT_REQUIRED, &word, ret_error));
	TRY(zt_word_index(action_param.name, word, action_words, &index, ret_error));
	TRY(zt_in_json_array(info, "resources", ret_resources, ret_error));
	if (json_array_size(*ret_resources) == 0)
		return zt_in_missing("resources", ret_error);
	json_array_foreach(*ret_resources, i, resource)
		if (!json_is_string(resource))
			return zt_error_set(ret_error, ZT_E_INVALID, "'resources' must be a list of strings");
	*ret_action = actions[index];
	return ZT_OK;
}

/* A policy that is not there, or not in the set, cannot be taken out of it. */
static zt_status skip_policies(trial *t, zt_error *ret_error)
{
	const json_t *names;
	json_t *name;
	size_t i;
	TRY(zt_in_json_array(t->call->body, "policyNamesToSkip", &names, ret_error));
	json_array_foreach(names, i, name)
		zt_policy_set_remove(&t->set, zt_view_of(json_string_value(name)));
	return ZT_OK;
}

static zt_status add_policies(trial *t, zt_error *ret_error)
{
	const json_t *names;
	json_t *name;
	size_t i;
	TRY(zt_in_json_array(t->call->body, "policyNamesToAdd", &names, ret_error));
	json_array_foreach(names, i, name) {
		const zt_iot_policy *policy =
		    zt_registry_policy(t->call->registry, zt_view_of(json_string_value(name)));
		if (!policy)
			return zt_not_found(ret_error, "Policy", zt_view_of(json_string_value(name)));
		TRY(zt_policy_set_add(&t->set, policy));
	}
	return ZT_OK;
}

/* As the gateway would see a connection of this principal with this client id. */
static zt_status take_principal(trial *t, zt_error *ret_error)
{
	zt_view principal;
	const zt_registry *registry = t->call->registry;
	TRY(zt_in_query(t->call, &client_param, ZT_OPTIONAL, &t->connection.client_id, ret_error));
	TRY(zt_in_json(t->call->body, &zt_param_principal, ZT_OPTIONAL, &principal, ret_error));
	if (!principal.n)
		return ZT_OK;
	TRY(zt_policies_of_principal(t->call, principal, &t->set, &t->certificate, ret_error));
	if (!t->certificate || !t->connection.client_id.n)
		return ZT_OK;
	const zt_thing *thing = zt_registry_thing_of_connection(registry, principal, t->connection.client_id);
	if (thing) {
		t->connection.thing_name = zt_view_of(thing->name);
		t->connection.thing_type = zt_view_of(thing->type);
		t->connection.attributes = thing->attributes;
	}
	return zt_policy_set_of_connection(&t->set, registry, principal, t->connection.client_id);
}

static zt_status run(trial *t, json_t *results, zt_error *ret_error)
{
	const json_t *infos, *resources = NULL;
	const char *action = NULL;
	json_t *info;
	size_t i;
	TRY(zt_in_json_array(t->call->body, "authInfos", &infos, ret_error));
	if (json_array_size(infos) < 1 || json_array_size(infos) > AUTH_INFOS_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "'authInfos' must have 1 to %d entries", AUTH_INFOS_MAX);
	TRY(take_principal(t, ret_error));
	TRY(add_policies(t, ret_error));
	TRY(skip_policies(t, ret_error));
	json_array_foreach(infos, i, info) {
		TRY(read_info(info, &action, &resources, ret_error));
		ENSURE(json_array_append_new(results, try_one(t, info, action, resources)) == 0, ZT_E_NOMEM);
	}
	return ZT_OK;
}

static zt_status test_authorization(zt_call *call, zt_error *ret_error)
{
	json_t *results = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "authResults", results)));
	trial t = { .call = call, .missing = json_object() };
	ENSURE(t.missing, ZT_E_NOMEM);
	zt_status status = run(&t, results, ret_error);
	zt_policy_set_free(&t.set);
	json_decref(t.missing);
	return status;
}

static const zt_operation rows[] = {
	{ ZT_REST("TestAuthorization", "POST", "/test-authorization", NULL, test_authorization) },
};
const zt_operations zt_iot_test_operations = ZT_OPERATIONS(rows);
