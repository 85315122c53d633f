/* zerotouch plan, setup and teardown: an AWS account made ready for a tenant's devices, and cleaned again. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/manifest.h"
#include "cli/output.h"
#include "cli/setup_session.h"
#include "cli/verbs.h"
#include "setup/export.h"

static const char *const change_names[] = { [ZT_CHANGE_NONE] = "right",
					    [ZT_CHANGE_CREATE] = "create",
					    [ZT_CHANGE_UPDATE] = "change",
					    [ZT_CHANGE_REMOVE] = "remove" };
static const char *const change_marks[] = {
	[ZT_CHANGE_NONE] = "=", [ZT_CHANGE_CREATE] = "+", [ZT_CHANGE_UPDATE] = "~", [ZT_CHANGE_REMOVE] = "-"
};

/* ---- showing items ---- */

static zt_status print_json(const zt_setup *setup)
{
	ZT_JSON_CLEANUP json_t *items = json_array();
	ENSURE(items, ZT_E_NOMEM);
	for (size_t i = 0; i < zt_setup_item_count(setup); i++) {
		const zt_setup_item *item = zt_setup_item_at(setup, i);
		json_t *one = json_pack("{s:s, s:s, s:s, s:b, s:O?, s:O?}", "kind", item->title, "name", item->name,
					"change", change_names[item->change], "ours", (int)item->ours, "observed",
					item->observed, "desired", item->desired);
		ENSURE(one && json_array_append_new(items, one) == 0, ZT_E_NOMEM);
	}
	return zt_output_json(items);
}

/* The members of a changed item, as they are and as they shall be. */
static void print_difference(const zt_setup_item *item)
{
	const char *member;
	json_t *wanted;
	json_object_foreach(item->desired, member, wanted) {
		char *is = json_dumps(json_object_get(item->observed, member), JSON_COMPACT | JSON_ENCODE_ANY);
		char *shall = json_dumps(wanted, JSON_COMPACT | JSON_ENCODE_ANY);
		(void)printf("      %s\n        is    %s\n        shall %s\n", member, is ? is : "nothing",
			     shall ? shall : "");
		free(is);
		free(shall);
	}
}

static void print_plan(const zt_setup *setup)
{
	(void)printf("account %s, data endpoint %s\n", zt_setup_account(setup), zt_setup_endpoint(setup));
	for (size_t i = 0; i < zt_setup_item_count(setup); i++) {
		const zt_setup_item *item = zt_setup_item_at(setup, i);
		(void)printf("  %s %-22s %s%s\n", change_marks[item->change], item->title, item->name,
			     item->there && !item->ours ? "  (not made by this set-up)" : "");
		if (item->change == ZT_CHANGE_UPDATE)
			print_difference(item);
	}
	(void)printf("%zu to create, %zu to change", zt_setup_changes(setup, ZT_CHANGE_CREATE),
		     zt_setup_changes(setup, ZT_CHANGE_UPDATE));
	size_t removals = zt_setup_changes(setup, ZT_CHANGE_REMOVE);
	(void)(removals ? printf(", %zu to remove\n", removals) : printf("\n"));
}

/* The desired state for a pipeline. *ret_done when it was asked for: then nothing else is done. */
static zt_status print_output(const char *form, zt_setup *setup, bool *ret_done, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *whole = NULL;
	*ret_done = form != NULL;
	if (!form)
		return ZT_OK;
	if (strcmp(form, "cloudformation") == 0)
		TRY(zt_setup_cloudformation(setup, &whole, ret_error));
	else if (strcmp(form, "terraform") == 0)
		TRY(zt_setup_terraform(setup, &whole, ret_error));
	else
		return zt_error_set(ret_error, ZT_E_USAGE, "--output is cloudformation or terraform, not \"%s\"", form);
	return zt_output_json(whole);
}

#define OUTPUT_OPTION(form)                                                                             \
	{                                                                                               \
		"output", 0, ZT_OPT_TEXT, &(form), "FORM",                                              \
		    "print the desired state as cloudformation or terraform, and do nothing else", 0, 0 \
	}

/* ---- the verbs ---- */

zt_status zt_cmd_plan(int argc, char **argv, zt_error *ret_error)
{
	zt_setup_options o = { 0 };
	bool done;
	zt_opt_result words;
	const char *form = NULL;
	const zt_opt options[] = { ZT_SETUP_OPTIONS(o),
				   OUTPUT_OPTION(form),
				   { "exit-code", 0, ZT_OPT_FLAG, &o.exit_code, NULL,
				     "tell by the exit status whether there is something to do", 0, 0 } };
	const zt_command command = {
		.name = "zerotouch plan",
		.usage = "zerotouch plan [options]",
		.purpose =
		    "Shows what setup would create (+), change (~) and, with --prune, remove (-), and what is right "
		    "already (=).",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch plan --topic myhome/myroom\n  zerotouch plan --exit-code --json\n",
		.exits = "  20: with --exit-code, there is something to do\n",
	};
	TRY(zt_options_read(&command, argc, argv, &words, ret_error));
	if (words.help)
		return ZT_OK;
	ZT_CLEANUP(zt_setup_session_close) zt_setup_session session = { 0 };
	TRY(zt_setup_session_open(&o, &session, ret_error));
	TRY(print_output(form, session.setup, &done, ret_error));
	if (done)
		return ZT_OK;
	if (o.json)
		TRY(print_json(session.setup));
	else
		print_plan(session.setup);
	bool changes = zt_setup_changes(session.setup, ZT_CHANGE_NONE) < zt_setup_item_count(session.setup);
	return o.exit_code && changes ? ZT_E_CHANGES : ZT_OK;
}

/* Whether what exists with other content may be changed. Asks only where somebody can answer. */
static zt_status ask(const zt_setup_options *o, const zt_setup *setup, bool *ret_consent, zt_error *ret_error)
{
	size_t changes = zt_setup_changes(setup, ZT_CHANGE_UPDATE) + zt_setup_changes(setup, ZT_CHANGE_REMOVE);
	char answer[16] = "";
	*ret_consent = o->yes || changes == 0;
	if (*ret_consent)
		return ZT_OK;
	print_plan(setup);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return zt_error_set(ret_error, ZT_E_CONFLICT,
				    "%zu resources exist with other content or are not wanted any more: --yes "
				    "changes and removes them",
				    changes);
	(void)fprintf(stderr, "Change or remove these %zu resources? [y/N] ", changes);
	*ret_consent = fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
	return *ret_consent ? ZT_OK : zt_error_set(ret_error, ZT_E_CANCELLED, "nothing was changed");
}

/* Needs the account alone: neither a CA nor the package. */
static zt_status print_operator_policy(const zt_setup_options *o, zt_error *ret_error)
{
	ZT_CLEANUP(zt_account_close) zt_account_session account = { 0 };
	ZT_JSON_CLEANUP json_t *policy = NULL;
	TRY(zt_account_open(&o->account, &account, ret_error));
	TRY(zt_setup_operator_policy(account.client, zt_view_of(o->name), &policy, ret_error));
	return zt_output_json(policy);
}

zt_status zt_cmd_setup(int argc, char **argv, zt_error *ret_error)
{
	zt_setup_options o = { 0 };
	bool done, consent, print_policy = false;
	zt_opt_result words;
	const char *form = NULL, *manifest = NULL;
	const zt_opt options[] = {
		ZT_SETUP_OPTIONS(o),
		ZT_PROOF_OPTIONS(o.proof),
		{ "yes", 'y', ZT_OPT_FLAG, &o.yes, NULL, "change what exists with other content without asking", 0, 0 },
		{ "write-manifest", 0, ZT_OPT_TEXT, &manifest, "FILE",
		  "fill an Azure Sphere app_manifest.json in: tenant, endpoint, topic", 0, 0 },
		OUTPUT_OPTION(form),
		{ "print-operator-policy", 0, ZT_OPT_FLAG, &print_policy, NULL,
		  "print the least IAM policy for plan, setup, status, doctor, certificates prune and teardown, and "
		  "do nothing else",
		  0, 0 }
	};
	const zt_command command = {
		.name = "zerotouch setup",
		.usage = "zerotouch setup [options]",
		.purpose = "Prepares an AWS account (or the local one) for a tenant's devices: CA with proof of "
			   "possession, policy, role,\n"
			   "Lambda, rule and permission. Running it again changes nothing.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch setup --topic myhome/myroom\n"
			    "  zerotouch setup --endpoint-url http://127.0.0.1:4566 --tenant GUID\n"
			    "  zerotouch setup --ca-file ca.pem --proof-command ./prove.sh   # docs/aws.md has one\n"
			    "  zerotouch setup --print-operator-policy > operator.json\n",
	};
	TRY(zt_options_read(&command, argc, argv, &words, ret_error));
	if (words.help)
		return ZT_OK;
	if (print_policy)
		return print_operator_policy(&o, ret_error);
	ZT_CLEANUP(zt_setup_session_close) zt_setup_session session = { 0 };
	TRY(zt_setup_session_open(&o, &session, ret_error));
	TRY(print_output(form, session.setup, &done, ret_error));
	if (done)
		return ZT_OK;
	TRY(ask(&o, session.setup, &consent, ret_error));
	TRY(zt_setup_apply(session.setup, consent, ret_error));
	if (manifest)
		TRY(zt_manifest_fill(manifest, zt_str_view(&session.tenant), zt_setup_endpoint(session.setup),
				     o.topics.count ? zt_view_of(o.topics.values[0]) : ZT_VIEW_EMPTY, ret_error));
	if (o.json)
		return print_json(session.setup);
	zt_output_say("account %s is ready; devices connect to %s", zt_setup_account(session.setup),
		      zt_setup_endpoint(session.setup));
	return ZT_OK;
}

static json_t *removals(const zt_setup *setup)
{
	json_t *items = json_array();
	for (size_t i = 0; i < zt_setup_item_count(setup); i++) {
		const zt_setup_item *item = zt_setup_item_at(setup, i);
		if (item->there)
			(void)json_array_append_new(items, json_pack("{s:s, s:s, s:b}", "kind", item->title, "name",
								     item->name, "remove", (int)item->ours));
	}
	return items;
}

/* What teardown would remove; nothing is changed. */
static zt_status show_removals(const zt_setup_options *o, zt_setup *setup, zt_error *ret_error)
{
	size_t certificates = 0, things = 0, i;
	json_t *item;
	ZT_JSON_CLEANUP json_t *items = removals(setup);
	ENSURE(items, ZT_E_NOMEM);
	TRY(zt_setup_count_devices(setup, &certificates, &things, ret_error));
	if (o->json) {
		ZT_JSON_CLEANUP json_t *all = json_pack("{s:O, s:I, s:I}", "resources", items, "certificates",
							(json_int_t)certificates, "things", (json_int_t)things);
		ENSURE(all, ZT_E_NOMEM);
		return zt_output_json(all);
	}
	json_array_foreach(items, i, item)
		(void)printf("  %s %-22s %s\n", json_is_true(json_object_get(item, "remove")) ? "-" : "=",
			     zt_json_text(item, "kind"), zt_json_text(item, "name"));
	(void)printf("  - %zu certificates of these CAs, %zu Things of this type\n", certificates, things);
	return ZT_OK;
}

zt_status zt_cmd_teardown(int argc, char **argv, zt_error *ret_error)
{
	zt_setup_options o = { .whole = true };
	bool dry_run = false;
	zt_opt_result words;
	const zt_opt options[] = { ZT_ACCOUNT_OPTIONS(o.account),
				   ZT_NAME_OPTION(o.name),
				   { "json", 0, ZT_OPT_FLAG, &o.json, NULL, "with --dry-run: one object", 0, 0 },
				   { "yes", 'y', ZT_OPT_FLAG, &o.yes, NULL, "really remove it", 0, 0 },
				   { "dry-run", 0, ZT_OPT_FLAG, &dry_run, NULL,
				     "show and count what would be removed, and do nothing else", 0, 0 } };
	const zt_command command = {
		.name = "zerotouch teardown",
		.usage = "zerotouch teardown [options] [--yes]",
		.purpose = "Removes what setup created, with the certificates and Things that came of it, and nothing "
			   "else. Shows it\nwithout --yes. Needs the account alone: the CAs are found by their tag.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch teardown --dry-run\n  zerotouch teardown --yes\n",
		.exits =
		    "  10: all is gone but the thing type, which AWS lets go five minutes later; run it again then\n",
	};
	TRY(zt_options_read(&command, argc, argv, &words, ret_error));
	if (words.help)
		return ZT_OK;
	ZT_CLEANUP(zt_setup_session_close) zt_setup_session session = { 0 };
	TRY(zt_setup_session_open(&o, &session, ret_error));
	if (!o.yes || dry_run)
		TRY(show_removals(&o, session.setup, ret_error));
	if (dry_run)
		return ZT_OK;
	if (!o.yes)
		return zt_error_set(ret_error, ZT_E_USAGE,
				    "this removes what is marked -, and the certificates and Things of these CAs: "
				    "say --yes");
	return zt_setup_teardown(session.setup, ret_error);
}
