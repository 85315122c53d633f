/* The handler's last errors. */
#include "aws/logs.h"
#include "setup/doctor_inside.h"

enum { WINDOW_MS = 60 * 60 * 1000, EVENTS_MAX = 1000 };

zt_status zt_doctor_look_at_logs(zt_setup *setup, const zt_diagnosis *d, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	/* Any of these terms; the judgement looks closer. */
	zt_status status =
	    zt_logs_filter(setup->client, zt_view_of(setup->function_log), ZT_LIT("?error ?Task ?Runtime"),
			   d->now_ms - WINDOW_MS, EVENTS_MAX, &answer, ret_error);
	/* A function that never ran has no group. */
	ENSURE(status != ZT_E_NOT_FOUND, ZT_OK);
	TRY(status);
	return zt_judge_log(d, json_object_get(answer, "events"));
}
