/* Keys, certificate signing requests and certificates (OpenSSL). */
#ifndef ZT_X509_ISSUE_H
#define ZT_X509_ISSUE_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

typedef struct zt_key zt_key; /* a private key */

typedef enum { ZT_KEY_P256, ZT_KEY_P384, ZT_KEY_RSA2048 } zt_key_kind;

ZT_NODISCARD zt_status zt_key_new(zt_key_kind kind, zt_key **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_key_read_pem(zt_view pem, zt_key **ret, zt_error *ret_error);
/* PKCS#8 PEM; RSA keys in the traditional form ("RSA PRIVATE KEY"), as AWS gives them. Wipe *out after use. */
ZT_NODISCARD zt_status zt_key_write_pem(const zt_key *key, zt_str *out, zt_error *ret_error);
/* "BEGIN PUBLIC KEY". */
ZT_NODISCARD zt_status zt_key_public_pem(const zt_key *key, zt_str *out, zt_error *ret_error);
void zt_key_free(zt_key *key);
ZT_DEFINE_CLEANUP(zt_key, zt_key_free)
/* The device id of a P-256 key: 128 lower-case hex digits of X and Y, and a NUL. ZT_E_INVALID for another kind. */
ZT_NODISCARD zt_status zt_key_device_id(const zt_key *key, char ret_id[129]);
/* SubjectPublicKeyInfo in DER. */
ZT_NODISCARD zt_status zt_key_spki(const zt_key *key, zt_str *out);
/* ECDSA over a SHA-256 digest that the caller made; DER form. */
ZT_NODISCARD zt_status zt_key_sign_digest(const zt_key *key, const uint8_t digest[32], zt_str *ret_signature,
					  zt_error *ret_error);
/* Whether `signature` (DER) over `digest` was made by the P-256 key that is the device id. */
bool zt_device_id_verify(zt_view device_id, const uint8_t digest[32], zt_view signature);
/* Whether `spki` (DER, in any form of the point) is the very key that is the device id. */
bool zt_device_id_owns(zt_view device_id, zt_view spki);

/* A CSR (PKCS#10, PEM) with an empty or given common name, signed by `key`. */
ZT_NODISCARD zt_status zt_csr_write(const zt_key *key, zt_view common_name, zt_str *ret_pem, zt_error *ret_error);
/* Checks the CSR's own signature (PEM in) and appends its SubjectPublicKeyInfo. ZT_E_INVALID. */
ZT_NODISCARD zt_status zt_csr_read(zt_view pem, zt_str *ret_spki, zt_error *ret_error);

/* One RDN of a subject, always PrintableString (as AS3 writes it) unless utf8; no limit of 64 on the common name. */
typedef struct {
	const char *type; /* "C", "ST", "L", "O", "OU", "CN" */
	zt_view value;
	bool utf8;
} zt_rdn;

typedef enum {
	ZT_PROFILE_TENANT_CA, /* AS3's tenant CA: critical KU digitalSignature, keyCertSign, cRLSign; critical CA:TRUE;
				 AIA, CRL */
	ZT_PROFILE_PROOF,     /* AS3's proof of possession: KU 03 02 00 01 and EKU 30 00, both critical, nothing else */
	ZT_PROFILE_DEVICE, /* short-lived client certificate: no extensions but key usage and client authentication */
	ZT_PROFILE_CA,     /* a plain CA with SKI, for server hierarchies and tests */
	ZT_PROFILE_SERVER, /* server authentication, with dns_names and SKI/AKI */
	ZT_PROFILE_AWS_CLIENT, /* what CreateKeysAndCertificate gives: CA:FALSE, digitalSignature, SKI/AKI */
} zt_profile;

typedef struct {
	zt_profile profile;
	const zt_rdn *subject;
	size_t subject_count;
	int64_t not_before_ms, not_after_ms;
	zt_view spki;         /* the subject's public key, DER */
	zt_view issuer_der;   /* the CA's certificate: its subject becomes the issuer; empty: self-signed */
	const zt_rdn *issuer; /* used instead when issuer_der is empty and the issuer's name differs from the subject */
	size_t issuer_count;
	const zt_key *issuer_key;     /* signs; SHA-384 with a P-384 key, SHA-256 otherwise */
	bool key_identifiers;         /* adds SKI and AKI where the profile has none */
	const char *const *dns_names; /* ZT_PROFILE_SERVER; numeric addresses become iPAddress names */
	size_t dns_count;
} zt_issue_spec;

/* Appends the certificate's DER. The serial is 16 random bytes. */
ZT_NODISCARD zt_status zt_certificate_issue(const zt_issue_spec *spec, zt_str *ret_der, zt_error *ret_error);

#endif
