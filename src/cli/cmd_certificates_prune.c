/* zerotouch certificates prune: removes certificates that have expired or whose Thing moved on. */
#include <stdio.h>

#include "base/json.h"
#include "cli/account.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "setup/setup.h"
#include "sweep/sweep.h"

enum {
	MOST = 1000000,      /* certificates listed: 65 MB */
	PROGRESS_EACH = 100, /* certificates between two lines of progress */
	AGE_MINUTES_MAX = 60 * 24 * 365,
};

typedef struct {
	zt_account_options account;
	const char *name;
	unsigned age_minutes;
	bool dry_run, yes, exit_code, json;
	/* Along the way: */
	json_t *going;
	unsigned looked;
} prune;

/* Those that the handler accepts, as long as they carry the set-up's tag: what others registered is theirs. */
static size_t take_cas(const zt_setup *setup, zt_view ids[ZT_SETUP_ACCEPTED_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < zt_setup_item_count(setup) && count < ZT_SETUP_ACCEPTED_MAX; i++) {
		const zt_setup_item *item = zt_setup_item_at(setup, i);
		if (item->kind == ZT_SETUP_CA && item->there && item->ours)
			ids[count++] = zt_view_of(item->name);
	}
	return count;
}

static zt_status decided(void *context, const zt_sweep_certificate *certificate, const zt_sweep_thing *thing,
			 const zt_sweep_decision *decision)
{
	prune *it = context;
	if (++it->looked % PROGRESS_EACH == 0 && !it->json)
		zt_output_say("%u certificates looked at, %zu of them %s", it->looked, json_array_size(it->going),
			      it->dry_run ? "would go" : "removed");
	if (decision->verdict != ZT_SWEEP_RETIRE)
		return ZT_OK;
	json_t *row = json_pack("{s:s, s:s, s:s*}", "certificateId", certificate->id, "reason", decision->reason,
				"thingName", thing->name[0] ? thing->name : NULL);
	return row && json_array_append_new(it->going, row) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static const zt_column columns[] = { { "CERTIFICATE", "certificateId", 0 },
				     { "REASON", "reason", 0 },
				     { "THING", "thingName", 0 } };

static zt_status print(const prune *it, const zt_sweep_result *result)
{
	if (it->json) {
		ZT_JSON_CLEANUP json_t *whole =
		    json_pack("{s:b, s:i, s:b, s:O}", "dryRun", (int)it->dry_run, "looked", (int)result->looked,
			      "complete", (int)result->complete, "certificates", it->going);
		ENSURE(whole, ZT_E_NOMEM);
		return zt_output_json(whole);
	}
	if (result->retired)
		zt_output_table(columns, ZT_COUNT(columns), it->going);
	zt_output_say("%u certificates looked at, %u %s", result->looked, result->retired,
		      it->dry_run ? "would go: --yes removes them" : "removed");
	return ZT_OK;
}

/* What was removed before an error is told all the same. */
static zt_status sweep(prune *it, zt_error *ret_error)
{
	ZT_CLEANUP(zt_account_close) zt_account_session account = { 0 };
	ZT_CLEANUP(zt_setup_freep) zt_setup *setup = NULL;
	zt_view ids[ZT_SETUP_ACCEPTED_MAX];
	TRY(zt_account_open(&it->account, &account, ret_error));
	const zt_setup_spec observed = { .name = zt_view_of(it->name), .observe_only = true };
	TRY(zt_setup_new(account.client, &observed, &setup, ret_error));
	TRY(zt_setup_observe(setup, ret_error));
	const zt_sweep_spec spec = { .client = account.client,
				     .ca_ids = ids,
				     .ca_count = take_cas(setup, ids),
				     .age_s = (int64_t)it->age_minutes * 60,
				     .most = MOST,
				     .dry_run = it->dry_run,
				     .decided = decided,
				     .context = it };
	zt_sweep_result result;
	zt_status status = zt_sweep(&spec, NULL, &result, ret_error);
	TRY(print(it, &result));
	TRY(status);
	return it->dry_run && it->exit_code && result.retired ? ZT_E_CHANGES : ZT_OK;
}

zt_status zt_cmd_certificates_prune(int argc, char **argv, zt_error *ret_error)
{
	prune it = { .age_minutes = ZT_SWEEP_AGE_S / 60 };
	const zt_opt options[] = {
		ZT_ACCOUNT_OPTIONS(it.account),
		ZT_NAME_OPTION(it.name),
		{ "dry-run", 0, ZT_OPT_FLAG, &it.dry_run, NULL,
		  "show what would go, and change nothing: so it is without --yes", 0, 0 },
		{ "yes", 'y', ZT_OPT_FLAG, &it.yes, NULL, "really remove them", 0, 0 },
		{ "exit-code", 0, ZT_OPT_FLAG, &it.exit_code, NULL,
		  "a dry run tells by its exit status whether something would go", 0, 0 },
		{ "older-than", 0, ZT_OPT_NUMBER, &it.age_minutes, "MINUTES",
		  "leave alone what was registered after that (default 60)", 0, AGE_MINUTES_MAX },
		{ "json", 0, ZT_OPT_FLAG, &it.json, NULL, "one object: dryRun, looked, complete, certificates", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch certificates prune",
		.usage = "zerotouch certificates prune [options] [--yes]",
		.purpose =
		    "Removes certificates of the set-up's CAs that have expired, or whose Thing moved on to a newer "
		    "one that is\nactive. Things stay. Shows them without --yes.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch certificates prune\n  zerotouch certificates prune --yes --json\n",
		.exits = "  20: with --exit-code, something would go\n",
	};
	zt_opt_result result;
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	if (it.yes && it.dry_run)
		return zt_error_set(ret_error, ZT_E_USAGE, "--yes and --dry-run contradict one another");
	it.dry_run = !it.yes;
	ZT_JSON_CLEANUP json_t *going = json_array();
	ENSURE(going, ZT_E_NOMEM);
	it.going = going;
	return sweep(&it, ret_error);
}
