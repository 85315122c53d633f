/* cloudwatchLogs: the payload becomes an event of a log group that is there. */
#include "base/timefmt.h"
#include "cloud/rules/state.h"

enum { STREAM_MAX = 160 };

/* AWS names its streams itself; here each rule has one a day. */
static void name_stream(const zt_run *run, char ret_name[STREAM_MAX])
{
	char stamp[ZT_TIME_TEXT_MAX];
	zt_time_iso8601(zt_registry_now_ms(run->rules->registry), stamp);
	(void)snprintf(ret_name, STREAM_MAX, "%.10s/%s", stamp, run->rule->name);
}

zt_status zt_action_logs(const zt_run *run, const zt_action *action, zt_str *resource, zt_error *ret_error)
{
	zt_rules *rules = run->rules;
	char stream[STREAM_MAX];
	TRY(zt_template_expand(action->target, run->input, resource));
	zt_view group = zt_str_view(resource);
	name_stream(run, stream);
	TRY(zt_allow_log(rules, run->rule, zt_view_of(action->role_arn), group, zt_view_of(stream), ret_error));
	if (!rules->logs || !zt_registry_log_group(rules->registry, group))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "The specified log group does not exist: %.*s", ZT_PRI(group));
	zt_logs_write(rules->logs, group, zt_view_of(stream), run->payload);
	return ZT_OK;
}
