/* AWS IoT: policies, their versions and targets. Answers are AWS's JSON (API Reference, same names); new references. */
#ifndef ZT_AWS_IOT_POLICY_H
#define ZT_AWS_IOT_POLICY_H

#include "aws/client.h"

/* *ret: policyName, policyArn, policyDocument, policyVersionId. `tags` may be NULL. */
ZT_NODISCARD zt_status zt_iot_policy_create(zt_aws_client *client, zt_view name, zt_view document, const json_t *tags,
					    json_t **ret, zt_error *ret_error);
/* *ret: policyName, policyArn, policyDocument (of the default version), defaultVersionId. */
ZT_NODISCARD zt_status zt_iot_policy_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
/* No targets and no version but the default one. */
ZT_NODISCARD zt_status zt_iot_policy_delete(zt_aws_client *client, zt_view name, zt_error *ret_error);

/* The new version becomes the default. *ret: policyArn, policyVersionId. */
ZT_NODISCARD zt_status zt_iot_policy_version_create(zt_aws_client *client, zt_view name, zt_view document, json_t **ret,
						    zt_error *ret_error);
/* *ret: policyVersions [{versionId, isDefaultVersion, createDate}]. */
ZT_NODISCARD zt_status zt_iot_policy_versions(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_iot_policy_version_delete(zt_aws_client *client, zt_view name, zt_view version,
						    zt_error *ret_error);

/* target: certificate ARN. Both are fine when it is so already. */
ZT_NODISCARD zt_status zt_iot_policy_attach(zt_aws_client *client, zt_view name, zt_view target, zt_error *ret_error);
ZT_NODISCARD zt_status zt_iot_policy_detach(zt_aws_client *client, zt_view name, zt_view target, zt_error *ret_error);
/* Policies of a target; items: policyName, policyArn. */
ZT_NODISCARD zt_status zt_iot_policy_each_of(zt_aws_client *client, zt_view target, zt_aws_each_fn each, void *context,
					     zt_error *ret_error);
/* What a thing's groups, and those above them, bring; *ret: effectivePolicies [{policyName, policyArn,
 * policyDocument}]. */
ZT_NODISCARD zt_status zt_iot_policy_effective(zt_aws_client *client, zt_view thing, json_t **ret, zt_error *ret_error);
/* Targets of a policy; items: strings. */
ZT_NODISCARD zt_status zt_iot_policy_each_target(zt_aws_client *client, zt_view name, zt_aws_each_fn each,
						 void *context, zt_error *ret_error);

#endif
