/* AWS IoT: topic rules, endpoint, tags. Answers are AWS's JSON (API Reference, same names); new references. */
#ifndef ZT_AWS_IOT_RULE_H
#define ZT_AWS_IOT_RULE_H

#include "aws/client.h"

/* payload: sql, description, actions, ruleDisabled, awsIotSqlVersion, errorAction. tags as "key=value&key2=value2",
 * percent-encoded, or empty. */
ZT_NODISCARD zt_status zt_iot_rule_create(zt_aws_client *client, zt_view name, const json_t *payload, zt_view tags,
					  zt_error *ret_error);
/* *ret: ruleArn, rule. AWS answers 401 for a rule that is not there; that is ZT_E_NOT_FOUND here. */
ZT_NODISCARD zt_status zt_iot_rule_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_iot_rule_replace(zt_aws_client *client, zt_view name, const json_t *payload,
					   zt_error *ret_error);
ZT_NODISCARD zt_status zt_iot_rule_delete(zt_aws_client *client, zt_view name, zt_error *ret_error);

/* type: "iot:Data-ATS" for devices and the data plane. Appends the host name. */
ZT_NODISCARD zt_status zt_iot_endpoint_describe(zt_aws_client *client, zt_view type, zt_str *host, zt_error *ret_error);

/* Items: {"Key","Value"}. */
ZT_NODISCARD zt_status zt_iot_each_tag(zt_aws_client *client, zt_view arn, zt_aws_each_fn each, void *context,
				       zt_error *ret_error);

#endif
