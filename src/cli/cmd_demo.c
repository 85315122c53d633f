/* zerotouch demo: runs the steps of demo_steps.c one after another and leaves nothing running. */
#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/options.h"
#include "base/timefmt.h"
#include "cli/demo.h"
#include "cli/output.h"
#include "cli/verbs.h"

#define MARKER ".zerotouch-demo"

/* A story begins at its beginning; a folder that is not ours is not emptied. */
static zt_status fresh_folder(const char *dir, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str marker = ZT_STR(ZT_DEMO_PATH_MAX);
	TRY(zt_path_join(&marker, dir, MARKER));
	if (access(dir, F_OK) == 0 && access(zt_str_text(&marker), F_OK) != 0)
		return zt_error_set(ret_error, ZT_E_EXISTS,
				    "%s exists and no demo made it: name another folder with --data", dir);
	TRY(zt_path_remove(dir, ret_error));
	TRY(zt_dir_make(dir, 0700, ret_error));
	return zt_file_write(zt_str_text(&marker), ZT_LIT("made by zerotouch demo; it may remove this folder\n"), 0600,
			     ret_error);
}

static zt_status tell(zt_demo *demo, zt_error *ret_error)
{
	demo->started_ms = zt_time_mono_ms();
	for (size_t i = 0; i < zt_demo_step_count; i++) {
		int64_t begun_ms = zt_time_mono_ms();
		zt_output_step((unsigned)i + 1, (unsigned)zt_demo_step_count, zt_demo_steps[i].title);
		TRY(zt_demo_steps[i].run(demo, ret_error));
		zt_output_say("step done in %.2f s", (double)(zt_time_mono_ms() - begun_ms) / 1000.0);
	}
	return ZT_OK;
}

zt_status zt_cmd_demo(int argc, char **argv, zt_error *ret_error)
{
	const char *dir = "build/demo";
	const zt_opt options[] = {
		{ "data", 'd', ZT_OPT_TEXT, &dir, "DIR", "folder of the demo, emptied first (default build/demo)", 0,
		  0 },
	};
	const zt_command command = {
		.name = "zerotouch demo",
		.usage = "zerotouch demo [--data DIR]",
		.purpose = "From a root of trust to an accepted message: real mutual TLS, real just-in-time "
			   "registration, a real Lambda process and a real MQTT broker, offline.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch demo\n"
	};
	zt_opt_result result;
	TRY(zt_options_read(&command, argc, argv, &result, ret_error));
	if (result.help)
		return ZT_OK;
	TRY(fresh_folder(dir, ret_error));
	zt_demo demo = { .dir = dir, .attest = ZT_CHILD_NONE, .cloud = ZT_CHILD_NONE, .watch = ZT_CHILD_NONE };
	int n = snprintf(demo.log, sizeof demo.log, "%s/commands.log", dir);
	ENSURE(n > 0 && (size_t)n < sizeof demo.log, ZT_E_LIMIT);
	zt_status status = tell(&demo, ret_error);
	zt_demo_down(&demo);
	if (status == ZT_OK)
		zt_output_say("All of it took %.1f s; nothing is left running.",
			      (double)(zt_time_mono_ms() - demo.started_ms) / 1000.0);
	return status;
}
