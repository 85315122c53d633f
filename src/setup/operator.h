/* What the operator's own credentials must be allowed to do. Each kind of resource names the actions that it uses,
 * beside the calls that use them; the policy is the sum. Inside of the room.
 *
 * Resources are the part of an ARN behind arn:<partition>:<service>:<region>:<account>: ; the service is that of the
 * action. {device}, {handler}, {role}, {rule}, {errors-role}, {template}, {provisioning-role} and the logs
 * {function-log}, {errors-log} stand for the set-up's names, and "*" is a whole resource: the action has no resource
 * type (Service Authorization Reference). */
#ifndef ZT_SETUP_OPERATOR_H
#define ZT_SETUP_OPERATOR_H

#include "zerotouch/defs.h"

enum { ZT_OPERATOR_RESOURCES_MAX = 4 };

typedef struct {
	const char *action;                                   /* "iot:CreatePolicy" */
	const char *resources[ZT_OPERATOR_RESOURCES_MAX + 1]; /* ended by NULL */
} zt_operator_action;

typedef struct {
	const zt_operator_action *rows;
	size_t count;
} zt_operator_actions;

#define ZT_OPERATOR_ACTIONS(rows)    \
	{                            \
		rows, ZT_COUNT(rows) \
	}

/* Of the first questions, of removing what devices caused, and of the doctor. */
extern const zt_operator_actions zt_look_actions, zt_devices_actions, zt_doctor_actions;

#endif
