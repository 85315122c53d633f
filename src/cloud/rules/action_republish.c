#include "cloud/rules/state.h"
#include "mqtt/topic.h"

zt_status zt_action_republish(const zt_run *run, const zt_action *action, zt_str *resource, zt_error *ret_error)
{
	zt_rules *rules = run->rules;
	TRY(zt_template_expand(action->target, run->input, resource));
	zt_view topic = zt_str_view(resource);
	if (!zt_topic_is_valid(topic) || !zt_topic_within_limits(topic))
		return zt_error_set(ret_error, ZT_E_INVALID, "\"%.*s\" is no topic", ZT_PRI(topic));
	TRY(zt_allow_publish(rules, run->rule, zt_view_of(action->role_arn), topic, ret_error));
	if (!rules->republish)
		return zt_error_set(ret_error, ZT_E_STATE, "there is no broker to republish to");
	zt_publish message = { .topic = topic, .payload = run->payload, .qos = action->qos };
	zt_status status = rules->republish(rules->republish_context, &message);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "%s", zt_status_text(status));
}
