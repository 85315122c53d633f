/* Device certificates: register, describe, list, update, delete (AWS IoT, "X.509 client certificates"; AWS IoT API
 * reference). */
#include "cloud/api/input.h"
#include "cloud/api/iot_make.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/certificates.h"
#include "x509/pem.h"

static const zt_param pem_param = { "certificatePem", 1, 65536, NULL };
static const zt_param ca_pem_param = { "caCertificatePem", 1, 65536, NULL };
static const zt_param status_param = { "status", 1, 32, NULL };
static const zt_param new_status = { "newStatus", 1, 32, NULL };

static zt_status invalid_certificate(zt_error *ret_error, const char *why)
{
	return zt_error_coded(ret_error, ZT_E_INVALID, "CertificateValidationException", "%s", why);
}

static zt_status read_certificate(zt_view pem, zt_str *der, zt_cert_info **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	if (zt_pem_next(&pem, "CERTIFICATE", der) != ZT_OK)
		return invalid_certificate(ret_error, "The certificate is not valid PEM");
	if (zt_cert_read(zt_str_view(der), ret, &cause) != ZT_OK)
		return invalid_certificate(ret_error, cause.text);
	return ZT_OK;
}

static zt_status status_word(const char *name, zt_view word, zt_cert_status *ret, zt_error *ret_error)
{
	if (word.n == 0 || zt_cert_status_of(word, ret) == ZT_OK)
		return ZT_OK;
	return zt_error_set(
	    ret_error, ZT_E_INVALID,
	    "1 validation error detected: Value '%.*s' at '%s' failed to satisfy constraint: Member must satisfy enum "
	    "value set: [ACTIVE, INACTIVE, REVOKED, PENDING_TRANSFER, REGISTER_INACTIVE, PENDING_ACTIVATION]",
	    ZT_PRI(word), name);
}

/* The status of a registration: the body's, or ACTIVE with setAsActive, or INACTIVE. */
static zt_status read_status(const zt_call *call, zt_cert_status *ret, zt_error *ret_error)
{
	zt_view word;
	bool active = false;
	TRY(zt_in_query_bool(call, "setAsActive", &active, ret_error));
	*ret = active ? ZT_CERT_ACTIVE : ZT_CERT_INACTIVE;
	TRY(zt_in_json(call->body, &status_param, ZT_OPTIONAL, &word, ret_error));
	TRY(status_word(status_param.name, word, ret, ret_error));
	if (*ret == ZT_CERT_PENDING_ACTIVATION)
		return zt_error_coded(ret_error, ZT_E_STATE, "CertificateStateException",
				      "Not allowed to register certificate with PENDING_ACTIVATION status");
	return ZT_OK;
}

static zt_status add(zt_call *call, const zt_cert_info *info, const zt_certificate_spec *spec,
		     const zt_certificate **ret, zt_error *ret_error)
{
	zt_txn *txn;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "cert", zt_view_of(info->id), &arn));
	TRY(zt_call_resource(call, zt_view_of(info->id), zt_str_view(&arn)));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_certificate_add(txn, spec, ret, ret_error);
}

/* With several CAs of one name the caller has to say which one it means. */
static zt_status check_ambiguous(const zt_call *call, const zt_cert_info *leaf, zt_error *ret_error)
{
	size_t of_that_name = 0;
	for (const zt_ca *ca = NULL; (ca = zt_registry_next_ca(call->registry, ca ? zt_view_of(ca->id) : ZT_LIT("")));)
		of_that_name += memcmp(ca->subject_hash, leaf->issuer.hash, sizeof ca->subject_hash) == 0;
	if (of_that_name > 1)
		return zt_error_coded(ret_error, ZT_E_CONFLICT, "CertificateConflictException",
				      "Multiple CA certificates have the issuer's name; caCertificatePem is needed");
	return ZT_OK;
}

/* The registered CA that signed the leaf; a caCertificatePem must be that one. */
static zt_status find_ca(const zt_call *call, const zt_cert_info *leaf, zt_view leaf_der, zt_view pem,
			 const zt_ca **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_CERT_DER_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *named = NULL;
	const zt_ca *ca = zt_registry_ca_of_leaf(call->registry, leaf, leaf_der, false);
	TRY(pem.n ? read_certificate(pem, &der, &named, ret_error) : check_ambiguous(call, leaf, ret_error));
	if (!ca)
		return invalid_certificate(
		    ret_error, "CA certificate not found: the CA that signed this certificate is not registered");
	if (named && !zt_view_equal(zt_view_of(named->id), zt_view_of(ca->id)))
		return invalid_certificate(ret_error, "The certificate was not signed by the given CA certificate");
	*ret = ca;
	return ZT_OK;
}

zt_status zt_make_from_pem(zt_call *call, zt_view pem, zt_view ca_pem, zt_cert_status status,
			   const zt_certificate **ret, zt_error *ret_error)
{
	const zt_ca *ca = NULL;
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_CERT_DER_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	TRY(read_certificate(pem, &der, &info, ret_error));
	TRY(find_ca(call, info, zt_str_view(&der), ca_pem, &ca, ret_error));
	const zt_certificate_spec spec = { zt_str_view(&der), zt_view_of(ca->id), status, ca->mode };
	return add(call, info, &spec, ret, ret_error);
}

static zt_status reply_registered(zt_call *call, const zt_certificate *certificate)
{
	return zt_call_reply(call, json_pack("{s:o, s:s}", "certificateArn",
					     zt_json_iot_arn(call->registry, "cert", certificate->id), "certificateId",
					     certificate->id));
}

static zt_status register_certificate(zt_call *call, zt_error *ret_error)
{
	zt_view pem, ca_pem;
	zt_cert_status status = ZT_CERT_INACTIVE;
	const zt_certificate *certificate = NULL;
	TRY(zt_in_json(call->body, &pem_param, ZT_REQUIRED, &pem, ret_error));
	TRY(zt_in_json(call->body, &ca_pem_param, ZT_OPTIONAL, &ca_pem, ret_error));
	TRY(read_status(call, &status, ret_error));
	TRY(zt_make_from_pem(call, pem, ca_pem, status, &certificate, ret_error));
	return reply_registered(call, certificate);
}

static zt_status register_without_ca(zt_call *call, zt_error *ret_error)
{
	zt_view pem;
	zt_certificate_spec spec = { .mode = ZT_MODE_SNI_ONLY };
	const zt_certificate *certificate = NULL;
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_CERT_DER_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	TRY(zt_in_json(call->body, &pem_param, ZT_REQUIRED, &pem, ret_error));
	TRY(read_status(call, &spec.status, ret_error));
	TRY(read_certificate(pem, &der, &info, ret_error));
	spec.der = zt_str_view(&der);
	TRY(add(call, info, &spec, &certificate, ret_error));
	return reply_registered(call, certificate);
}

static json_t *describe(const zt_registry *registry, const zt_certificate *c)
{
	json_t *json = json_pack("{s:o, s:s, s:s*, s:s, s:s, s:s}", "certificateArn",
				 zt_json_iot_arn(registry, "cert", c->id), "certificateId", c->id, "caCertificateId",
				 c->ca_id[0] ? c->ca_id : NULL, "status", zt_cert_status_name(c->status),
				 "certificatePem", c->pem, "ownedBy", zt_registry_account(registry)->account);
	json_t *more = json_pack("{s:o, s:o, s:i, s:{}, s:s, s:o, s:s}", "creationDate", zt_json_seconds(c->created_ms),
				 "lastModifiedDate", zt_json_seconds(c->modified_ms), "customerVersion",
				 (int)c->customer_version, "transferData", "generationId", c->generation_id, "validity",
				 zt_json_validity(c->not_before_ms, c->not_after_ms), "certificateMode",
				 zt_cert_mode_name(c->mode));
	if (json_object_update_new(json, more) == 0)
		return json;
	json_decref(json);
	return NULL;
}

static zt_status describe_certificate(zt_call *call, zt_error *ret_error)
{
	zt_view id;
	TRY(zt_in_label(call, 0, &zt_param_certificate_id, &id, ret_error));
	const zt_certificate *certificate = zt_registry_certificate(call->registry, id);
	if (!certificate)
		return zt_not_found(ret_error, "Certificate", id);
	return zt_call_reply(call, json_pack("{s:o}", "certificateDescription", describe(call->registry, certificate)));
}

typedef struct {
	const zt_registry *registry;
	zt_view ca_id;
} certificate_list;

static const void *next_certificate(void *context, zt_view after)
{
	const certificate_list *list = context;
	return zt_registry_next_certificate(list->registry, list->ca_id, after);
}

static const void *previous_certificate(void *context, zt_view before)
{
	const certificate_list *list = context;
	return zt_registry_previous_certificate(list->registry, list->ca_id, before);
}

/* Not the id: a caller may have deleted the last one of a page before it asks for the next. */
static zt_view certificate_key(const void *entry)
{
	return zt_view_of(((const zt_certificate *)entry)->position);
}

static json_t *show_certificate(void *context, const void *entry)
{
	const zt_certificate *c = entry;
	return json_pack("{s:o, s:s, s:s, s:s, s:o}", "certificateArn",
			 zt_json_iot_arn(((certificate_list *)context)->registry, "cert", c->id), "certificateId",
			 c->id, "status", zt_cert_status_name(c->status), "certificateMode", zt_cert_mode_name(c->mode),
			 "creationDate", zt_json_seconds(c->created_ms));
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	certificate_list all = { .registry = call->registry };
	const zt_page_source source = { next_certificate, certificate_key, NULL, show_certificate, &all };
	return zt_page_reply_backwards(call, &zt_page_markers, &source, previous_certificate, "certificates",
				       ret_error);
}

static zt_status list_by_ca(zt_call *call, zt_error *ret_error)
{
	certificate_list of_ca = { .registry = call->registry };
	const zt_page_source source = { next_certificate, certificate_key, NULL, show_certificate, &of_ca };
	/* A CA that is not there has none: the operation's model knows no ResourceNotFoundException. */
	TRY(zt_in_label(call, 0, &zt_param_ca_certificate_id, &of_ca.ca_id, ret_error));
	return zt_page_reply_backwards(call, &zt_page_markers, &source, previous_certificate, "certificates",
				       ret_error);
}

static zt_status update(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view id, word;
	zt_cert_status status = ZT_CERT_INACTIVE;
	TRY(zt_in_label(call, 0, &zt_param_certificate_id, &id, ret_error));
	TRY(zt_in_query(call, &new_status, ZT_REQUIRED, &word, ret_error));
	TRY(status_word(new_status.name, word, &status, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_certificate_update(txn, id, status, ret_error);
}

static zt_status delete_certificate(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view id;
	bool force = false;
	TRY(zt_in_label(call, 0, &zt_param_certificate_id, &id, ret_error));
	TRY(zt_in_query_bool(call, "forceDelete", &force, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_certificate_delete(txn, id, force, ret_error);
}

#define CERT "cert/{}"
static const zt_operation rows[] = {
	{ ZT_REST("RegisterCertificate", "POST", "/certificate/register", NULL, register_certificate) },
	{ ZT_REST("RegisterCertificateWithoutCA", "POST", "/certificate/register-no-ca", NULL, register_without_ca) },
	{ ZT_REST("DescribeCertificate", "GET", "/certificates/{}", CERT, describe_certificate) },
	{ ZT_REST("ListCertificates", "GET", "/certificates", NULL, list) },
	{ ZT_REST("ListCertificatesByCA", "GET", "/certificates-by-ca/{}", NULL, list_by_ca) },
	{ ZT_REST("UpdateCertificate", "PUT", "/certificates/{}", CERT, update) },
	{ ZT_REST("DeleteCertificate", "DELETE", "/certificates/{}", CERT, delete_certificate) },
};
const zt_operations zt_iot_certificate_operations = ZT_OPERATIONS(rows);
