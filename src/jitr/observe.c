#include "jitr/observe.h"

#include "aws/iot_certificate.h"
#include "aws/iot_thing.h"
#include "base/json.h"
#include "x509/read.h"

static zt_jitr_status status_of(zt_view text)
{
	if (zt_view_equal(text, ZT_LIT("PENDING_ACTIVATION")))
		return ZT_JITR_PENDING;
	return zt_view_equal(text, ZT_LIT("ACTIVE")) ? ZT_JITR_ACTIVE : ZT_JITR_OTHER;
}

/* Epoch seconds with a fraction, as AWS writes them. */
static int64_t milliseconds_of(const json_t *number)
{
	double seconds = json_number_value(number);
	return seconds > 0 && seconds < 1e12 ? (int64_t)(seconds * 1000 + 0.5) : 0;
}

static void read_pem(zt_view pem, zt_jitr_certificate *certificate)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	zt_error reason = { 0 };
	if (zt_cert_read_pem(pem, &info, &reason) != ZT_OK) {
		zt_text_cut(certificate->unreadable, sizeof certificate->unreadable,
			    zt_view_of(reason.text[0] ? reason.text : "no certificate"));
		return;
	}
	certificate->not_before_s = info->not_before_ms / 1000;
	certificate->not_after_s = info->not_after_ms / 1000;
	zt_view name = zt_cert_common_name(info);
	if (zt_is_device_id(name))
		zt_text_cut(certificate->device_id, sizeof certificate->device_id, name);
}

zt_status zt_jitr_observe_certificate(zt_aws_client *client, zt_view id, zt_jitr_certificate *ret, zt_error *ret_error)
{
	zt_jitr_certificate certificate = { .status = ZT_JITR_ABSENT };
	zt_text_cut(certificate.id, sizeof certificate.id, id);
	ZT_JSON_CLEANUP json_t *description = NULL;
	zt_status status = zt_iot_certificate_describe(client, id, &description, ret_error);
	if (status == ZT_E_NOT_FOUND) {
		*ret = certificate;
		return ZT_OK;
	}
	TRY(status);
	if (zt_text_copy(certificate.arn, sizeof certificate.arn, zt_json_view(description, "certificateArn")) !=
		ZT_OK ||
	    !certificate.arn[0])
		return zt_error_set(ret_error, ZT_E_PROTOCOL,
				    "DescribeCertificate: no usable certificateArn in the answer");
	certificate.status = status_of(zt_json_view(description, "status"));
	certificate.created_ms = milliseconds_of(json_object_get(description, "creationDate"));
	zt_text_cut(certificate.ca_id, sizeof certificate.ca_id, zt_json_view(description, "caCertificateId"));
	read_pem(zt_json_view(description, "certificatePem"), &certificate);
	*ret = certificate;
	return ZT_OK;
}

zt_status zt_jitr_observe_thing(zt_aws_client *client, const char *name, zt_jitr_thing *ret, zt_error *ret_error)
{
	zt_jitr_thing thing = { .exists = true };
	zt_text_cut(thing.name, sizeof thing.name, zt_view_of(name));
	ZT_JSON_CLEANUP json_t *answer = NULL;
	zt_status status = zt_iot_thing_describe(client, zt_view_of(name), &answer, ret_error);
	if (status == ZT_E_NOT_FOUND) {
		thing.exists = false;
		*ret = thing;
		return ZT_OK;
	}
	TRY(status);
	const json_t *attributes = json_object_get(answer, "attributes");
	zt_text_cut(thing.device_id, sizeof thing.device_id, zt_json_view(attributes, "deviceId"));
	zt_text_cut(thing.certificate_id, sizeof thing.certificate_id, zt_json_view(attributes, "certificateId"));
	zt_text_cut(thing.predecessor, sizeof thing.predecessor, zt_json_view(attributes, "predecessor"));
	zt_text_cut(thing.tenant, sizeof thing.tenant, zt_json_view(attributes, "tenant"));
	uint64_t not_before_s;
	if (zt_view_to_u64(zt_json_view(attributes, "notBefore"), &not_before_s) && not_before_s <= INT64_MAX)
		thing.not_before_s = (int64_t)not_before_s;
	thing.version = json_integer_value(json_object_get(answer, "version"));
	*ret = thing;
	return ZT_OK;
}
