/* Reading X.509 certificates (RFC 5280): names, dates, the certificate id, the device id.
 *
 * Two bodies, read_openssl.c and read_mbedtls.c; a program links exactly one. */
#ifndef ZT_X509_READ_H
#define ZT_X509_READ_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum {
	ZT_CERT_DER_MAX = 16 * 1024,
	ZT_CERT_ID_HEX = 64,    /* certificate id: lower-case hex SHA-256 of the DER */
	ZT_DEVICE_ID_HEX = 128, /* device id: X and Y of a P-256 public key, lower-case hex */
	ZT_DN_PARTS_MAX = 24,
};

/* The attributes that AWS's policy variables can name (AWS IoT, "X.509 certificate policy variables"). */
typedef enum {
	ZT_DN_COMMON_NAME,
	ZT_DN_COUNTRY,
	ZT_DN_ORGANIZATION,
	ZT_DN_ORGANIZATIONAL_UNIT,
	ZT_DN_STATE,
	ZT_DN_SERIAL_NUMBER,
	ZT_DN_QUALIFIER,
	ZT_DN_TITLE,
	ZT_DN_SURNAME,
	ZT_DN_GIVEN_NAME,
	ZT_DN_INITIALS,
	ZT_DN_PSEUDONYM,
	ZT_DN_GENERATION_QUALIFIER,
	ZT_DN_OTHER, /* anything else; kept out of `parts` */
} zt_dn_kind;

typedef struct {
	zt_dn_kind kind;
	char *text;    /* UTF-8, owned */
	char *escaped; /* with a backslash before each of , " \ + = < > ; (owned); NULL: as `text` */
} zt_dn_part;

/* A distinguished name: its known attributes in order, and a digest that tells whether two names are equal. */
typedef struct {
	zt_dn_part parts[ZT_DN_PARTS_MAX];
	size_t count;
	uint8_t hash[32]; /* SHA-256 of the Name's DER */
} zt_dn;

/* Alternative names (RFC 5280 §4.2.1.6, §4.2.1.7) that AWS's policy variables can name. */
typedef enum { ZT_ALT_RFC822, ZT_ALT_DNS, ZT_ALT_DIRECTORY, ZT_ALT_URI, ZT_ALT_IP } zt_alt_kind;
enum { ZT_ALT_NAMES_MAX = 50 }; /* five of each kind, of subject and issuer */

typedef struct {
	zt_alt_kind kind;
	bool of_issuer;
	char *text; /* owned; a directory name as "cn=Lamp,ou=Home,c=US", an address as inet_ntop(3) writes it */
} zt_alt_name;

typedef struct zt_cert_info {
	char id[ZT_CERT_ID_HEX + 1];
	zt_dn subject, issuer;
	char serial_hex[2 * 20 + 3]; /* lower-case, without leading zeros */
	char serial_decimal[52];     /* the same number */
	zt_alt_name *alternatives;   /* in order, at most five of a kind; the OpenSSL body alone reads them */
	size_t alternative_count;
	int64_t not_before_ms, not_after_ms;
	bool is_ca; /* basicConstraints CA:TRUE, and keyCertSign where there is a key usage */
} zt_cert_info;

/* ZT_E_INVALID with the reason when the DER is no certificate, has bytes behind it, or a name holds a NUL or text that
 * is not what it says; ZT_E_LIMIT over ZT_CERT_DER_MAX or ZT_DN_PARTS_MAX. The mbedTLS body refuses an empty extended
 * key usage, and with it AS3's proof of possession: that is for the OpenSSL body alone. */
ZT_NODISCARD zt_status zt_cert_read(zt_view der, zt_cert_info **ret, zt_error *ret_error);
/* The first certificate of a PEM text. */
ZT_NODISCARD zt_status zt_cert_read_pem(zt_view pem, zt_cert_info **ret, zt_error *ret_error);
void zt_cert_info_free(zt_cert_info *info);
ZT_DEFINE_CLEANUP(zt_cert_info, zt_cert_info_free)

/* The index-th value of that kind, or the empty view. Borrowed. */
zt_view zt_dn_value(const zt_dn *name, zt_dn_kind kind, size_t index);
/* The subject's only common name; empty when there is none or more than one. */
zt_view zt_cert_common_name(const zt_cert_info *info);
/* 128 lower-case hex digits. */
bool zt_is_device_id(zt_view text);
/* The GUID at the end of a tenant CA's common name, "Microsoft Azure Sphere <guid>" (also "… INT <guid>"), found in the
 * certificate's issuer (from_issuer) or subject: 36 characters, borrowed; empty when the name has another form. */
zt_view zt_cert_tenant(const zt_cert_info *info, bool from_issuer);

#endif
