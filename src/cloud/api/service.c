#include "cloud/api/tables.h"

enum {
	KB = 1024,
	/* policyDocument may have 404,600 characters, certificates 65,536 twice; in JSON both can grow. */
	IOT_BODY_MAX = 1024 * KB,
	/* A payload has 128 KB; what is over it is the operation's own error (AWS IoT Core quotas). */
	DATA_BODY_MAX = 1024 * KB,
	/* 4 KB of environment, 50 tags; code and payloads have bounds of their own. */
	LAMBDA_BODY_MAX = 1024 * KB,
	/* A trust policy of 2,048 and an inline policy of 10,240 characters, form-encoded (IAM quotas). */
	IAM_BODY_MAX = 256 * KB,
	/* A batch of PutLogEvents has 1,048,576 bytes with 26 for each event; in JSON both can grow. */
	LOGS_BODY_MAX = 4096 * KB,
};

#define OF_REST                                                                                          \
	.protocol = ZT_PROTOCOL_REST_JSON, .bad_key = "UnrecognizedClientException",                     \
	.bad_signature = "InvalidSignatureException", .no_token = "MissingAuthenticationTokenException", \
	.expired_token = "ExpiredTokenException", .incomplete = "IncompleteSignatureException"
#define OF_QUERY                                                                                                    \
	.protocol = ZT_PROTOCOL_QUERY, .bad_key = "InvalidClientTokenId", .bad_signature = "SignatureDoesNotMatch", \
	.no_token = "MissingAuthenticationToken", .expired_token = "ExpiredToken",                                  \
	.incomplete = "IncompleteSignature", .invalid = "ValidationError", .malformed = "ValidationError",          \
	.denied = "AccessDenied", .unknown_operation = "InvalidAction", .unavailable = "ServiceUnavailable",        \
	.global = true

static const zt_operations *const iot_tables[] = {
	&zt_iot_ca_operations,         &zt_iot_certificate_operations,    &zt_iot_issue_operations,
	&zt_iot_policy_operations,     &zt_iot_policy_version_operations, &zt_iot_attachment_operations,
	&zt_iot_effective_operations,  &zt_iot_thing_operations,          &zt_iot_principal_operations,
	&zt_iot_thing_type_operations, &zt_iot_thing_group_operations,    &zt_iot_group_member_operations,
	&zt_iot_event_operations,      &zt_iot_test_operations,           &zt_iot_tag_operations,
	&zt_iot_rule_operations,       &zt_iot_endpoint_operations,       &zt_iot_register_operations,
	&zt_iot_template_operations,   &zt_iot_destination_operations,
};
const zt_service zt_service_iot = {
	OF_REST,
	.prefix = "iot",
	.tables = iot_tables,
	.table_count = ZT_COUNT(iot_tables),
	.body_max = IOT_BODY_MAX,
	.invalid = "InvalidRequestException",
	.malformed = "InvalidRequestException",
	.not_found = "ResourceNotFoundException",
	.internal = "InternalFailureException",
	.unavailable = "ServiceUnavailableException",
	.denied = "AccessDeniedException",
	.unknown_operation = "UnknownOperationException",
};

static const zt_operations *const data_tables[] = { &zt_data_publish_operations, &zt_data_retained_operations,
						    &zt_data_shadow_operations, &zt_data_connection_operations };
const zt_service zt_service_iot_data = {
	OF_REST,
	.prefix = "iot",
	.tables = data_tables,
	.table_count = ZT_COUNT(data_tables),
	.body_max = DATA_BODY_MAX,
	.invalid = "InvalidRequestException",
	.malformed = "InvalidRequestException",
	.not_found = "ResourceNotFoundException",
	.internal = "InternalFailureException",
	.unavailable = "ServiceUnavailableException",
	.denied = "ForbiddenException",
	.unknown_operation = "ResourceNotFoundException",
	.trace_id = true,
};

static const zt_operations *const own_tables[] = { &zt_own_refusal_operations };
const zt_service zt_service_own = {
	OF_REST,
	.prefix = "zerotouch",
	.tables = own_tables,
	.table_count = ZT_COUNT(own_tables),
	.body_max = IOT_BODY_MAX,
	.invalid = "InvalidRequestException",
	.malformed = "InvalidRequestException",
	.not_found = "ResourceNotFoundException",
	.internal = "InternalFailureException",
	.unavailable = "ServiceUnavailableException",
	.denied = "AccessDeniedException",
	.unknown_operation = "UnknownOperationException",
};

static const zt_operations *const lambda_tables[] = {
	&zt_lambda_function_operations,   &zt_lambda_code_operations, &zt_lambda_invoke_operations,
	&zt_lambda_permission_operations, &zt_lambda_tag_operations,  &zt_lambda_event_operations,
};
const zt_service zt_service_lambda = {
	OF_REST,
	.prefix = "lambda",
	.tables = lambda_tables,
	.table_count = ZT_COUNT(lambda_tables),
	.body_max = LAMBDA_BODY_MAX,
	.invalid = "InvalidParameterValueException",
	.malformed = "InvalidRequestContentException",
	.not_found = "ResourceNotFoundException",
	.internal = "ServiceException",
	.unavailable = "ServiceException",
	.denied = "AccessDeniedException",
	.unknown_operation = "UnknownOperationException",
	.typed_errors = true,
};

static const zt_operations *const iam_tables[] = { &zt_iam_role_operations, &zt_iam_policy_operations,
						   &zt_iam_tag_operations };
const zt_service zt_service_iam = {
	OF_QUERY,
	.prefix = "iam",
	.tables = iam_tables,
	.table_count = ZT_COUNT(iam_tables),
	.body_max = IAM_BODY_MAX,
	.not_found = "NoSuchEntity",
	.internal = "ServiceFailure",
	.xmlns = "https://iam.amazonaws.com/doc/2010-05-08/",
	.version = "2010-05-08",
};

static const zt_operations *const logs_tables[] = { &zt_logs_group_operations, &zt_logs_stream_operations,
						    &zt_logs_event_operations, &zt_logs_tag_operations };
const zt_service zt_service_logs = {
	.protocol = ZT_PROTOCOL_JSON,
	.prefix = "logs",
	.tables = logs_tables,
	.table_count = ZT_COUNT(logs_tables),
	.body_max = LOGS_BODY_MAX,
	.invalid = "InvalidParameterException",
	.malformed = "SerializationException",
	.not_found = "ResourceNotFoundException",
	.internal = "InternalFailure",
	.unavailable = "ServiceUnavailableException",
	.denied = "AccessDeniedException",
	.unknown_operation = "UnknownOperationException",
	.bad_key = "UnrecognizedClientException",
	.bad_signature = "InvalidSignatureException",
	.no_token = "MissingAuthenticationTokenException",
	.expired_token = "ExpiredTokenException",
	.incomplete = "IncompleteSignatureException",
	.version = "Logs_20140328",
};

static const zt_operations *const sts_tables[] = { &zt_sts_operations };
const zt_service zt_service_sts = {
	OF_QUERY,
	.prefix = "sts",
	.tables = sts_tables,
	.table_count = ZT_COUNT(sts_tables),
	.body_max = IAM_BODY_MAX,
	.not_found = "NoSuchEntity",
	.internal = "InternalFailure",
	.xmlns = "https://sts.amazonaws.com/doc/2011-06-15/",
	.version = "2011-06-15",
};

const zt_service *zt_service_of(zt_view signing_name)
{
	static const struct {
		const char *name;
		const zt_service *service;
	} names[] = {
		{ "iot", &zt_service_iot },
		/* What SDKs of before 2024 sign it as (botocore 1.29, in Debian 12); AWS takes both. */
		{ "execute-api", &zt_service_iot },
		/* The SDKs' models say iotdata, the developer guide says iotdevicegateway (AWS IoT data plane API). */
		{ "iotdata", &zt_service_iot_data },
		{ "iotdevicegateway", &zt_service_iot_data },
		{ "lambda", &zt_service_lambda },
		{ "iam", &zt_service_iam },
		{ "sts", &zt_service_sts },
		{ "logs", &zt_service_logs },
		{ "zerotouch", &zt_service_own },
	};
	for (size_t i = 0; i < ZT_COUNT(names); i++)
		if (zt_view_equal(signing_name, zt_view_of(names[i].name)))
			return names[i].service;
	return NULL;
}
