#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include "x509/read_body.h"

static zt_status read_name(const mbedtls_x509_buf *der, const mbedtls_x509_name *from, zt_dn *name, zt_error *ret_error)
{
	zt_dn_set_hash(name, (zt_view){ der->p, der->len });
	/* An empty subject is one entry without a type. */
	for (; from && from->oid.p; from = from->next)
		TRY(zt_dn_add(name, (zt_view){ from->oid.p, from->oid.len }, from->val.tag,
			      (zt_view){ from->val.p, from->val.len }, ret_error));
	return ZT_OK;
}

static int64_t wall_ms(const mbedtls_x509_time *time)
{
	struct tm tm = {
		.tm_year = time->year - 1900,
		.tm_mon = time->mon - 1,
		.tm_mday = time->day,
		.tm_hour = time->hour,
		.tm_min = time->min,
		.tm_sec = time->sec,
	};
	return (int64_t)timegm(&tm) * 1000;
}

/* mbedTLS refuses critical extensions that it does not know; to read a name they do not matter, and the security
 * service's certificates carry some of its own. */
static int accept_extension(void *context, const mbedtls_x509_crt *cert, const mbedtls_x509_buf *oid, int critical,
			    const unsigned char *from, const unsigned char *to)
{
	(void)context;
	(void)cert;
	(void)oid;
	(void)critical;
	(void)from;
	(void)to;
	return 0;
}

static zt_status fill(const mbedtls_x509_crt *cert, zt_cert_info *info, zt_error *ret_error)
{
	TRY(read_name(&cert->subject_raw, &cert->subject, &info->subject, ret_error));
	TRY(read_name(&cert->issuer_raw, &cert->issuer, &info->issuer, ret_error));
	TRY(zt_cert_set_serial(info, (zt_view){ cert->serial.p, cert->serial.len }, ret_error));
	info->not_before_ms = wall_ms(&cert->valid_from);
	info->not_after_ms = wall_ms(&cert->valid_to);
	bool may_sign =
	    !(cert->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) || (cert->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN);
	info->is_ca = cert->ca_istrue && may_sign;
	return ZT_OK;
}

zt_status zt_cert_parse(zt_view der, zt_cert_info *info, zt_error *ret_error)
{
	ZT_CLEANUP(mbedtls_x509_crt_free) mbedtls_x509_crt cert;
	mbedtls_x509_crt_init(&cert);
	ENSURE(der.n, zt_error_set(ret_error, ZT_E_INVALID, "not an X.509 certificate"));
	int result = mbedtls_x509_crt_parse_der_with_ext_cb(&cert, der.p, der.n, 0, accept_extension, NULL);
	if (result != 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "not an X.509 certificate: mbedTLS -0x%04x",
				    (unsigned)-result);
	if (cert.raw.len != der.n)
		return zt_error_set(ret_error, ZT_E_INVALID, "there are bytes behind the certificate");
	return fill(&cert, info, ret_error);
}
