/* Adding, changing and deleting device certificates (AWS IoT, "X.509 client certificates"; AWS IoT API reference). */
#include "base/random.h"
#include "cloud/registry/cert_row.h"
#include "x509/verify.h"

static zt_status make_row(zt_registry *registry, const zt_certificate_spec *spec, zt_cert_info *info, zt_cert_row **ret)
{
	zt_cert_row *row = NULL;
	TRY(zt_cert_row_new(zt_view_of(info->id), spec->der, &row));
	zt_certificate *cert = &row->certificate;
	cert->status = spec->status;
	cert->mode = spec->mode;
	cert->created_ms = cert->modified_ms = zt_registry_now_ms(registry);
	cert->not_before_ms = info->not_before_ms;
	cert->not_after_ms = info->not_after_ms;
	cert->customer_version = 1;
	zt_uuid(cert->generation_id);
	zt_status status = zt_text_copy(cert->ca_id, sizeof cert->ca_id, spec->ca_id);
	if (status == ZT_OK)
		status = zt_cert_row_seal(row);
	if (status != ZT_OK) {
		zt_noun_certificate.free(&row->row);
		return status;
	}
	*ret = row;
	return ZT_OK;
}

zt_status zt_txn_certificate_add(zt_txn *txn, const zt_certificate_spec *spec, const zt_certificate **ret,
				 zt_error *ret_error)
{
	zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	zt_error cause = { 0 };
	zt_cert_row *row = NULL;
	zt_status status = zt_cert_read(spec->der, &info, &cause);
	if (status != ZT_OK && status != ZT_E_NOMEM)
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE, "The certificate cannot be read: %s", cause.text);
	TRY(status);
	if (zt_cert_check_algorithms(spec->der, &cause) != ZT_OK)
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE, "The certificate is not accepted: %s", cause.text);
	if (zt_row_find(registry, ZT_KIND_CERTIFICATE, zt_view_of(info->id)))
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS, "The certificate is already provisioned or registered");
	if (spec->ca_id.n && !zt_registry_ca(registry, spec->ca_id))
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE, "The CA certificate is not registered. (id: %.*s)",
				 ZT_PRI(spec->ca_id));
	TRY(make_row(registry, spec, info, &row));
	row->body->info = ZT_STEAL(info);
	TRY(zt_txn_put(txn, &zt_noun_certificate, &row->row));
	const zt_certificate *added = zt_cert_completed(&row->row);
	ENSURE(added, ZT_E_NOMEM);
	*ret = added;
	return ZT_OK;
}

static zt_status find_certificate(const zt_registry *registry, zt_view id, zt_cert_row **ret, zt_error *ret_error)
{
	zt_row *row = zt_row_find(registry, ZT_KIND_CERTIFICATE, id);
	if (!row)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "The certificate given does not exist. (id: %.*s)",
				 ZT_PRI(id));
	*ret = (zt_cert_row *)row;
	return ZT_OK;
}

/* AWS names the exceptions; the texts are ours (AWS IoT, "X.509 client certificates"). */
static zt_status check_transition(const zt_certificate *cert, zt_cert_status status, zt_error *ret_error)
{
	if (status == ZT_CERT_PENDING_TRANSFER || status == ZT_CERT_PENDING_ACTIVATION)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A certificate cannot be set to %s",
				 zt_cert_status_name(status));
	bool leaves = status != cert->status;
	if (leaves && (cert->status == ZT_CERT_PENDING_TRANSFER || cert->status == ZT_CERT_REVOKED))
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE_STATE,
				 "The certificate is %s and cannot become %s. Id: %s",
				 zt_cert_status_name(cert->status), zt_cert_status_name(status), cert->id);
	return ZT_OK;
}

zt_status zt_txn_certificate_update(zt_txn *txn, zt_view id, zt_cert_status status, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_cert_row *old = NULL, *row = NULL;
	TRY(find_certificate(registry, id, &old, ret_error));
	TRY(check_transition(&old->certificate, status, ret_error));
	if (old->certificate.status == status)
		return ZT_OK;
	TRY(zt_cert_row_like(old, &row));
	row->certificate.status = status;
	row->certificate.customer_version++;
	row->certificate.modified_ms = zt_registry_now_ms(registry);
	return zt_txn_put(txn, &zt_noun_certificate, &row->row);
}

/* `prefix` is the ARN and a NUL: the beginning of its entries in both indexes. */
static zt_status check_deletable(const zt_registry *registry, const zt_certificate *cert, bool force, zt_view prefix,
				 zt_error *ret_error)
{
	if (cert->status == ZT_CERT_ACTIVE)
		return zt_refuse(ret_error, ZT_REFUSE_CERTIFICATE_STATE,
				 "Certificate must be deactivated (not ACTIVE) before deletion. Id: %s", cert->id);
	if (zt_index_prefix_count(&registry->things_by_principal, prefix))
		return zt_refuse(ret_error, ZT_REFUSE_DELETE, "Things must be detached before deletion (arn: %s)",
				 (const char *)prefix.p);
	if (!force && zt_index_prefix_count(&registry->attachments_by_target, prefix))
		return zt_refuse(ret_error, ZT_REFUSE_DELETE,
				 "Certificate policies must be detached before deletion (arn: %s)",
				 (const char *)prefix.p);
	return ZT_OK;
}

static zt_status drop_with_attachments(zt_txn *txn, zt_cert_row *row, zt_view targets)
{
	zt_row *attachment;
	while ((attachment = zt_link_at(&zt_txn_registry(txn)->attachments_by_target, targets, 0)))
		TRY(zt_txn_drop(txn, &zt_noun_attachment, attachment));
	return zt_txn_drop(txn, &zt_noun_certificate, &row->row);
}

zt_status zt_txn_certificate_delete(zt_txn *txn, zt_view id, bool force, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(256);
	zt_cert_row *row = NULL;
	zt_link_key prefix;
	TRY(find_certificate(registry, id, &row, ret_error));
	TRY(zt_account_iot_arn(&registry->account, "cert", id, &arn));
	ENSURE(ZT_LINK_KEY(&prefix, zt_str_view(&arn), ZT_VIEW_EMPTY), ZT_E_LIMIT);
	TRY(check_deletable(registry, &row->certificate, force, prefix.view, ret_error));
	size_t mark = zt_txn_mark(txn);
	zt_status status = drop_with_attachments(txn, row, prefix.view);
	if (status != ZT_OK)
		zt_txn_rewind(txn, mark);
	return status;
}
