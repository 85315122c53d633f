#include "x509/read.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/digest.h"
#include "x509/pem.h"
#include "x509/read_body.h"
#include "zerotouch/buf.h"

enum { SERIAL_BYTES_MAX = 21 };

/* X.680 §8.4: universal tags of the string types that a DirectoryString or its relatives may have. */
enum {
	TAG_UTF8 = 12,
	TAG_NUMERIC = 18,
	TAG_PRINTABLE = 19,
	TAG_TELETEX = 20,
	TAG_IA5 = 22,
	TAG_VISIBLE = 26,
	TAG_UNIVERSAL = 28,
	TAG_BMP = 30,
};

zt_status zt_cert_read(zt_view der, zt_cert_info **ret, zt_error *ret_error)
{
	if (der.n > ZT_CERT_DER_MAX)
		return zt_error_set(ret_error, ZT_E_LIMIT, "the certificate is larger than %d bytes", ZT_CERT_DER_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = calloc(1, sizeof *info);
	ENSURE(info, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	TRY(zt_cert_parse(der, info, ret_error));
	zt_sha256_hex_of(der, info->id);
	*ret = ZT_STEAL(info);
	return ZT_OK;
}

zt_status zt_cert_read_pem(zt_view pem, zt_cert_info **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_CERT_DER_MAX);
	zt_status status = zt_pem_next(&pem, "CERTIFICATE", &der);
	if (status == ZT_E_NOT_FOUND)
		return zt_error_set(ret_error, ZT_E_INVALID, "there is no PEM certificate in the text");
	if (status == ZT_E_INVALID)
		return zt_error_set(ret_error, ZT_E_INVALID, "the PEM certificate is cut off or damaged");
	if (status != ZT_OK)
		return zt_error_set(ret_error, status, "the PEM certificate cannot be read: %s",
				    zt_status_text(status));
	return zt_cert_read(zt_str_view(&der), ret, ret_error);
}

static void dn_free(zt_dn *name)
{
	for (size_t i = 0; i < name->count; i++) {
		free(name->parts[i].text);
		free(name->parts[i].escaped);
	}
}

void zt_cert_info_free(zt_cert_info *info)
{
	if (!info)
		return;
	dn_free(&info->subject);
	dn_free(&info->issuer);
	for (size_t i = 0; i < info->alternative_count; i++)
		free(info->alternatives[i].text);
	free(info->alternatives);
	free(info);
}

void zt_dn_set_hash(zt_dn *name, zt_view name_der)
{
	zt_sha256 digest;
	zt_sha256_of(&name_der, 1, &digest);
	memcpy(name->hash, digest.bytes, sizeof name->hash);
}

/* Arcs under id-at, 2.5.4 (X.520, RFC 5280 appendix A.1). */
static zt_dn_kind kind_of(zt_view oid)
{
	static const struct {
		uint8_t arc;
		zt_dn_kind kind;
	} rows[] = {
		{ 3, ZT_DN_COMMON_NAME },
		{ 4, ZT_DN_SURNAME },
		{ 5, ZT_DN_SERIAL_NUMBER },
		{ 6, ZT_DN_COUNTRY },
		{ 8, ZT_DN_STATE },
		{ 10, ZT_DN_ORGANIZATION },
		{ 11, ZT_DN_ORGANIZATIONAL_UNIT },
		{ 12, ZT_DN_TITLE },
		{ 42, ZT_DN_GIVEN_NAME },
		{ 43, ZT_DN_INITIALS },
		{ 44, ZT_DN_GENERATION_QUALIFIER },
		{ 46, ZT_DN_QUALIFIER },
		{ 65, ZT_DN_PSEUDONYM },
	};
	if (oid.n == 3 && oid.p[0] == 0x55 && oid.p[1] == 0x04)
		for (size_t i = 0; i < ZT_COUNT(rows); i++)
			if (rows[i].arc == oid.p[2])
				return rows[i].kind;
	return ZT_DN_OTHER;
}

static zt_status put_point(zt_str *out, uint32_t point)
{
	if (point < 0x80)
		return zt_str_put_u8(out, (uint8_t)point);
	if (point < 0x800)
		TRY(zt_str_put_u8(out, (uint8_t)(0xC0 | point >> 6)));
	else if (point < 0x10000)
		TRY(zt_str_put_u8(out, (uint8_t)(0xE0 | point >> 12)));
	else
		TRY(zt_str_put_u8(out, (uint8_t)(0xF0 | point >> 18)));
	if (point >= 0x10000)
		TRY(zt_str_put_u8(out, (uint8_t)(0x80 | (point >> 12 & 0x3F))));
	if (point >= 0x800)
		TRY(zt_str_put_u8(out, (uint8_t)(0x80 | (point >> 6 & 0x3F))));
	return zt_str_put_u8(out, (uint8_t)(0x80 | (point & 0x3F)));
}

/* Characters of `width` bytes each, big-endian. One byte is read as Latin-1, as everybody reads TeletexString. */
static zt_status put_wide(zt_str *out, size_t width, zt_view value)
{
	ENSURE(value.n % width == 0, ZT_E_INVALID);
	while (value.n) {
		uint32_t point = 0;
		for (size_t i = 0; i < width; i++)
			point = point << 8 | value.p[i];
		ENSURE(point <= 0x10FFFF, ZT_E_INVALID);
		TRY(put_point(out, point));
		value = zt_view_from(value, width);
	}
	return ZT_OK;
}

static zt_status put_text(zt_str *out, int tag, zt_view value)
{
	switch (tag) {
	case TAG_UTF8:
		return zt_str_put(out, value);
	case TAG_NUMERIC:
	case TAG_PRINTABLE:
	case TAG_TELETEX:
	case TAG_IA5:
	case TAG_VISIBLE:
		return put_wide(out, 1, value);
	case TAG_BMP:
		return put_wide(out, 2, value);
	case TAG_UNIVERSAL:
		return put_wide(out, 4, value);
	default:
		return ZT_E_INVALID;
	}
}

/* AWS IoT, "X.509 certificate policy variables", "Special characters". */
static zt_status escape(zt_view text, char **ret)
{
	static const char special[] = ",\"\\+=<>;";
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(2 * ZT_CERT_DER_MAX);
	for (size_t i = 0; i < text.n; i++) {
		if (memchr(special, text.p[i], sizeof special - 1))
			TRY(zt_str_put_u8(&out, '\\'));
		TRY(zt_str_put_u8(&out, text.p[i]));
	}
	if (out.n > text.n)
		*ret = zt_str_steal(&out);
	return ZT_OK;
}

zt_status zt_dn_add(zt_dn *name, zt_view oid, int tag, zt_view value, zt_error *ret_error)
{
	zt_dn_kind kind = kind_of(oid);
	if (kind == ZT_DN_OTHER)
		return ZT_OK;
	if (name->count == ZT_DN_PARTS_MAX)
		return zt_error_set(ret_error, ZT_E_LIMIT, "a name has more than %d attributes", ZT_DN_PARTS_MAX);
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_CERT_DER_MAX);
	/* A NUL inside a name once let "bank.example\0.evil.example" pass for the first half; is_utf8 refuses it. */
	if (put_text(&text, tag, value) != ZT_OK || !zt_view_is_utf8(zt_str_view(&text)))
		return zt_error_set(ret_error, ZT_E_INVALID, "a name holds text that is not valid");
	char *owned = zt_view_dup(zt_str_view(&text));
	ENSURE(owned, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	name->parts[name->count] = (zt_dn_part){ .kind = kind, .text = owned };
	return escape(zt_str_view(&text), &name->parts[name->count++].escaped);
}

static bool any(const char *digits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (digits[i])
			return true;
	return false;
}

/* Long division by ten, digit by digit. */
static void to_decimal(const char *hex, char *ret, size_t cap)
{
	char digits[2 * SERIAL_BYTES_MAX + 1];
	size_t n = strlen(hex), at = cap - 1;
	for (size_t i = 0; i < n; i++)
		digits[i] = (char)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
	ret[at] = 0;
	do {
		int rest = 0;
		for (size_t i = 0; i < n; i++) {
			int value = rest * 16 + digits[i];
			digits[i] = (char)(value / 10);
			rest = value % 10;
		}
		ret[--at] = (char)('0' + rest);
	} while (at && any(digits, n));
	memmove(ret, ret + at, cap - at);
}

zt_status zt_cert_set_serial(zt_cert_info *info, zt_view content, zt_error *ret_error)
{
	/* RFC 5280 §4.1.2.2: at most 20 octets; one more is the sign of a positive number. */
	if (content.n == 0 || content.n > SERIAL_BYTES_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "the serial number is longer than 20 bytes");
	char digits[2 * SERIAL_BYTES_MAX + 1];
	zt_buf b = ZT_BUF(digits);
	zt_buf_put_hex(&b, content);
	TRY(zt_buf_finish_text(&b));
	size_t zeros = strspn(digits, "0");
	TRY(zt_text_copy(info->serial_hex, sizeof info->serial_hex,
			 zeros == b.n ? ZT_LIT("0") : zt_view_of(digits + zeros)));
	to_decimal(info->serial_hex, info->serial_decimal, sizeof info->serial_decimal);
	return ZT_OK;
}

zt_view zt_dn_value(const zt_dn *name, zt_dn_kind kind, size_t index)
{
	for (size_t i = 0; i < name->count; i++)
		if (name->parts[i].kind == kind && index-- == 0)
			return zt_view_of(name->parts[i].text);
	return ZT_VIEW_EMPTY;
}

static zt_view only_common_name(const zt_dn *name)
{
	zt_view second = zt_dn_value(name, ZT_DN_COMMON_NAME, 1);
	return second.p ? ZT_VIEW_EMPTY : zt_dn_value(name, ZT_DN_COMMON_NAME, 0);
}

zt_view zt_cert_common_name(const zt_cert_info *info)
{
	return only_common_name(&info->subject);
}

bool zt_is_device_id(zt_view text)
{
	if (text.n != ZT_DEVICE_ID_HEX)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return true;
}

zt_view zt_cert_tenant(const zt_cert_info *info, bool from_issuer)
{
	zt_view name = only_common_name(from_issuer ? &info->issuer : &info->subject);
	if (!zt_view_take_prefix(&name, ZT_LIT("Microsoft Azure Sphere ")))
		return ZT_VIEW_EMPTY;
	(void)zt_view_take_prefix(&name, ZT_LIT("INT "));
	return zt_is_guid(name) ? name : ZT_VIEW_EMPTY;
}
