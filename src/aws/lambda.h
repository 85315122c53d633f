/* AWS Lambda. Answers are AWS's JSON (API Reference, same names, PascalCase); new references. */
#ifndef ZT_AWS_LAMBDA_H
#define ZT_AWS_LAMBDA_H

#include "aws/client.h"

/* body: CreateFunction's members without Code; zip: the package. *ret: the configuration. */
ZT_NODISCARD zt_status zt_lambda_function_create(zt_aws_client *client, const json_t *body, zt_view zip, json_t **ret,
						 zt_error *ret_error);
/* *ret: Configuration, Code, Tags. name: function name or ARN. */
ZT_NODISCARD zt_status zt_lambda_function_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
/* architecture: "x86_64" or "arm64". *ret: the configuration. */
ZT_NODISCARD zt_status zt_lambda_function_update_code(zt_aws_client *client, zt_view name, zt_view zip,
						      zt_view architecture, json_t **ret, zt_error *ret_error);
/* body: UpdateFunctionConfiguration's members. *ret: the configuration. */
ZT_NODISCARD zt_status zt_lambda_function_update(zt_aws_client *client, zt_view name, const json_t *body, json_t **ret,
						 zt_error *ret_error);
ZT_NODISCARD zt_status zt_lambda_function_delete(zt_aws_client *client, zt_view name, zt_error *ret_error);

/* body: StatementId, Action, Principal, SourceArn, SourceAccount. A used StatementId is ZT_E_CONFLICT. */
ZT_NODISCARD zt_status zt_lambda_permission_add(zt_aws_client *client, zt_view name, const json_t *body,
						zt_error *ret_error);
/* *ret: Policy (a JSON text), RevisionId. ZT_E_NOT_FOUND without a policy. */
ZT_NODISCARD zt_status zt_lambda_policy_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_lambda_permission_remove(zt_aws_client *client, zt_view name, zt_view statement_id,
						   zt_error *ret_error);

#endif
