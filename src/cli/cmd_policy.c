/* zerotouch policy check: whether a device may do an action, and which statement decides. */
#include <stdio.h>
#include <string.h>

#include "aws/sts.h"
#include "base/arn.h"
#include "base/json.h"
#include "cli/account.h"
#include "cli/output.h"
#include "cli/policy_subject.h"
#include "cli/verbs.h"

enum { RESOURCE_MAX = 1024 };

typedef struct {
	zt_account_options account;
	const char *device, *certificate, *action, *topic, *client_id, *thing;
	zt_opt_list policies, variables;
	bool https, json;
} check_options;

typedef struct {
	char partition[16], region[64], account[13];
} place;

/* ---- what is asked ---- */

/* Actions and the resource that each is about (AWS IoT, "AWS IoT Core policy actions"). */
static const struct {
	const char *action, *type;
} actions[] = {
	{ "iot:Connect", "client" },           { "iot:Publish", "topic" },
	{ "iot:RetainPublish", "topic" },      { "iot:Receive", "topic" },
	{ "iot:GetRetainedMessage", "topic" }, { "iot:Subscribe", "topicfilter" },
	{ "iot:GetThingShadow", "thing" },     { "iot:UpdateThingShadow", "thing" },
	{ "iot:DeleteThingShadow", "thing" },  { "iot:ListNamedShadowsForThing", "thing" },
};

static const char *type_of(const char *action)
{
	for (size_t i = 0; action && i < ZT_COUNT(actions); i++)
		if (strcmp(actions[i].action, action) == 0)
			return actions[i].type;
	return NULL;
}

static zt_status put_resource(const check_options *o, const place *where, const zt_policy_subject *subject, zt_str *out,
			      zt_error *ret_error)
{
	const char *type = type_of(o->action);
	if (!type)
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "--action is iot:Connect, iot:Publish, iot:Subscribe, iot:Receive, …, not %s",
				    o->action ? o->action : "left out");
	bool client = strcmp(type, "client") == 0, thing = strcmp(type, "thing") == 0;
	zt_view name = client ? subject->connection.client_id : zt_view_of(o->topic);
	if (thing)
		name = o->thing ? zt_view_of(o->thing) : subject->connection.thing_name;
	if (!name.n)
		return zt_error_set(ret_error, ZT_E_USAGE, "%s needs %s", o->action,
				    client  ? "--client-id"
				    : thing ? "--thing"
					    : "--topic");
	return zt_str_printf(out, "arn:%s:iot:%s:%s:%s/%.*s", where->partition, where->region, where->account, type,
			     ZT_PRI(name));
}

/* ---- whom it is about ---- */

static zt_status take_files(const check_options *o, zt_policy_subject *subject, place *ret_place, zt_error *ret_error)
{
	const char *region = o->account.region ? o->account.region : "us-east-1";
	(void)snprintf(ret_place->partition, sizeof ret_place->partition, "%.*s",
		       ZT_PRI(zt_arn_partition_of_region(zt_view_of(region))));
	(void)snprintf(ret_place->region, sizeof ret_place->region, "%s", region);
	(void)snprintf(ret_place->account, sizeof ret_place->account, "%s",
		       o->account.account ? o->account.account : "000000000000");
	for (size_t i = 0; i < o->policies.count; i++)
		TRY(zt_policy_subject_load(subject, o->policies.values[i], ret_error));
	if (!o->https) {
		subject->connection.client_id = zt_view_of(o->client_id);
		subject->connection.thing_name = zt_view_of(o->thing);
	}
	return ZT_OK;
}

static zt_status take_place(zt_aws_client *client, place *ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *identity = NULL;
	zt_arn arn;
	TRY(zt_sts_caller_identity(client, &identity, ret_error));
	if (zt_arn_parse(zt_json_view(identity, "Arn"), &arn) != ZT_OK ||
	    zt_text_copy(ret->partition, sizeof ret->partition, arn.partition) != ZT_OK ||
	    zt_text_copy(ret->account, sizeof ret->account, zt_json_view(identity, "Account")) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "STS tells no account and ARN of the caller");
	return zt_text_copy(ret->region, sizeof ret->region, zt_view_of(zt_aws_client_region(client)));
}

/* Without --client-id a device connects as itself. */
static zt_status take_account(const check_options *o, zt_policy_subject *subject, place *ret_place, zt_error *ret_error)
{
	ZT_CLEANUP(zt_account_close) zt_account_session session = { 0 };
	char found[ZT_CERT_ID_HEX + 1];
	zt_view certificate = zt_view_of(o->certificate);
	zt_view client_id = zt_view_of(o->client_id ? o->client_id : o->device);
	TRY(zt_account_open(&o->account, &session, ret_error));
	TRY(take_place(session.client, ret_place, ret_error));
	if (o->device) {
		TRY(zt_policy_subject_find(session.client, zt_view_of(o->device), found, ret_error));
		certificate = zt_view_of(found);
	}
	return zt_policy_subject_fetch(session.client, certificate, o->https ? ZT_VIEW_EMPTY : client_id, subject,
				       ret_error);
}

/* ---- the answer ---- */

static zt_status print(const check_options *o, const zt_policy_subject *subject, const zt_decision *decision,
		       const char *resource)
{
	char text[192];
	zt_decision_text(decision, text, sizeof text);
	bool decided = decision->kind != ZT_DECISION_IMPLICIT_DENY;
	const char *policy = decided ? subject->names[decision->policy] : "";
	bool active = !subject->status[0] || strcmp(subject->status, "ACTIVE") == 0;
	if (!o->json) {
		(void)printf("%s %s\n%s%s%s\n", o->action, resource, policy, decided ? ": " : "", text);
		if (!active)
			(void)printf("certificate %s is %s: nothing is allowed\n", subject->certificate_id,
				     subject->status);
		return ZT_OK;
	}
	ZT_JSON_CLEANUP json_t *answer = json_pack(
	    "{s:b, s:s, s:s, s:s, s:s, s:s*, s:o*}", "allowed", (int)(active && decision->kind == ZT_DECISION_ALLOW),
	    "action", o->action, "resource", resource, "decision", text, "certificateStatus", subject->status, "policy",
	    decided ? policy : NULL, "sid", decision->sid.n ? zt_json_string(decision->sid) : NULL);
	ENSURE(answer, ZT_E_NOMEM);
	/* As people count, and as zt_decision_text does. */
	if (decided && json_object_set_new(answer, "statement", json_integer((json_int_t)decision->statement + 1)) != 0)
		return ZT_E_NOMEM;
	return zt_output_json(answer);
}

static zt_status decide(const check_options *o, zt_error *ret_error)
{
	ZT_CLEANUP(zt_policy_subject_end) zt_policy_subject subject = { .variables = &o->variables };
	ZT_CLEANUP(zt_str_free) zt_str resource = ZT_STR(RESOURCE_MAX);
	place where;
	if ((o->device != NULL) + (o->certificate != NULL) + (o->policies.count > 0) != 1)
		return zt_error_set(ret_error, ZT_E_USAGE, "give one of --device, --certificate and --policy");
	TRY(o->policies.count ? take_files(o, &subject, &where, ret_error)
			      : take_account(o, &subject, &where, ret_error));
	TRY(put_resource(o, &where, &subject, &resource, ret_error));
	const zt_policy_request request = { .action = zt_view_of(o->action),
					    .resource = zt_str_view(&resource),
					    .values = zt_policy_subject_values(&subject) };
	const zt_decision decision = zt_policy_evaluate(subject.policies, subject.policy_count, &request);
	bool active = !subject.status[0] || strcmp(subject.status, "ACTIVE") == 0;
	TRY(print(o, &subject, &decision, zt_str_text(&resource)));
	return active && decision.kind == ZT_DECISION_ALLOW ? ZT_OK : ZT_E_NOT_ALLOWED;
}

static zt_status check(int argc, char **argv, zt_error *ret_error)
{
	check_options o = { 0 };
	zt_opt_result result;
	const zt_opt options[] = {
		ZT_ACCOUNT_OPTIONS(o.account),
		{ "device", 0, ZT_OPT_TEXT, &o.device, "ID", "of the account: the certificate that its Thing names", 0,
		  0 },
		{ "certificate", 0, ZT_OPT_TEXT, &o.certificate, "ID", "of the account: this one", 0, 0 },
		{ "policy", 0, ZT_OPT_LIST, &o.policies, "FILE", "offline: a policy document (repeat it)", 0, 0 },
		{ "action", 0, ZT_OPT_TEXT, &o.action, "ACTION", "iot:Connect, iot:Publish, iot:Subscribe, …", 0, 0 },
		{ "topic", 't', ZT_OPT_TEXT, &o.topic, "TOPIC", "topic or topic filter", 0, 0 },
		{ "client-id", 0, ZT_OPT_TEXT, &o.client_id, "ID", "of MQTT (default: the device id)", 0, 0 },
		{ "thing", 0, ZT_OPT_TEXT, &o.thing, "NAME", "offline: the Thing of the connection", 0, 0 },
		{ "var", 0, ZT_OPT_LIST, &o.variables, "NAME=VALUE",
		  "value of a policy variable, such as iot:Certificate.Subject.CommonName (repeat it)", 0, 0 },
		{ "https", 0, ZT_OPT_FLAG, &o.https, NULL, "as over HTTPS: no client id, and no Thing", 0, 0 },
		{ "json", 0, ZT_OPT_FLAG, &o.json, NULL, "one object: allowed, policy, statement, …", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch policy check",
		.usage =
		    "zerotouch policy check (--device ID | --certificate ID | --policy FILE…) --action A [options]",
		.purpose = "Tells whether a device may do an action, and which statement of which policy decides.\n"
			   "Offline --account is the one of the ARNs (default 000000000000).",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch policy check --device ID --action iot:Publish --topic myhome/myroom\n"
			    "  zerotouch policy check --policy device.json --action iot:Connect --client-id lamp \\\n"
			    "    --thing lamp --var iot:Certificate.Subject.CommonName=lamp\n",
		.exits = "  22: it may not\n",
	};
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	return decide(&o, ret_error);
}

zt_status zt_cmd_policy(int argc, char **argv, zt_error *ret_error)
{
	static const zt_verb verbs[] = { { "check", "whether a device may do an action", check } };
	return zt_verbs_run("zerotouch policy", "What policies allow.", verbs, ZT_COUNT(verbs), argc, argv, ret_error);
}
