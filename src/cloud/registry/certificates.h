/* CA certificates, the registration code and device certificates (AWS IoT, "Just-in-time registration"; AWS IoT API
 * reference). */
#ifndef ZT_CLOUD_REGISTRY_CERTIFICATES_H
#define ZT_CLOUD_REGISTRY_CERTIFICATES_H

#include "cloud/registry/registry.h"
#include "x509/read.h"

enum {
	ZT_CERT_ID_TEXT = 65,
	ZT_CERT_POSITION_TEXT = 81,
	ZT_CAS_PER_SUBJECT_MAX = 10,
};

typedef enum { ZT_MODE_DEFAULT, ZT_MODE_SNI_ONLY } zt_cert_mode;
typedef enum {
	ZT_CERT_ACTIVE,
	ZT_CERT_INACTIVE,
	ZT_CERT_REVOKED,
	ZT_CERT_PENDING_TRANSFER,
	ZT_CERT_REGISTER_INACTIVE,
	ZT_CERT_PENDING_ACTIVATION,
} zt_cert_status;
/* "PENDING_ACTIVATION", and back; ZT_E_INVALID for another word. */
const char *zt_cert_status_name(zt_cert_status status);
ZT_NODISCARD zt_status zt_cert_status_of(zt_view name, zt_cert_status *ret);
const char *zt_cert_mode_name(zt_cert_mode mode);

typedef struct {
	char *template_body, *template_name, *role_arn; /* NULL when absent */
} zt_registration_config;

typedef struct {
	char id[ZT_CERT_ID_TEXT];             /* lower-case hex SHA-256 of the DER */
	char position[ZT_CERT_POSITION_TEXT]; /* place in the order of creation; outlives the certificate */
	bool active;
	bool auto_registration;
	zt_cert_mode mode;
	char *pem;
	int64_t created_ms, modified_ms, not_before_ms, not_after_ms;
	unsigned customer_version;
	char generation_id[37];
	zt_registration_config registration;
	uint8_t subject_hash[32]; /* SHA-256 of the subject's DER */
	struct zt_issuer *issuer; /* prepared public key (x509/verify.h) */
} zt_ca;

typedef struct {
	char id[ZT_CERT_ID_TEXT];
	char position[ZT_CERT_POSITION_TEXT];
	char ca_id[ZT_CERT_ID_TEXT]; /* "" when registered without CA or issued by the service */
	zt_cert_status status;
	zt_cert_mode mode;
	char *pem; /* NULL in a walk */
	int64_t created_ms, modified_ms, not_before_ms, not_after_ms;
	unsigned customer_version;
	char generation_id[37];
	const zt_cert_info *info; /* parsed subject and issuer, for policy variables; NULL in a walk */
} zt_certificate;

const zt_ca *zt_registry_ca(const zt_registry *registry, zt_view id);
/* NULL also when out of memory: text and parsed names are made when first asked for. */
const zt_certificate *zt_registry_certificate(const zt_registry *registry, zt_view id);
/* Walks in order of creation, then id: the one behind `after`, or before `before`; NULL at the end. Both are an id or a
 * position; empty begins. An id that is no longer there ends the walk, a position does not. `ca_id` restricts to
 * certificates of that CA; empty for all. Each step is O(log n); what only zt_registry_certificate makes (pem, info) is
 * left NULL. */
const zt_ca *zt_registry_next_ca(const zt_registry *registry, zt_view after);
const zt_ca *zt_registry_previous_ca(const zt_registry *registry, zt_view before);
const zt_certificate *zt_registry_next_certificate(const zt_registry *registry, zt_view ca_id, zt_view after);
const zt_certificate *zt_registry_previous_certificate(const zt_registry *registry, zt_view ca_id, zt_view before);
/* The registered CA whose key signed this leaf, found by trying the signature of each CA with the leaf's issuer name
 * (a rollover leaves two with one name). `active_only` skips inactive ones. NULL when there is none. */
const zt_ca *zt_registry_ca_of_leaf(const zt_registry *registry, const zt_cert_info *leaf, zt_view leaf_der,
				    bool active_only);

/* Whether a registered CA has the name of the leaf's issuer, whoever signed it. */
bool zt_registry_has_issuer_name(const zt_registry *registry, const zt_cert_info *leaf);

/* NULL while there is none. Borrowed. */
const char *zt_registry_registration_code(const zt_registry *registry);
/* 64 hex digits, made at the first call and constant then. The change must be committed before it is shown. */
ZT_NODISCARD zt_status zt_txn_registration_code(zt_txn *txn, const char **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_registration_code_delete(zt_txn *txn, zt_error *ret_error);

typedef struct {
	zt_view pem;
	zt_view verification_pem; /* empty in SNI_ONLY mode, required in DEFAULT mode */
	zt_cert_mode mode;
	bool active, auto_registration;
	zt_view template_body, template_name, role_arn;
} zt_ca_spec;
/* Checks that it is a CA, within its dates, and the proof of possession: signed by the CA, CN = the registration code,
 * within its dates. CertificateValidationException, RegistrationCodeValidationException,
 * ResourceAlreadyExistsException, LimitExceededException (10 of one subject). */
ZT_NODISCARD zt_status zt_txn_ca_register(zt_txn *txn, const zt_ca_spec *spec, const zt_ca **ret, zt_error *ret_error);
/* NULL leaves a value as it is. */
typedef struct {
	const bool *active, *auto_registration;
	bool remove_registration;
	zt_view template_body, template_name, role_arn;
} zt_ca_update;
ZT_NODISCARD zt_status zt_txn_ca_update(zt_txn *txn, zt_view id, const zt_ca_update *update, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_ca_delete(zt_txn *txn, zt_view id, zt_error *ret_error);

typedef struct {
	zt_view der;
	zt_view ca_id; /* empty: none */
	zt_cert_status status;
	zt_cert_mode mode;
} zt_certificate_spec;
/* ResourceAlreadyExistsException with "The certificate is already provisioned or registered". */
ZT_NODISCARD zt_status zt_txn_certificate_add(zt_txn *txn, const zt_certificate_spec *spec, const zt_certificate **ret,
					      zt_error *ret_error);
/* Not from PENDING_TRANSFER or REVOKED, not to PENDING_*. */
ZT_NODISCARD zt_status zt_txn_certificate_update(zt_txn *txn, zt_view id, zt_cert_status status, zt_error *ret_error);
/* Refused while ACTIVE, while things are attached, and (unless forced) while policies are; force detaches policies. */
ZT_NODISCARD zt_status zt_txn_certificate_delete(zt_txn *txn, zt_view id, bool force, zt_error *ret_error);

#endif
