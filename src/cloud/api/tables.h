/* Every table of operations, one a noun; service.c joins them to services. */
#ifndef ZT_CLOUD_API_TABLES_H
#define ZT_CLOUD_API_TABLES_H

#include "cloud/api/operation.h"

extern const zt_operations zt_iot_ca_operations, zt_iot_certificate_operations, zt_iot_issue_operations,
    zt_iot_policy_operations, zt_iot_policy_version_operations, zt_iot_attachment_operations,
    zt_iot_effective_operations, zt_iot_thing_operations, zt_iot_principal_operations, zt_iot_thing_type_operations,
    zt_iot_thing_group_operations, zt_iot_group_member_operations, zt_iot_event_operations, zt_iot_test_operations,
    zt_iot_tag_operations, zt_iot_rule_operations, zt_iot_endpoint_operations, zt_iot_register_operations,
    zt_iot_template_operations, zt_iot_destination_operations;
extern const zt_operations zt_data_publish_operations, zt_data_retained_operations, zt_data_shadow_operations,
    zt_data_connection_operations;
extern const zt_operations zt_lambda_function_operations, zt_lambda_code_operations, zt_lambda_invoke_operations,
    zt_lambda_permission_operations, zt_lambda_tag_operations, zt_lambda_event_operations;
extern const zt_operations zt_iam_role_operations, zt_iam_policy_operations, zt_iam_tag_operations;
extern const zt_operations zt_logs_group_operations, zt_logs_stream_operations, zt_logs_event_operations,
    zt_logs_tag_operations;
extern const zt_operations zt_sts_operations;
extern const zt_operations zt_own_refusal_operations;

#endif
