/* zerotouch azure-sphere run: an Azure Sphere high-level app on this machine. */
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "cli/child.h"
#include "cli/place.h"
#include "cli/sphere_run.h"
#include "cli/verbs.h"

enum { UPDATE_WARNING_S = 10 /* what the device gives: learn.microsoft.com/azure-sphere, "Defer device updates" */ };

static zt_status run_with(zt_sphere_run_spec *spec, int *ret_exit, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str state = ZT_STR(4096), sdk = ZT_STR(4096);
	if (!spec->manifest)
		return zt_error_set(ret_error, ZT_E_USAGE, "the app manifest is missing (--manifest)");
	if (!spec->state)
		TRY(zt_place_state("azure-sphere", &state, ret_error));
	TRY(zt_sibling("../azure-sphere", &sdk));
	spec->state = spec->state ? spec->state : zt_str_text(&state);
	spec->sdk = spec->sdk ? spec->sdk : zt_str_text(&sdk);
	return zt_sphere_run(spec, ret_exit, ret_error);
}

static zt_status cmd_run(int argc, char **argv, zt_error *ret_error)
{
	zt_sphere_run_spec spec = { .attest_url = getenv("ZT_ATTEST"),
				    .attest_ca_file = getenv("ZT_ATTEST_CA_FILE"),
				    .update_warning_s = UPDATE_WARNING_S };
	int exit_status = 0;
	const zt_opt options[] = {
		{ "manifest", 'm', ZT_OPT_TEXT, &spec.manifest, "FILE", "app_manifest.json", 0, 0 },
		{ "image-root", 'i', ZT_OPT_TEXT, &spec.image, "DIR",
		  "the image package, unpacked (default: the manifest's folder)", 0, 0 },
		{ "state", 's', ZT_OPT_TEXT, &spec.state, "DIR",
		  "root key, certificate and mutable file (~/.local/state/zerotouch/azure-sphere)", 0, 0 },
		{ "attest", 0, ZT_OPT_TEXT, &spec.attest_url, "URL",
		  "the authority that gives the device certificate, daily (ZT_ATTEST)", 0, 0 },
		{ "attest-ca-file", 0, ZT_OPT_TEXT, &spec.attest_ca_file, "FILE",
		  "root that verifies it (ZT_ATTEST_CA_FILE)", 0, 0 },
		{ "exit-codes", 0, ZT_OPT_TEXT, &spec.exit_codes, "FILE",
		  "source with the app's ExitCode enumeration, to name its exit code", 0, 0 },
		{ "update", 0, ZT_OPT_TEXT, &spec.update, "KIND",
		  "app or system: an update comes, which the app may defer; it ends with SIGTERM", 0, 0 },
		{ "update-warning", 0, ZT_OPT_NUMBER, &spec.update_warning_s, "SECONDS",
		  "how long before the update the app is told (10)", 0, 3600 },
		{ "sdk", 0, ZT_OPT_TEXT, &spec.sdk, "DIR", "applibs and tlsutils (default: beside this program)", 0,
		  0 },
		{ "json", 0, ZT_OPT_FLAG, &spec.json, NULL, "the report as a JSON object, on standard output", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch azure-sphere run",
		.purpose =
		    "Runs an Azure Sphere high-level app here, unchanged, and holds it to its manifest: the hosts\n"
		    "and ports it may use, its storage, its tenant, the files of its package. Ends with the app's\n"
		    "exit code; SIGTERM is passed on, and two seconds later SIGKILL, as on the device.",
		.usage = "zerotouch azure-sphere run [options] [APP]",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch azure-sphere run --manifest out/app.image/app_manifest.json\n"
			    "  zerotouch azure-sphere run app --manifest app_manifest.json --image-root image \\\n"
			    "      --attest https://localhost:4567 --attest-ca-file attest/server-ca.pem\n",
		.exits = "  otherwise the app's own\n",
		.positional_max = 1,
	};
	zt_opt_result words;
	TRY(zt_options_read(&command, argc, argv, &words, ret_error));
	if (words.help)
		return ZT_OK;
	spec.app = words.positional_count ? words.positional[0] : NULL;
	TRY(run_with(&spec, &exit_status, ret_error));
	/* The app's code, not one of ours. */
	exit(exit_status);
}

zt_status zt_cmd_azure_sphere(int argc, char **argv, zt_error *ret_error)
{
	static const zt_verb verbs[] = { { "run", "run a high-level app on this machine", cmd_run } };
	return zt_verbs_run("zerotouch azure-sphere", "Azure Sphere apps on this machine.", verbs, ZT_COUNT(verbs),
			    argc, argv, ret_error);
}
