/* Device certificates in memory and in the store, and finding them. */
#include "cloud/registry/cert_row.h"
#include "x509/pem.h"

static void cert_row_free(zt_cert_row *row)
{
	free(row->certificate.pem);
	zt_cert_info_free((zt_cert_info *)(uintptr_t)row->certificate.info);
	zt_str_free(&row->der);
	zt_link_free(&row->by_creation);
	zt_link_free(&row->by_ca);
	free(row);
}
ZT_DEFINE_CLEANUP(zt_cert_row, cert_row_free)

static void cert_free(zt_row *row)
{
	cert_row_free((zt_cert_row *)row);
}

zt_status zt_cert_row_new(zt_view id, zt_view der, zt_cert_row **ret)
{
	ZT_CLEANUP(cert_row_freep) zt_cert_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	TRY(zt_text_copy(row->certificate.id, sizeof row->certificate.id, id));
	TRY(zt_cert_copy_der(&row->der, der));
	row->row.node.key = zt_view_of(row->certificate.id);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_cert_row_seal(zt_cert_row *row)
{
	char time[ZT_TIME_KEY + 1];
	zt_view id = row->row.node.key, created = zt_time_key(row->certificate.created_ms, time);
	TRY(ZT_LINK_MAKE(&row->by_creation, &row->row, created, id));
	if (row->certificate.ca_id[0])
		TRY(ZT_LINK_MAKE(&row->by_ca, &row->row, zt_view_of(row->certificate.ca_id), created, id));
	return ZT_OK;
}

static void cert_link(zt_registry *registry, zt_row *row)
{
	zt_cert_row *cert = (zt_cert_row *)row;
	zt_index_put(&registry->certificates_by_creation, &cert->by_creation.node);
	if (cert->certificate.ca_id[0])
		zt_index_put(&registry->certificates_by_ca, &cert->by_ca.node);
}

static void cert_unlink(zt_registry *registry, zt_row *row)
{
	zt_cert_row *cert = (zt_cert_row *)row;
	zt_index_take(&registry->certificates_by_creation, &cert->by_creation.node);
	if (cert->certificate.ca_id[0])
		zt_index_take(&registry->certificates_by_ca, &cert->by_ca.node);
}

static zt_status cert_encode(const zt_row *row, zt_str *out)
{
	const zt_certificate *cert = &((const zt_cert_row *)row)->certificate;
	return zt_record_write(json_pack("{ss ss ss sI sI sI sI si ss}", "ca", cert->ca_id, "status",
					 zt_cert_status_name(cert->status), "mode", zt_cert_mode_name(cert->mode), "created",
					 (json_int_t)cert->created_ms, "modified", (json_int_t)cert->modified_ms, "notBefore",
					 (json_int_t)cert->not_before_ms, "notAfter", (json_int_t)cert->not_after_ms,
					 "customerVersion", (int)cert->customer_version, "generation", cert->generation_id),
			       zt_str_view(&((const zt_cert_row *)row)->der), out);
}

static void read_status(zt_record_reader *reader, zt_cert_status *ret)
{
	if (zt_cert_status_of(zt_json_view(reader->head, "status"), ret) != ZT_OK)
		zt_record_damaged(reader, "status");
}

static zt_status cert_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(cert_row_freep) zt_cert_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_cert_check_body(&reader, record->key);
	TRY(reader.status);
	TRY(zt_cert_row_new(record->key, reader.body, &row));
	zt_certificate *cert = &row->certificate;
	zt_record_text(&reader, "ca", cert->ca_id, sizeof cert->ca_id);
	read_status(&reader, &cert->status);
	zt_cert_read_mode(&reader, &cert->mode);
	zt_record_i64(&reader, "created", &cert->created_ms);
	zt_record_i64(&reader, "modified", &cert->modified_ms);
	zt_record_i64(&reader, "notBefore", &cert->not_before_ms);
	zt_record_i64(&reader, "notAfter", &cert->not_after_ms);
	zt_record_unsigned(&reader, "customerVersion", &cert->customer_version);
	zt_record_text(&reader, "generation", cert->generation_id, sizeof cert->generation_id);
	TRY(reader.status);
	TRY(zt_cert_row_seal(row));
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_certificate = {
	ZT_KIND_CERTIFICATE, "certificate", cert_decode, cert_encode, cert_free, cert_link, cert_unlink,
};

/* The text and the names are made when they are first asked for: a start with 100,000 certificates parses none. The
 * bytes are those that were parsed at registration, so only want of memory can refuse. */
static zt_status complete(zt_cert_row *row)
{
	if (!row->certificate.pem) {
		ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(2 * ZT_CERT_DER_MAX);
		TRY(zt_pem_put(zt_str_view(&row->der), "CERTIFICATE", &pem));
		row->certificate.pem = zt_str_steal(&pem);
	}
	if (!row->certificate.info) {
		zt_cert_info *info;
		TRY(zt_cert_read(zt_str_view(&row->der), &info, NULL));
		row->certificate.info = info;
	}
	return ZT_OK;
}

const zt_certificate *zt_cert_completed(zt_row *row)
{
	return row && complete((zt_cert_row *)row) == ZT_OK ? &((zt_cert_row *)row)->certificate : NULL;
}

const zt_certificate *zt_registry_certificate(const zt_registry *registry, zt_view id)
{
	return zt_cert_completed(zt_row_find(registry, ZT_KIND_CERTIFICATE, id));
}

static zt_row *next_of_all(const zt_registry *registry, const zt_cert_row *after)
{
	return zt_link_after(&registry->certificates_by_creation, ZT_VIEW_EMPTY,
			     after ? after->by_creation.node.key : ZT_VIEW_EMPTY);
}

static zt_row *next_of_ca(const zt_registry *registry, zt_view ca_id, const zt_cert_row *after)
{
	zt_link_key prefix;
	if (!ZT_LINK_KEY(&prefix, ca_id, ZT_VIEW_EMPTY))
		return NULL;
	if (after && !zt_view_equal(ca_id, zt_view_of(after->certificate.ca_id)))
		return NULL;
	return zt_link_after(&registry->certificates_by_ca, prefix.view, after ? after->by_ca.node.key : prefix.view);
}

const zt_certificate *zt_registry_next_certificate(const zt_registry *registry, zt_view ca_id, zt_view after_id)
{
	const zt_cert_row *after = NULL;
	if (after_id.n) {
		after = (const zt_cert_row *)zt_row_find(registry, ZT_KIND_CERTIFICATE, after_id);
		if (!after)
			return NULL;
	}
	return zt_cert_completed(ca_id.n ? next_of_ca(registry, ca_id, after) : next_of_all(registry, after));
}
