/* CA certificates in memory and in the store, and finding them. */
#include "cloud/registry/cert_row.h"
#include "x509/pem.h"
#include "x509/verify.h"

static void registration_free(zt_registration_config *registration)
{
	free(registration->template_body);
	free(registration->template_name);
	free(registration->role_arn);
}

void zt_ca_row_free(zt_ca_row *row)
{
	if (!row)
		return;
	registration_free(&row->ca.registration);
	zt_issuer_free(row->ca.issuer);
	free(row->ca.pem);
	zt_str_free(&row->der);
	zt_link_free(&row->by_creation);
	zt_link_free(&row->by_subject);
	free(row);
}

static void ca_free(zt_row *row)
{
	zt_ca_row_free((zt_ca_row *)row);
}

static zt_status fill_from_info(zt_ca *ca, const zt_cert_info *info)
{
	TRY(zt_text_copy(ca->id, sizeof ca->id, zt_view_of(info->id)));
	ca->not_before_ms = info->not_before_ms;
	ca->not_after_ms = info->not_after_ms;
	memcpy(ca->subject_hash, info->subject.hash, sizeof ca->subject_hash);
	return ZT_OK;
}

zt_status zt_ca_row_new(zt_view der, zt_ca_row **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_ca_row_freep) zt_ca_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(2 * ZT_CERT_DER_MAX);
	TRY(zt_cert_read(der, &info, ret_error));
	TRY(fill_from_info(&row->ca, info));
	TRY(zt_issuer_new(der, &row->ca.issuer, ret_error));
	TRY(zt_cert_copy_der(&row->der, der));
	TRY(zt_pem_put(der, "CERTIFICATE", &pem));
	row->ca.pem = zt_str_steal(&pem);
	row->row.node.key = zt_view_of(row->ca.id);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_ca_row_seal(zt_ca_row *row)
{
	zt_ca *ca = &row->ca;
	zt_cert_set_position(ca->created_ms, ca->id, ca->position);
	TRY(ZT_LINK_MAKE(&row->by_creation, &row->row, zt_view_of(ca->position)));
	return ZT_LINK_MAKE(&row->by_subject, &row->row, zt_view_make(ca->subject_hash, sizeof ca->subject_hash),
			    zt_view_of(ca->id));
}

static void ca_link(zt_registry *registry, zt_row *row)
{
	zt_ca_row *ca = (zt_ca_row *)row;
	zt_index_put(&registry->cas_by_creation, &ca->by_creation.node);
	zt_index_put(&registry->cas_by_subject, &ca->by_subject.node);
}

static void ca_unlink(zt_registry *registry, zt_row *row)
{
	zt_ca_row *ca = (zt_ca_row *)row;
	zt_index_take(&registry->cas_by_creation, &ca->by_creation.node);
	zt_index_take(&registry->cas_by_subject, &ca->by_subject.node);
}

static zt_status ca_encode(const zt_row *row, zt_str *out)
{
	const zt_ca *ca = &((const zt_ca_row *)row)->ca;
	const zt_registration_config *registration = &ca->registration;
	return zt_record_write(json_pack("{sb sb ss sI sI si ss ss* ss* ss*}", "active", ca->active, "autoRegistration",
					 ca->auto_registration, "mode", zt_cert_mode_name(ca->mode), "created",
					 (json_int_t)ca->created_ms, "modified", (json_int_t)ca->modified_ms,
					 "customerVersion", (int)ca->customer_version, "generation", ca->generation_id,
					 "templateBody", registration->template_body, "templateName",
					 registration->template_name, "roleArn", registration->role_arn),
			       zt_str_view(&((const zt_ca_row *)row)->der), out);
}

static zt_status ca_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_ca_row_freep) zt_ca_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_cert_check_body(&reader, record->key);
	TRY(reader.status);
	TRY(zt_ca_row_new(reader.body, &row, ret_error));
	zt_ca *ca = &row->ca;
	zt_record_bool(&reader, "active", &ca->active);
	zt_record_bool(&reader, "autoRegistration", &ca->auto_registration);
	zt_cert_read_mode(&reader, &ca->mode);
	zt_record_i64(&reader, "created", &ca->created_ms);
	zt_record_i64(&reader, "modified", &ca->modified_ms);
	zt_record_unsigned(&reader, "customerVersion", &ca->customer_version);
	zt_record_text(&reader, "generation", ca->generation_id, sizeof ca->generation_id);
	zt_record_dup(&reader, "templateBody", &ca->registration.template_body);
	zt_record_dup(&reader, "templateName", &ca->registration.template_name);
	zt_record_dup(&reader, "roleArn", &ca->registration.role_arn);
	TRY(reader.status);
	TRY(zt_ca_row_seal(row));
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_ca = { ZT_KIND_CA, "CA certificate", ca_decode, ca_encode, ca_free, ca_link, ca_unlink };

static const zt_ca *ca_of(const zt_row *row)
{
	return row ? &((const zt_ca_row *)row)->ca : NULL;
}

const zt_ca *zt_registry_ca(const zt_registry *registry, zt_view id)
{
	return ca_of(zt_row_find(registry, ZT_KIND_CA, id));
}

/* The position of what is named by position or id; empty for empty. False when the id is not there. */
static bool position_of(const zt_registry *registry, zt_view name, zt_view *ret)
{
	const zt_ca *ca;
	if (name.n == 0 || name.n == ZT_CERT_POSITION_TEXT - 1)
		*ret = name;
	else if ((ca = zt_registry_ca(registry, name)))
		*ret = zt_view_of(ca->position);
	else
		return false;
	return true;
}

const zt_ca *zt_registry_next_ca(const zt_registry *registry, zt_view after)
{
	zt_view position;
	if (!position_of(registry, after, &position))
		return NULL;
	return ca_of(zt_link_after(&registry->cas_by_creation, ZT_VIEW_EMPTY, position));
}

const zt_ca *zt_registry_previous_ca(const zt_registry *registry, zt_view before)
{
	zt_view position;
	if (!position_of(registry, before, &position))
		return NULL;
	return ca_of(zt_link_before(&registry->cas_by_creation, ZT_VIEW_EMPTY, position));
}

bool zt_registry_has_issuer_name(const zt_registry *registry, const zt_cert_info *leaf)
{
	zt_link_key prefix;
	return ZT_LINK_KEY(&prefix, zt_view_make(leaf->issuer.hash, sizeof leaf->issuer.hash), ZT_VIEW_EMPTY) &&
	       zt_link_at(&registry->cas_by_subject, prefix.view, 0) != NULL;
}

const zt_ca *zt_registry_ca_of_leaf(const zt_registry *registry, const zt_cert_info *leaf, zt_view leaf_der,
				    bool active_only)
{
	zt_link_key prefix;
	if (!ZT_LINK_KEY(&prefix, zt_view_make(leaf->issuer.hash, sizeof leaf->issuer.hash), ZT_VIEW_EMPTY))
		return NULL;
	const zt_ca *ca;
	for (size_t i = 0; (ca = ca_of(zt_link_at(&registry->cas_by_subject, prefix.view, i))); i++)
		if ((ca->active || !active_only) && zt_issuer_signed(ca->issuer, leaf_der))
			return ca;
	return NULL;
}
