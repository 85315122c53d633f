/* Registering, changing and deleting CA certificates (AWS IoT, "X.509 client certificates"; AWS IoT API reference). */
#include "base/random.h"
#include "cloud/registry/cert_row.h"
#include "cloud/registry/fields.h"
#include "x509/verify.h"

/* AWS IoT API, RegistrationConfig. */
enum { TEMPLATE_BODY_MAX = 10240, ROLE_ARN_MIN = 20, ROLE_ARN_MAX = 2048 };

static zt_status check_registration(zt_view template_body, zt_view template_name, zt_view role_arn, zt_error *ret_error)
{
	if (template_body.n > TEMPLATE_BODY_MAX || !zt_view_is_utf8(template_body))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "templateBody must have length less than or equal to %d",
				 TEMPLATE_BODY_MAX);
	if (role_arn.n && (role_arn.n < ROLE_ARN_MIN || role_arn.n > ROLE_ARN_MAX || !zt_view_is_utf8(role_arn)))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "roleArn must have a length between %d and %d",
				 ROLE_ARN_MIN, ROLE_ARN_MAX);
	return template_name.n ? zt_field_check(&zt_field_template_name, template_name, ret_error) : ZT_OK;
}

/* An empty value leaves the old one. */
static zt_status set_text(char **text, zt_view value)
{
	if (value.n == 0)
		return ZT_OK;
	char *copy = zt_view_dup(value);
	ENSURE(copy, ZT_E_NOMEM);
	free(*text);
	*text = copy;
	return ZT_OK;
}

static zt_status set_registration(zt_registration_config *registration, zt_view template_body, zt_view template_name,
				  zt_view role_arn)
{
	TRY(set_text(&registration->template_body, template_body));
	TRY(set_text(&registration->template_name, template_name));
	return set_text(&registration->role_arn, role_arn);
}

/* Proof of possession: the CA's key signed a certificate whose common name is our registration code. */
static zt_status check_proof(const zt_registry *registry, const zt_ca *ca, zt_view pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_CERT_DER_MAX);
	const char *code = zt_registry_registration_code(registry);
	TRY(zt_cert_from_pem(pem, "verificationCertificate", &der, &info, ret_error));
	if (!zt_issuer_signed(ca->issuer, zt_str_view(&der)))
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE,
				 "The verification certificate is not signed by the key of the CA certificate");
	TRY(zt_cert_check_dates(info, zt_registry_now_ms(registry), "verificationCertificate", ret_error));
	if (!code || !zt_view_equal(zt_cert_common_name(info), zt_view_of(code)))
		return zt_refuse(ret_error, ZT_REFUSE_REGISTRATION_CODE,
				 "The common name of the verification certificate is not the registration code");
	return ZT_OK;
}

static zt_status check_mode(const zt_ca_spec *spec, zt_error *ret_error)
{
	if (spec->mode == ZT_MODE_DEFAULT && spec->verification_pem.n == 0)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "verificationCertificate is required in certificate mode DEFAULT");
	if (spec->mode == ZT_MODE_SNI_ONLY && spec->verification_pem.n)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "verificationCertificate must be empty in certificate mode SNI_ONLY");
	return ZT_OK;
}

/* Reads it and checks that it is a CA, valid now, with a key that AWS takes. */
static zt_status read_ca(const zt_registry *registry, zt_view pem, zt_ca_row **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ZT_CERT_DER_MAX);
	zt_error cause = { 0 };
	TRY(zt_cert_from_pem(pem, "caCertificate", &der, &info, ret_error));
	if (!info->is_ca)
		return zt_refuse(
		    ret_error, ZT_REFUSE_CERTIFICATE,
		    "caCertificate is no CA certificate: basicConstraints CA:TRUE and keyCertSign are needed");
	TRY(zt_cert_check_dates(info, zt_registry_now_ms(registry), "caCertificate", ret_error));
	zt_status status = zt_ca_row_new(zt_str_view(&der), ret, &cause);
	if (status != ZT_OK && status != ZT_E_NOMEM)
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE, "caCertificate is not accepted: %s", cause.text);
	return status;
}

static zt_status check_place(const zt_registry *registry, const zt_ca *ca, zt_error *ret_error)
{
	zt_link_key prefix;
	if (zt_registry_ca(registry, zt_view_of(ca->id)))
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS, "The certificate is already provisioned or registered");
	if (ZT_LINK_KEY(&prefix, zt_view_make(ca->subject_hash, sizeof ca->subject_hash), ZT_VIEW_EMPTY) &&
	    zt_index_prefix_count(&registry->cas_by_subject, prefix.view) >= ZT_CAS_PER_SUBJECT_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LIMIT, "There are %d CA certificates with this subject already",
				 ZT_CAS_PER_SUBJECT_MAX);
	return ZT_OK;
}

zt_status zt_txn_ca_register(zt_txn *txn, const zt_ca_spec *spec, const zt_ca **ret, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_ca_row_freep) zt_ca_row *row = NULL;
	TRY(check_mode(spec, ret_error));
	TRY(check_registration(spec->template_body, spec->template_name, spec->role_arn, ret_error));
	TRY(read_ca(registry, spec->pem, &row, ret_error));
	if (spec->mode == ZT_MODE_DEFAULT)
		TRY(check_proof(registry, &row->ca, spec->verification_pem, ret_error));
	TRY(check_place(registry, &row->ca, ret_error));
	row->ca.active = spec->active;
	row->ca.auto_registration = spec->auto_registration;
	row->ca.mode = spec->mode;
	row->ca.customer_version = 1;
	row->ca.created_ms = row->ca.modified_ms = zt_registry_now_ms(registry);
	zt_uuid(row->ca.generation_id);
	TRY(set_registration(&row->ca.registration, spec->template_body, spec->template_name, spec->role_arn));
	TRY(zt_ca_row_seal(row));
	const zt_ca *ca = &row->ca;
	TRY(zt_txn_put(txn, &zt_noun_ca, &ZT_STEAL(row)->row));
	*ret = ca;
	return ZT_OK;
}

static zt_status find_ca(const zt_registry *registry, zt_view id, zt_ca_row **ret, zt_error *ret_error)
{
	zt_row *row = zt_row_find(registry, ZT_KIND_CA, id);
	if (!row)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "The CA certificate given does not exist. (id: %.*s)",
				 ZT_PRI(id));
	*ret = (zt_ca_row *)row;
	return ZT_OK;
}

static zt_status copy_row(const zt_ca_row *old, bool with_registration, zt_ca_row **ret)
{
	ZT_CLEANUP(zt_ca_row_freep) zt_ca_row *row = NULL;
	const zt_registration_config *registration = &old->ca.registration;
	TRY(zt_ca_row_new(zt_str_view(&old->der), &row, NULL));
	zt_ca *ca = &row->ca;
	ca->active = old->ca.active;
	ca->auto_registration = old->ca.auto_registration;
	ca->mode = old->ca.mode;
	ca->created_ms = old->ca.created_ms;
	ca->customer_version = old->ca.customer_version;
	memcpy(ca->generation_id, old->ca.generation_id, sizeof ca->generation_id);
	if (with_registration)
		TRY(set_registration(&ca->registration, zt_view_of(registration->template_body),
				     zt_view_of(registration->template_name), zt_view_of(registration->role_arn)));
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_txn_ca_update(zt_txn *txn, zt_view id, const zt_ca_update *update, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_ca_row *old = NULL;
	ZT_CLEANUP(zt_ca_row_freep) zt_ca_row *row = NULL;
	TRY(find_ca(registry, id, &old, ret_error));
	TRY(check_registration(update->template_body, update->template_name, update->role_arn, ret_error));
	TRY(copy_row(old, !update->remove_registration, &row));
	if (update->active)
		row->ca.active = *update->active;
	if (update->auto_registration)
		row->ca.auto_registration = *update->auto_registration;
	TRY(set_registration(&row->ca.registration, update->template_body, update->template_name, update->role_arn));
	row->ca.customer_version++;
	row->ca.modified_ms = zt_registry_now_ms(registry);
	TRY(zt_ca_row_seal(row));
	return zt_txn_put(txn, &zt_noun_ca, &ZT_STEAL(row)->row);
}

zt_status zt_txn_ca_delete(zt_txn *txn, zt_view id, zt_error *ret_error)
{
	zt_ca_row *row = NULL;
	TRY(find_ca(zt_txn_registry(txn), id, &row, ret_error));
	if (row->ca.active)
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE_STATE,
				 "CA certificate must be deactivated (not ACTIVE) before deletion. Id: %s", row->ca.id);
	return zt_txn_drop_tagged_iot(txn, &zt_noun_ca, &row->row, "cacert");
}
