/* AWS IoT: device certificates. Answers are AWS's JSON (API Reference, same names); new references. */
#ifndef ZT_AWS_IOT_CERTIFICATE_H
#define ZT_AWS_IOT_CERTIFICATE_H

#include "aws/client.h"

/* *ret: the description itself (certificateArn, certificateId, caCertificateId, status, certificatePem, validity …). */
ZT_NODISCARD zt_status zt_iot_certificate_describe(zt_aws_client *client, zt_view id, json_t **ret,
						   zt_error *ret_error);
/* Items: certificateArn, certificateId, status, creationDate. An empty ca_id gives those of every CA. */
ZT_NODISCARD zt_status zt_iot_certificate_each(zt_aws_client *client, zt_view ca_id, zt_aws_each_fn each, void *context,
					       zt_error *ret_error);
/* The same of one CA, those first that were registered first. */
ZT_NODISCARD zt_status zt_iot_certificate_each_oldest(zt_aws_client *client, zt_view ca_id, zt_aws_each_fn each,
						      void *context, zt_error *ret_error);
/* "ACTIVE", "INACTIVE" or "REVOKED". */
ZT_NODISCARD zt_status zt_iot_certificate_update(zt_aws_client *client, zt_view id, zt_view status,
						 zt_error *ret_error);
/* It must not be ACTIVE and have no things; `force` takes policies off. */
ZT_NODISCARD zt_status zt_iot_certificate_delete(zt_aws_client *client, zt_view id, bool force, zt_error *ret_error);

#endif
