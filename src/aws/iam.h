/* AWS IAM: roles and their policies. Answers have AWS's names (API Reference); documents in them are decoded JSON text.
 */
#ifndef ZT_AWS_IAM_H
#define ZT_AWS_IAM_H

#include "aws/query.h"

typedef struct {
	zt_view name, trust_document, description;
	const zt_aws_parameter *tags; /* name and value */
	size_t tag_count;
} zt_iam_role_spec;
/* *ret: Role {RoleName, Arn, RoleId …}. ZT_E_EXISTS. */
ZT_NODISCARD zt_status zt_iam_role_create(zt_aws_client *client, const zt_iam_role_spec *spec, json_t **ret,
					  zt_error *ret_error);
/* *ret: Role {RoleName, Arn, AssumeRolePolicyDocument, Tags [{Key, Value}] …}. */
ZT_NODISCARD zt_status zt_iam_role_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_iam_role_set_trust(zt_aws_client *client, zt_view name, zt_view document,
					     zt_error *ret_error);
/* ZT_E_CONFLICT (DeleteConflict) while it has policies. */
ZT_NODISCARD zt_status zt_iam_role_delete(zt_aws_client *client, zt_view name, zt_error *ret_error);

ZT_NODISCARD zt_status zt_iam_role_policy_put(zt_aws_client *client, zt_view role, zt_view policy, zt_view document,
					      zt_error *ret_error);
/* Appends the document. */
ZT_NODISCARD zt_status zt_iam_role_policy_get(zt_aws_client *client, zt_view role, zt_view policy, zt_str *document,
					      zt_error *ret_error);
ZT_NODISCARD zt_status zt_iam_role_policy_delete(zt_aws_client *client, zt_view role, zt_view policy,
						 zt_error *ret_error);

#endif
