/* A rule in the form that runs. Inside of the room. */
#ifndef ZT_CLOUD_RULES_RULE_H
#define ZT_CLOUD_RULES_RULE_H

#include "cloud/rules/template.h"

enum {
	ZT_RULE_ACTIONS_MAX = 10,            /* AWS IoT Core quotas, "Actions per rule" */
	ZT_HTTP_HEADERS_OF_ACTION_MAX = 100, /* the model's HeaderList */
};

typedef struct {
	char *name;
	zt_template *value;
} zt_action_header;

typedef enum { ZT_ACTION_LAMBDA, ZT_ACTION_REPUBLISH, ZT_ACTION_LOGS, ZT_ACTION_HTTP } zt_action_kind;

typedef struct {
	zt_action_kind kind;
	zt_template *target; /* function ARN, topic, log group, or URL */
	char *role_arn;      /* of republish and cloudwatchLogs */
	uint8_t qos;
	zt_action_header *headers; /* of http; owned */
	size_t header_count;
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
