/* zerotouch status: what a set-up has in the account, and what else one needs to know of it. */
#include <stdio.h>

#include "base/json.h"
#include "base/timefmt.h"
#include "cli/account.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "setup/setup.h"

typedef struct {
	zt_account_options account;
	const char *name;
	bool json;
} status_options;

static zt_status ca_state(const json_t *observed, zt_str *out)
{
	const json_t *not_after = json_object_get(observed, "notAfter");
	TRY(zt_str_printf(out, "%.*s, auto-registration %.*s", ZT_PRI(zt_json_view(observed, "status")),
			  ZT_PRI(zt_json_view(observed, "autoRegistrationStatus"))));
	if (!json_is_number(not_after))
		return ZT_OK;
	char until[ZT_TIME_TEXT_MAX];
	zt_time_iso8601((int64_t)json_number_value(not_after) * 1000, until);
	return zt_str_printf(out, ", until %s", until);
}

static zt_status log_group_state(const json_t *observed, zt_str *out)
{
	const json_t *days = json_object_get(observed, "retentionInDays");
	return days ? zt_str_printf(out, "keeps %lld days", (long long)json_integer_value(days))
		    : zt_str_put_text(out, "keeps for ever");
}

/* One word or two for what AWS says in members of many names. */
static zt_status state_of(const zt_setup_item *item, zt_str *out)
{
	const char *state = "there";
	if (!item->there)
		return zt_str_put_text(out, "missing");
	switch (item->kind) {
	case ZT_SETUP_CA:
		return ca_state(item->observed, out);
	case ZT_SETUP_LOG_GROUP:
		return log_group_state(item->observed, out);
	case ZT_SETUP_THING_TYPE:
		state = json_is_true(json_object_get(item->observed, "deprecated")) ? "deprecated" : "active";
		break;
	case ZT_SETUP_RULE:
		state = json_is_true(json_object_get(item->observed, "ruleDisabled")) ? "disabled" : "enabled";
		break;
	case ZT_SETUP_FUNCTION:
		state = zt_json_text(item->observed, "State");
		break;
	default:
		break;
	}
	return zt_str_put_text(out, state ? state : "there");
}

static zt_status describe(const zt_setup *setup, const zt_setup_item *item, json_t **ret)
{
	ZT_CLEANUP(zt_str_free) zt_str state = ZT_STR(512);
	TRY(state_of(item, &state));
	*ret = json_pack("{s:s, s:s, s:s, s:b, s:s*, s:O*}", "kind", item->title, "name", item->name, "state",
			 zt_str_text(&state), "ours", (int)item->ours, "tenant", zt_setup_tenant_of(setup, item),
			 "observed", item->observed);
	ENSURE(*ret, ZT_E_NOMEM);
	return ZT_OK;
}

static zt_status describe_all(const zt_setup *setup, json_t *resources)
{
	for (size_t i = 0; i < zt_setup_item_count(setup); i++) {
		json_t *one = NULL;
		TRY(describe(setup, zt_setup_item_at(setup, i), &one));
		ENSURE(json_array_append_new(resources, one) == 0, ZT_E_NOMEM);
	}
	return ZT_OK;
}

/* Whose devices come in, and by which CA certificate. */
static zt_status list_tenants(const json_t *resources, json_t *tenants)
{
	size_t i;
	json_t *one;
	json_array_foreach(resources, i, one) {
		const json_t *tenant = json_object_get(one, "tenant");
		if (!tenant)
			continue;
		json_t *row = json_pack("{s:O, s:O, s:O}", "tenant", tenant, "caCertificateId",
					json_object_get(one, "name"), "state", json_object_get(one, "state"));
		ENSURE(row && json_array_append_new(tenants, row) == 0, ZT_E_NOMEM);
	}
	return ZT_OK;
}

static void print_head(const json_t *whole)
{
	static const char *const members[] = { "account", "region", "endpoint" };
	const json_t *tenants = json_object_get(whole, "tenants");
	size_t i;
	json_t *one;
	for (i = 0; i < ZT_COUNT(members); i++)
		(void)printf("%-8s  %s\n", members[i], zt_json_text(whole, members[i]));
	if (json_array_size(tenants) == 0)
		(void)puts("tenant    none");
	json_array_foreach(tenants, i, one)
		(void)printf("tenant    %s\n  CA      %s\n", zt_json_text(one, "tenant"),
			     zt_json_text(one, "caCertificateId"));
	(void)putchar('\n');
}

static zt_status print(const json_t *whole)
{
	const json_t *resources = json_object_get(whole, "resources");
	static const zt_column columns[] = {
		{ "RESOURCE", "kind", 0 }, { "NAME", "name", 0 }, { "STATE", "state", 0 }, { "TENANT", "tenant", 0 }
	};
	ZT_JSON_CLEANUP json_t *rows = json_array();
	size_t i;
	json_t *one;
	ENSURE(rows, ZT_E_NOMEM);
	json_array_foreach(resources, i, one) {
		bool foreign = !zt_view_equal(zt_json_view(one, "state"), ZT_LIT("missing")) &&
			       !json_is_true(json_object_get(one, "ours"));
		json_t *state =
		    json_sprintf("%s%s", zt_json_text(one, "state"), foreign ? " (not made by this set-up)" : "");
		json_t *row =
		    json_pack("{s:O, s:O, s:o, s:O*}", "kind", json_object_get(one, "kind"), "name",
			      json_object_get(one, "name"), "state", state, "tenant", json_object_get(one, "tenant"));
		ENSURE(row && json_array_append_new(rows, row) == 0, ZT_E_NOMEM);
	}
	print_head(whole);
	zt_output_table(columns, ZT_COUNT(columns), rows);
	return ZT_OK;
}

static zt_status show(const status_options *o, zt_error *ret_error)
{
	ZT_CLEANUP(zt_account_close) zt_account_session account = { 0 };
	ZT_CLEANUP(zt_setup_freep) zt_setup *setup = NULL;
	ZT_JSON_CLEANUP json_t *resources = json_array();
	ZT_JSON_CLEANUP json_t *tenants = json_array();
	ENSURE(resources && tenants, ZT_E_NOMEM);
	TRY(zt_account_open(&o->account, &account, ret_error));
	const zt_setup_spec spec = { .name = zt_view_of(o->name), .observe_only = true };
	TRY(zt_setup_new(account.client, &spec, &setup, ret_error));
	TRY(zt_setup_observe(setup, ret_error));
	TRY(describe_all(setup, resources));
	TRY(list_tenants(resources, tenants));
	ZT_JSON_CLEANUP json_t *whole = json_pack("{s:s, s:s, s:s, s:O, s:O}", "account", zt_setup_account(setup),
						  "region", zt_aws_client_region(account.client), "endpoint",
						  zt_setup_endpoint(setup), "tenants", tenants, "resources", resources);
	ENSURE(whole, ZT_E_NOMEM);
	return o->json ? zt_output_json(whole) : print(whole);
}

zt_status zt_cmd_status(int argc, char **argv, zt_error *ret_error)
{
	status_options o = { 0 };
	zt_opt_result result;
	const zt_opt options[] = {
		ZT_ACCOUNT_OPTIONS(o.account),
		ZT_NAME_OPTION(o.name),
		{ "json", 0, ZT_OPT_FLAG, &o.json, NULL, "one object: account, region, endpoint, tenants, resources", 0,
		  0 },
	};
	const zt_command command = {
		.name = "zerotouch status",
		.usage = "zerotouch status [options]",
		.purpose = "Shows what is set up: the endpoint that devices connect to, the tenants, and each resource "
			   "with its state.\n"
			   "Needs the account alone, and changes nothing.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch status\n  zerotouch status --json | jq -r .endpoint\n",
	};
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	return show(&o, ret_error);
}
