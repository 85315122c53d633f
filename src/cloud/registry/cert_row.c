#include "cloud/registry/cert_row.h"

#include "base/digest.h"
#include "base/timefmt.h"
#include "x509/pem.h"

zt_status zt_cert_from_pem(zt_view pem, const char *member, zt_str *ret_der, zt_cert_info **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	zt_view rest = pem;
	zt_status status = zt_pem_next(&rest, "CERTIFICATE", ret_der);
	if (status != ZT_OK && status != ZT_E_NOMEM)
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE, "%s is no PEM certificate, or one that is cut off",
				 member);
	TRY(status);
	status = zt_cert_read(zt_str_view(ret_der), ret, &cause);
	if (status != ZT_OK && status != ZT_E_NOMEM)
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE, "%s cannot be read: %s", member, cause.text);
	return status;
}

zt_status zt_cert_check_dates(const zt_cert_info *info, int64_t now_ms, const char *member, zt_error *ret_error)
{
	char date[ZT_TIME_TEXT_MAX];
	if (now_ms < info->not_before_ms) {
		zt_time_iso8601(info->not_before_ms, date);
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE, "%s is not valid before %s", member, date);
	}
	if (now_ms > info->not_after_ms) {
		zt_time_iso8601(info->not_after_ms, date);
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE, "%s has expired at %s", member, date);
	}
	return ZT_OK;
}

void zt_cert_set_position(int64_t created_ms, const char *id, char ret_position[ZT_CERT_POSITION_TEXT])
{
	char time[ZT_TIME_KEY + 1];
	(void)zt_time_key(created_ms, time);
	(void)snprintf(ret_position, ZT_CERT_POSITION_TEXT, "%s%s", time, id);
}

zt_status zt_cert_copy_der(zt_str *ret, zt_view der)
{
	*ret = ZT_STR(ZT_CERT_DER_MAX);
	return zt_str_put(ret, der);
}

void zt_cert_read_mode(zt_record_reader *reader, zt_cert_mode *ret)
{
	char name[16] = "";
	zt_record_text(reader, "mode", name, sizeof name);
	*ret = strcmp(name, "SNI_ONLY") == 0 ? ZT_MODE_SNI_ONLY : ZT_MODE_DEFAULT;
	if (strcmp(name, zt_cert_mode_name(*ret)) != 0)
		zt_record_damaged(reader, "mode");
}

void zt_cert_check_body(zt_record_reader *reader, zt_view id)
{
	char hex[ZT_SHA256_HEX + 1];
	zt_sha256_hex_of(reader->body, hex);
	if (!zt_view_equal(id, zt_view_of(hex)))
		zt_record_damaged(reader, "the certificate");
}
