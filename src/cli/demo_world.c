#include "base/fs.h"
#include "base/json.h"
#include "cli/demo.h"
#include "cli/output.h"

enum { SHOWN_MAX = 200 };

/* The last lines that a failed command wrote to the log. */
static zt_status failed(const zt_demo *demo, const char *program, int exit_status, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str log = ZT_STR(16 * 1024 * 1024);
	zt_view tail = ZT_VIEW_EMPTY;
	if (zt_file_read(demo->log, &log, NULL) == ZT_OK) {
		tail = zt_view_trim(zt_str_view(&log));
		tail = zt_view_from(tail, tail.n > SHOWN_MAX ? tail.n - SHOWN_MAX : 0);
	}
	return zt_error_set(ret_error, ZT_E_FAILED, "%s ended with exit status %d: %.*s (more in %s)", program,
			    exit_status, ZT_PRI(tail), demo->dir);
}

zt_status zt_demo_run(zt_demo *demo, const char *const *argv, zt_str *out, zt_error *ret_error)
{
	ZT_CLEANUP(zt_child_stop) zt_child child = ZT_CHILD_NONE;
	int exit_status = 0;
	zt_output_command(argv);
	TRY(zt_child_start(&child, argv, demo->log, ret_error));
	if (zt_child_finish(&child, ZT_DEMO_TIMEOUT_MS, out, &exit_status) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_TIMEOUT, "%s did not end within %d s (log: %s)", argv[0],
				    ZT_DEMO_TIMEOUT_MS / 1000, demo->log);
	return exit_status == 0 ? ZT_OK : failed(demo, argv[0], exit_status, ret_error);
}

zt_status zt_demo_run_json(zt_demo *demo, const char *const *argv, json_t **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_CHILD_OUTPUT_MAX);
	TRY(zt_demo_run(demo, argv, &out, ret_error));
	return zt_json_parse(zt_view_trim(zt_str_view(&out)), ret, ret_error);
}

void zt_demo_down(zt_demo *demo)
{
	zt_child_stop(&demo->watch);
	zt_child_stop(&demo->cloud);
	zt_child_stop(&demo->attest);
	json_decref(demo->attest_endpoints);
	json_decref(demo->cloud_endpoints);
	demo->attest_endpoints = demo->cloud_endpoints = NULL;
}
