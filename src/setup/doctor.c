#include "setup/doctor.h"

#include <stdlib.h>

#include "setup/doctor_inside.h"

/* Beyond what plan, setup and teardown ask. */
static const zt_operator_action rows[] = {
	{ "iot:ListAttachedPolicies", { "*" } },
	/* CloudWatch Logs asks with ":*" behind the group's name (Service Authorization Reference, "log-group"). */
	{ "logs:FilterLogEvents", { "log-group:{function-log}", "log-group:{function-log}:*" } },
};
const zt_operator_actions zt_doctor_actions = ZT_OPERATOR_ACTIONS(rows);

typedef struct {
	zt_setup *setup;
	const zt_doctor_spec *spec;
	zt_diagnosis d;
	zt_error *ret_error;
} doctor;

/* What a question's failure means; *ret_answered tells whether there was an answer at all. */
static zt_status heard(doctor *x, const char *about, zt_status status, const zt_error *error, bool *ret_answered)
{
	*ret_answered = status == ZT_OK || status == ZT_E_NOT_FOUND;
	if (*ret_answered)
		return ZT_OK;
	zt_error cause = *error;
	cause.status = status;
	status = zt_finding_of_error(x->d.findings, about, &cause);
	if (status != ZT_OK && x->ret_error)
		*x->ret_error = cause;
	return status;
}

/* ---- the account ---- */

typedef struct {
	const char *about;
	zt_status (*ask)(zt_setup *setup, zt_error *ret_error);
} question;

/* Without an answer to the first question there is nobody to put the others to. */
static zt_status ask_account(doctor *x, bool *ret_reached)
{
	static const question questions[] = {
		{ "AWS STS", zt_setup_look_at_account },
		{ "AWS IoT", zt_setup_look_at_endpoint },
		{ "AWS Lambda", zt_setup_look_at_function },
		{ "the handler's environment", zt_setup_keep_accepted },
		{ "the provisioning template", zt_setup_look_at_way },
	};
	for (size_t i = 0; i < ZT_COUNT(questions); i++) {
		zt_error error = { 0 };
		bool answered;
		zt_status status = questions[i].ask(x->setup, &error);
		TRY(heard(x, questions[i].about, status, &error, &answered));
		*ret_reached = answered || status == ZT_E_DENIED;
		if (!answered && (i == 0 || status != ZT_E_DENIED)) {
			*ret_reached = false;
			return ZT_OK;
		}
	}
	return ZT_OK;
}

/* ---- the resources ---- */

typedef zt_status (*judge_fn)(const zt_diagnosis *d, const zt_setup_item *item);

static judge_fn judge_of(zt_setup_kind kind)
{
	switch (kind) {
	case ZT_SETUP_THING_TYPE:
		return zt_judge_thing_type;
	case ZT_SETUP_POLICY:
		return zt_judge_policy;
	case ZT_SETUP_LOG_GROUP:
		return zt_judge_log_group;
	case ZT_SETUP_ROLE:
		return zt_judge_role;
	case ZT_SETUP_ROLE_POLICY:
		return zt_judge_role_policy;
	case ZT_SETUP_FUNCTION:
		return zt_judge_function;
	case ZT_SETUP_RULE:
		return zt_judge_rule;
	case ZT_SETUP_PERMISSION:
		return zt_judge_permission;
	case ZT_SETUP_TEMPLATE:
		return zt_judge_template;
	case ZT_SETUP_CA:
		return zt_judge_ca;
	default:
		return NULL;
	}
}

/* A role's policy goes with the role, and the permission with the function: one cause, one finding. */
static bool goes_without(const zt_setup *setup, const zt_setup_item *item)
{
	bool of_role = item->kind == ZT_SETUP_ROLE_POLICY;
	zt_setup_kind holder = of_role ? ZT_SETUP_ROLE : ZT_SETUP_FUNCTION;
	if (!of_role && item->kind != ZT_SETUP_PERMISSION)
		return false;
	for (size_t i = 0; i < setup->item_count; i++)
		if (setup->items[i].kind == holder && (!of_role || setup->items[i].index == item->index))
			return !setup->items[i].there;
	return false;
}

static zt_status examine(doctor *x, zt_setup_item *item)
{
	zt_error error = { 0 };
	bool answered;
	judge_fn judge = judge_of(item->kind);
	if (!judge || goes_without(x->setup, item))
		return ZT_OK;
	zt_status status = zt_resource_of(item->kind)->observe(x->setup, item, &item->observed, &item->ours, &error);
	TRY(heard(x, item->name, status, &error, &answered));
	item->there = status == ZT_OK;
	return answered ? judge(&x->d, item) : ZT_OK;
}

static zt_status examine_resources(doctor *x)
{
	zt_setup_add_items(x->setup);
	for (size_t i = 0; i < x->setup->item_count; i++)
		TRY(examine(x, &x->setup->items[i]));
	return ZT_OK;
}

/* ---- around them ---- */

static zt_status probe_ports(doctor *x)
{
	const char *host = x->setup->endpoint;
	if (!x->spec->probe || !host[0])
		return ZT_OK;
	for (size_t i = 0; i < ZT_COUNT(x->spec->ports); i++) {
		zt_error error = { 0 };
		unsigned port = x->spec->ports[i];
		zt_status status = x->spec->probe(x->spec->context, host, port, &error);
		TRY(zt_judge_port(&x->d, host, port, status, error.text));
	}
	return ZT_OK;
}

static zt_status look_further(doctor *x)
{
	zt_error error = { 0 };
	bool answered;
	zt_status status = zt_doctor_look_at_subjects(x->setup, &x->d, &error);
	TRY(heard(x, "CA certificates", status, &error, &answered));
	status = zt_doctor_look_at_versions(x->setup, &x->d, &error);
	TRY(heard(x, "policy versions", status, &error, &answered));
	status = zt_doctor_look_at_logs(x->setup, &x->d, &error);
	TRY(heard(x, "the handler's log", status, &error, &answered));
	if (!x->spec->device.n)
		return ZT_OK;
	status = zt_doctor_look_at_device(x->setup, &x->d, x->spec->device, &error);
	return heard(x, "the device", status, &error, &answered);
}

static zt_status examine_all(doctor *x)
{
	bool reached = false;
	TRY(ask_account(x, &reached));
	if (!reached)
		return ZT_OK;
	TRY(probe_ports(x));
	TRY(examine_resources(x));
	return look_further(x);
}

zt_status zt_doctor_run(zt_aws_client *client, const zt_doctor_spec *spec, json_t **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_setup_freep) zt_setup *setup = NULL;
	ZT_JSON_CLEANUP json_t *findings = json_array();
	const zt_setup_spec setup_spec = { .name = spec->name, .observe_only = true };
	ENSURE(findings, zt_setup_no_memory(ret_error));
	TRY(zt_setup_new(client, &setup_spec, &setup, ret_error));
	doctor x = { .setup = setup, .spec = spec, .ret_error = ret_error };
	x.d = (zt_diagnosis){ .setup = setup, .findings = findings };
	x.d.now_ms = zt_clock_wall_ms(zt_aws_client_clock(client));
	bool named = !zt_view_equal(zt_view_of(setup->name), ZT_LIT("zerotouch"));
	(void)snprintf(x.d.again, sizeof x.d.again, "zerotouch setup%s%s", named ? " --name " : "",
		       named ? setup->name : "");
	TRY(examine_all(&x));
	*ret = json_pack("{s:s, s:s, s:s, s:O}", "account", setup->account, "region", zt_aws_client_region(client),
			 "endpoint", setup->endpoint, "findings", findings);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}
