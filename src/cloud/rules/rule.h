/* A rule in the form that runs. Inside of the room. */
#ifndef ZT_CLOUD_RULES_RULE_H
#define ZT_CLOUD_RULES_RULE_H

#include "cloud/rules/template.h"

enum { ZT_RULE_ACTIONS_MAX = 10 }; /* AWS IoT Core quotas, "Actions per rule" */

typedef enum { ZT_ACTION_LAMBDA, ZT_ACTION_REPUBLISH, ZT_ACTION_LOGS } zt_action_kind;

typedef struct {
	zt_action_kind kind;
	zt_template *target; /* function ARN, topic, or log group */
	char *role_arn;      /* of republish and cloudwatchLogs */
	uint8_t qos;
} zt_action;

typedef struct {
	char name[129];
	bool enabled;
	zt_sql *sql;
	zt_action actions[ZT_RULE_ACTIONS_MAX];
	size_t action_count;
	zt_action error_action;
	bool has_error_action;
} zt_rule;

/* `error_action` and `version` may be NULL. SqlParseException, InvalidRequestException. */
ZT_NODISCARD zt_status zt_rule_compile(zt_view name, zt_view sql, zt_view version, const json_t *actions,
				       const json_t *error_action, zt_rule **ret, zt_error *ret_error);
void zt_rule_free(zt_rule *rule);
ZT_DEFINE_CLEANUP(zt_rule, zt_rule_free)

/* "LambdaAction": what an error message calls it. */
const char *zt_action_name(zt_action_kind kind);

#endif
