#include "aws/iot_certificate.h"

#include "base/json.h"

zt_status zt_iot_certificate_describe(zt_aws_client *client, zt_view id, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DescribeCertificate", "GET", "/certificates/");
	zt_aws_request_label(&request, id);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_aws_call(client, &request, NULL, &answer, ret_error));
	json_t *description = json_object_get(answer, "certificateDescription");
	if (!json_is_object(description))
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "DescribeCertificate: no description in the answer");
	*ret = json_incref(description);
	return ZT_OK;
}

static const zt_aws_paging paging = { "certificates", "marker", "nextMarker", "pageSize" };

zt_status zt_iot_certificate_each(zt_aws_client *client, zt_view ca_id, zt_aws_each_fn each, void *context,
				  zt_error *ret_error)
{
	zt_aws_request request =
	    ca_id.n ? zt_aws_request_make(ZT_AWS_IOT, "ListCertificatesByCA", "GET", "/certificates-by-ca/")
		    : zt_aws_request_make(ZT_AWS_IOT, "ListCertificates", "GET", "/certificates");
	if (ca_id.n)
		zt_aws_request_label(&request, ca_id);
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

zt_status zt_iot_certificate_each_oldest(zt_aws_client *client, zt_view ca_id, zt_aws_each_fn each, void *context,
					 zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListCertificatesByCA", "GET", "/certificates-by-ca/");
	zt_aws_request_label(&request, ca_id);
	zt_aws_request_query(&request, "isAscendingOrder", ZT_LIT("true"));
	return zt_aws_each(client, &request, &paging, each, context, ret_error);
}

zt_status zt_iot_certificate_update(zt_aws_client *client, zt_view id, zt_view status, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "UpdateCertificate", "PUT", "/certificates/");
	zt_aws_request_label(&request, id);
	zt_aws_request_query(&request, "newStatus", status);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

zt_status zt_iot_certificate_delete(zt_aws_client *client, zt_view id, bool force, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeleteCertificate", "DELETE", "/certificates/");
	zt_aws_request_label(&request, id);
	zt_aws_request_query(&request, "forceDelete", force ? ZT_LIT("true") : ZT_VIEW_EMPTY);
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}
