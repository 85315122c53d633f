/* Certificates in memory with their places in the indexes, and what CAs and device certificates share. */
#ifndef ZT_CLOUD_REGISTRY_CERT_ROW_H
#define ZT_CLOUD_REGISTRY_CERT_ROW_H

#include "cloud/registry/certificates.h"
#include "cloud/registry/link.h"
#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"

typedef struct {
	zt_row row;
	zt_ca ca; /* pem, issuer and registration are owned */
	zt_str der;
	zt_link by_creation, by_subject;
} zt_ca_row;

/* What never changes of a certificate, shared by the rows that follow one another. */
typedef struct {
	size_t holders;
	zt_str der;
	char *pem; /* made when first asked for, as the next */
	zt_cert_info *info;
} zt_cert_body;

typedef struct {
	zt_row row;
	zt_certificate certificate; /* pem and info are the body's */
	zt_cert_body *body;
	zt_link by_creation, by_ca;
} zt_cert_row;

/* A CA of these bytes with its id, dates, names and key; the caller fills the rest and seals it. ZT_E_INVALID with the
 * cause when the DER is no certificate of a key that AWS takes. */
ZT_NODISCARD zt_status zt_ca_row_new(zt_view der, zt_ca_row **ret, zt_error *ret_error);
void zt_ca_row_free(zt_ca_row *row);
ZT_DEFINE_CLEANUP(zt_ca_row, zt_ca_row_free)
ZT_NODISCARD zt_status zt_ca_row_seal(zt_ca_row *row);

ZT_NODISCARD zt_status zt_cert_row_new(zt_view id, zt_view der, zt_cert_row **ret);
/* Another row of the same certificate, sealed, with the same values: for the caller to change those that are no key. */
ZT_NODISCARD zt_status zt_cert_row_like(const zt_cert_row *old, zt_cert_row **ret);
ZT_NODISCARD zt_status zt_cert_row_seal(zt_cert_row *row);
/* With its text and names. NULL for NULL, and when out of memory. */
const zt_certificate *zt_cert_completed(zt_row *row);

/* Reads the first certificate of a PEM text. CertificateValidationException that names `member`. */
ZT_NODISCARD zt_status zt_cert_from_pem(zt_view pem, const char *member, zt_str *ret_der, zt_cert_info **ret,
					zt_error *ret_error);
/* CertificateValidationException when the time is not within the certificate's dates. */
ZT_NODISCARD zt_status zt_cert_check_dates(const zt_cert_info *info, int64_t now_ms, const char *member,
					   zt_error *ret_error);
/* Time of creation and id, one behind the other: ordered as text. */
void zt_cert_set_position(int64_t created_ms, const char *id, char ret_position[ZT_CERT_POSITION_TEXT]);
ZT_NODISCARD zt_status zt_cert_copy_der(zt_str *ret, zt_view der);
void zt_cert_read_mode(zt_record_reader *reader, zt_cert_mode *ret);
/* The stored bytes must be those that the key names, so that they can be trusted to parse. */
void zt_cert_check_body(zt_record_reader *reader, zt_view id);

#endif
