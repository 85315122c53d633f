#include "x509/alternative.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/x509v3.h>

#include "x509/openssl.h"

enum { OF_A_KIND_MAX = 5 }; /* "Certificate attributes that contain arrays are limited to five items" */

static size_t count_of(const zt_cert_info *info, zt_alt_kind kind, bool of_issuer)
{
	size_t count = 0;
	for (size_t i = 0; i < info->alternative_count; i++)
		count += info->alternatives[i].kind == kind && info->alternatives[i].of_issuer == of_issuer;
	return count;
}

static zt_status add(zt_cert_info *info, zt_alt_kind kind, bool of_issuer, zt_view text)
{
	if (text.n == 0 || !zt_view_is_utf8(text) || count_of(info, kind, of_issuer) == OF_A_KIND_MAX)
		return ZT_OK;
	if (!info->alternatives)
		info->alternatives = calloc(ZT_ALT_NAMES_MAX, sizeof *info->alternatives);
	char *copy = info->alternatives ? zt_view_dup(text) : NULL;
	ENSURE(copy, ZT_E_NOMEM);
	info->alternatives[info->alternative_count++] = (zt_alt_name){ kind, of_issuer, copy };
	return ZT_OK;
}

static zt_view bytes_of(const ASN1_STRING *string)
{
	return zt_view_make(ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}

static zt_status add_address(zt_cert_info *info, bool of_issuer, zt_view bytes)
{
	char text[INET6_ADDRSTRLEN];
	if (bytes.n != 4 && bytes.n != 16)
		return ZT_OK;
	if (!inet_ntop(bytes.n == 4 ? AF_INET : AF_INET6, bytes.p, text, sizeof text))
		return ZT_OK;
	return add(info, ZT_ALT_IP, of_issuer, zt_view_of(text));
}

static zt_status put_lower(zt_str *out, const char *word)
{
	for (; *word; word++)
		TRY(zt_str_put_u8(out, (uint8_t)tolower((unsigned char)*word)));
	return ZT_OK;
}

/* "cn=LightBulbCert", as AWS's example has it. */
static zt_status put_attribute(zt_str *out, const X509_NAME_ENTRY *entry)
{
	unsigned char *text = NULL;
	int kind = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
	int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
	ENSURE(n >= 0, ZT_E_INVALID);
	zt_status status = put_lower(out, OBJ_nid2sn(kind));
	if (status == ZT_OK)
		status = zt_str_put_u8(out, '=');
	if (status == ZT_OK)
		status = zt_str_put(out, zt_view_make(text, (size_t)n));
	OPENSSL_free(text);
	return status;
}

/* The last attribute comes first (RFC 4514 §2.1). */
static zt_status add_directory(zt_cert_info *info, bool of_issuer, const X509_NAME *name)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_CERT_DER_MAX);
	for (int i = X509_NAME_entry_count(name) - 1; i >= 0; i--) {
		zt_status status = text.n ? zt_str_put_u8(&text, ',') : ZT_OK;
		if (status == ZT_OK)
			status = put_attribute(&text, X509_NAME_get_entry(name, i));
		if (status != ZT_OK)
			return status == ZT_E_NOMEM ? status : ZT_OK;
	}
	return add(info, ZT_ALT_DIRECTORY, of_issuer, zt_str_view(&text));
}

static zt_status add_name(zt_cert_info *info, bool of_issuer, const GENERAL_NAME *name)
{
	int type;
	const void *value = GENERAL_NAME_get0_value(name, &type);
	switch (type) {
	case GEN_EMAIL:
		return add(info, ZT_ALT_RFC822, of_issuer, bytes_of(value));
	case GEN_DNS:
		return add(info, ZT_ALT_DNS, of_issuer, bytes_of(value));
	case GEN_URI:
		return add(info, ZT_ALT_URI, of_issuer, bytes_of(value));
	case GEN_IPADD:
		return add_address(info, of_issuer, bytes_of(value));
	case GEN_DIRNAME:
		return add_directory(info, of_issuer, value);
	default:
		return ZT_OK;
	}
}

static zt_status read_extension(const X509 *cert, int extension, bool of_issuer, zt_cert_info *info)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, extension, NULL, NULL);
	zt_status status = ZT_OK;
	for (int i = 0; status == ZT_OK && i < sk_GENERAL_NAME_num(names); i++)
		status = add_name(info, of_issuer, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	return status;
}

zt_status zt_alternatives_read(const X509 *cert, zt_cert_info *info)
{
	TRY(read_extension(cert, NID_subject_alt_name, false, info));
	return read_extension(cert, NID_issuer_alt_name, true, info);
}
