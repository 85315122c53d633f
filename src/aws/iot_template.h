/* AWS IoT: provisioning templates. Answers are AWS's JSON (API Reference, same names); new references. */
#ifndef ZT_AWS_IOT_TEMPLATE_H
#define ZT_AWS_IOT_TEMPLATE_H

#include "aws/client.h"

/* body: templateName, templateBody (text), provisioningRoleArn, enabled, type, description, tags. ZT_E_EXISTS. */
ZT_NODISCARD zt_status zt_iot_template_create(zt_aws_client *client, const json_t *body, zt_error *ret_error);
/* *ret: templateArn, templateBody (of the default version), defaultVersionId, enabled, provisioningRoleArn, type … */
ZT_NODISCARD zt_status zt_iot_template_describe(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
/* body: enabled, provisioningRoleArn, defaultVersionId, description; absent members stay. */
ZT_NODISCARD zt_status zt_iot_template_update(zt_aws_client *client, zt_view name, const json_t *body,
					      zt_error *ret_error);
/* ZT_E_CONFLICT while a CA goes by it. */
ZT_NODISCARD zt_status zt_iot_template_delete(zt_aws_client *client, zt_view name, zt_error *ret_error);
/* The new version becomes the default. */
ZT_NODISCARD zt_status zt_iot_template_version_create(zt_aws_client *client, zt_view name, zt_view body,
						      zt_error *ret_error);
/* Items: versionId, creationDate, isDefaultVersion. */
ZT_NODISCARD zt_status zt_iot_template_each_version(zt_aws_client *client, zt_view name, zt_aws_each_fn each,
						    void *context, zt_error *ret_error);
ZT_NODISCARD zt_status zt_iot_template_version_delete(zt_aws_client *client, zt_view name, int64_t version,
						      zt_error *ret_error);

#endif
