/* What the JITR handler may do: the statements of its role, written by set-up, and nothing else.
 *
 * Resources are the part of an IoT ARN behind arn:<partition>:iot:<region>:<account>: ; "{policy}" stands for the name
 * of the device policy. "*" is a whole resource: RegisterThing has no resource type (Service Authorization Reference,
 * "AWS IoT"). What RegisterThing does is checked against the other actions too, hence CreateThing, UpdateThing and
 * AttachPolicy although the handler seldom calls them itself. Logs: logs:CreateLogStream and logs:PutLogEvents on the
 * function's log group, besides. */
#ifndef ZT_AWS_HANDLER_ACTIONS_H
#define ZT_AWS_HANDLER_ACTIONS_H

typedef struct {
	const char *action;
	const char *resources[3]; /* ended by NULL */
} zt_handler_action;

static const zt_handler_action zt_handler_actions[] = {
	{ "iot:DescribeCertificate", { "cert/*" } },
	{ "iot:UpdateCertificate", { "cert/*" } },
	{ "iot:DeleteCertificate", { "cert/*" } },
	{ "iot:DescribeThing", { "thing/*" } },
	{ "iot:CreateThing", { "thing/*" } },
	{ "iot:UpdateThing", { "thing/*" } },
	{ "iot:ListThingPrincipals", { "thing/*" } },
	{ "iot:AttachThingPrincipal", { "thing/*", "cert/*" } },
	{ "iot:DetachThingPrincipal", { "thing/*", "cert/*" } },
	{ "iot:AttachPolicy", { "cert/*", "policy/{policy}" } },
	{ "iot:RegisterThing", { "*" } },
	{ "iot:Publish", { "topic/zerotouch/*/identity" } },
	{ "iot:RetainPublish", { "topic/zerotouch/*/identity" } },
};

/* And what the sweeper needs besides, given only where it is wanted. Listing has no resource type. */
static const zt_handler_action zt_sweeper_actions[] = {
	{ "iot:ListCertificatesByCA", { "*" } },
	{ "iot:ListPrincipalThings", { "*" } },
};

#endif
