/* The engine's own, and the run of one message through it. Inside of the room. */
#ifndef ZT_CLOUD_RULES_STATE_H
#define ZT_CLOUD_RULES_STATE_H

#include "cloud/rules/engine.h"
#include "cloud/rules/rule.h"

enum {
	ZT_RULES_MAX = 1000, /* AWS IoT Core quotas, "Rules per account" */
	ZT_RULES_NESTING_MAX =
	    4, /* republish that sets off a rule that republishes … ends here; AWS has no such bound */
};

typedef struct zt_pending zt_pending; /* an invocation that waits for its acknowledgement */

struct zt_rules {
	zt_registry *registry;
	zt_lambda *lambda;
	zt_http_client *http; /* NULL: the action http fails */
	zt_logs *logs;        /* NULL: the action cloudwatchLogs fails */
	zt_republish_fn republish;
	void *republish_context;
	zt_rule *rules[ZT_RULES_MAX]; /* in no order that matters */
	size_t rule_count;
	unsigned nesting;
	zt_pending *pending;
};

/* One rule on one message. */
typedef struct {
	zt_rules *rules;
	const zt_rule *rule;
	const zt_sql_input *input; /* the message as it came */
	zt_view payload;           /* what SELECT made of it */
} zt_run;

/* Does one action. On failure *ret_error tells why; *resource (cleared first) what it was about, also when it goes
 * well. */
ZT_NODISCARD zt_status zt_action_run(const zt_run *run, const zt_action *action, zt_str *resource, zt_error *ret_error);
ZT_NODISCARD zt_status zt_action_lambda(const zt_run *run, const zt_action *action, zt_str *resource,
					zt_error *ret_error);
ZT_NODISCARD zt_status zt_action_republish(const zt_run *run, const zt_action *action, zt_str *resource,
					   zt_error *ret_error);
ZT_NODISCARD zt_status zt_action_logs(const zt_run *run, const zt_action *action, zt_str *resource,
				      zt_error *ret_error);

ZT_NODISCARD zt_status zt_action_http(const zt_run *run, const zt_action *action, zt_str *resource,
				      zt_error *ret_error);

/* Whether a rule may do that: the function's resource policy, the role's trust and policies. */
ZT_NODISCARD zt_status zt_allow_invoke(const zt_rules *rules, const zt_rule *rule, const zt_function *function,
				       zt_view function_arn, zt_error *ret_error);
ZT_NODISCARD zt_status zt_allow_publish(const zt_rules *rules, const zt_rule *rule, zt_view role_arn, zt_view topic,
					zt_error *ret_error);
ZT_NODISCARD zt_status zt_allow_log(const zt_rules *rules, const zt_rule *rule, zt_view role_arn, zt_view group,
				    zt_view stream, zt_error *ret_error);

/* Logs the failure, collects it, and runs the error action with the lot (AWS IoT, "error handling"). */
json_t *zt_failure_new(const zt_action *action, zt_view resource, const zt_error *error);
void zt_failures_report(const zt_run *run, json_t *failures);

/* Forgets what waits; its acknowledgements come to nothing. */
void zt_pending_forget(zt_rules *rules);

#endif
