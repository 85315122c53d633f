#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "x509/alternative.h"
#include "x509/openssl.h"
#include "x509/read_body.h"

static zt_status read_name(const X509_NAME *from, zt_dn *name, zt_error *ret_error)
{
	const unsigned char *der;
	size_t n;
	if (!X509_NAME_get0_der((X509_NAME *)from, &der, &n))
		return zt_openssl_error(ret_error, ZT_E_INVALID, "a name cannot be read");
	zt_dn_set_hash(name, (zt_view){ der, n });
	for (int i = 0; i < X509_NAME_entry_count(from); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(from, i);
		const ASN1_OBJECT *type = X509_NAME_ENTRY_get_object(entry);
		const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
		zt_view oid = { OBJ_get0_data(type), OBJ_length(type) };
		zt_view text = { ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value) };
		TRY(zt_dn_add(name, oid, ASN1_STRING_type(value), text, ret_error));
	}
	return ZT_OK;
}

static zt_status read_serial(const X509 *cert, zt_cert_info *info, zt_error *ret_error)
{
	enum { HEADER = 2, SHORT_FORM_MAX = 127 }; /* tag and one byte of length (X.690 §8.1.3.4) */
	unsigned char *der = NULL;
	int n = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &der);
	zt_view content =
	    n > HEADER && n <= HEADER + SHORT_FORM_MAX ? (zt_view){ der + HEADER, (size_t)n - HEADER } : ZT_VIEW_EMPTY;
	zt_status status = zt_cert_set_serial(info, content, ret_error);
	OPENSSL_free(der);
	return status;
}

/* Only the two forms of RFC 5280 §4.1.2.5: with seconds and "Z". */
static zt_status read_time(const ASN1_TIME *time, int64_t *ret_wall_ms, zt_error *ret_error)
{
	struct tm tm;
	int form = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 13 : 15;
	if (ASN1_STRING_length(time) != form || !ASN1_TIME_to_tm(time, &tm))
		return zt_openssl_error(ret_error, ZT_E_INVALID, "a date of the certificate is not valid");
	*ret_wall_ms = (int64_t)timegm(&tm) * 1000;
	return ZT_OK;
}

static zt_status read_is_ca(X509 *cert, bool *ret, zt_error *ret_error)
{
	uint32_t flags = X509_get_extension_flags(cert);
	if (flags & EXFLAG_INVALID)
		return zt_openssl_error(ret_error, ZT_E_INVALID, "an extension of the certificate is not valid");
	/* Without a key usage every bit of it is set. */
	*ret = (flags & EXFLAG_CA) && (X509_get_key_usage(cert) & KU_KEY_CERT_SIGN);
	return ZT_OK;
}

zt_status zt_cert_parse(zt_view der, zt_cert_info *info, zt_error *ret_error)
{
	ZT_CLEANUP(X509_freep) X509 *cert = zt_openssl_certificate(der);
	if (!cert)
		return zt_openssl_error(ret_error, ZT_E_INVALID, "not an X.509 certificate");
	TRY(read_name(X509_get_subject_name(cert), &info->subject, ret_error));
	TRY(read_name(X509_get_issuer_name(cert), &info->issuer, ret_error));
	TRY(read_serial(cert, info, ret_error));
	TRY(read_time(X509_get0_notBefore(cert), &info->not_before_ms, ret_error));
	TRY(read_time(X509_get0_notAfter(cert), &info->not_after_ms, ret_error));
	TRY(read_is_ca(cert, &info->is_ca, ret_error));
	return zt_alternatives_read(cert, info);
}
