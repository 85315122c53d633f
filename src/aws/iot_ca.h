/* AWS IoT: registration code and CA certificates. Answers are AWS's JSON (API Reference, same names); new references.
 */
#ifndef ZT_AWS_IOT_CA_H
#define ZT_AWS_IOT_CA_H

#include "aws/client.h"

/* Appends the 64 hex digits. */
ZT_NODISCARD zt_status zt_iot_registration_code_get(zt_aws_client *client, zt_str *code, zt_error *ret_error);

typedef struct {
	zt_view ca_pem;
	zt_view proof_pem; /* empty: certificateMode SNI_ONLY, which needs none */
	bool active, auto_registration;
	const json_t *registration_config; /* templateBody or templateName, roleArn; or NULL */
	const json_t *tags;                /* [{"Key","Value"}] or NULL */
} zt_iot_ca_spec;
/* *ret: certificateArn, certificateId. */
ZT_NODISCARD zt_status zt_iot_ca_register(zt_aws_client *client, const zt_iot_ca_spec *spec, json_t **ret,
					  zt_error *ret_error);
/* *ret: certificateDescription, registrationConfig. */
ZT_NODISCARD zt_status zt_iot_ca_describe(zt_aws_client *client, zt_view ca_id, json_t **ret, zt_error *ret_error);
/* Items: certificateArn, certificateId, status, creationDate. */
ZT_NODISCARD zt_status zt_iot_ca_each(zt_aws_client *client, zt_aws_each_fn each, void *context, zt_error *ret_error);
typedef struct {
	zt_view status;                    /* "ACTIVE", "INACTIVE" or empty: as it is */
	zt_view auto_registration;         /* "ENABLE", "DISABLE" or empty: as it is */
	const json_t *registration_config; /* or NULL: as it is */
	bool remove_registration_config;
} zt_iot_ca_update;
ZT_NODISCARD zt_status zt_iot_ca_change(zt_aws_client *client, zt_view ca_id, const zt_iot_ca_update *update,
					zt_error *ret_error);
/* It must be INACTIVE. */
ZT_NODISCARD zt_status zt_iot_ca_delete(zt_aws_client *client, zt_view ca_id, zt_error *ret_error);

#endif
