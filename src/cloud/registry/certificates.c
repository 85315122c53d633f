/* Device certificates in memory and in the store, and finding them. */
#include "cloud/registry/cert_row.h"
#include "x509/pem.h"

static void body_release(zt_cert_body *body)
{
	if (!body || --body->holders > 0)
		return;
	free(body->pem);
	zt_cert_info_free(body->info);
	zt_str_free(&body->der);
	free(body);
}
ZT_DEFINE_CLEANUP(zt_cert_body, body_release)

static zt_status body_new(zt_view der, zt_cert_body **ret)
{
	ZT_CLEANUP(body_releasep) zt_cert_body *body = calloc(1, sizeof *body);
	ENSURE(body, ZT_E_NOMEM);
	body->holders = 1;
	TRY(zt_cert_copy_der(&body->der, der));
	*ret = ZT_STEAL(body);
	return ZT_OK;
}

static void cert_row_free(zt_cert_row *row)
{
	body_release(row->body);
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
	TRY(body_new(der, &row->body));
	row->row.node.key = zt_view_of(row->certificate.id);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_cert_row_seal(zt_cert_row *row)
{
	zt_certificate *cert = &row->certificate;
	zt_cert_set_position(cert->created_ms, cert->id, cert->position);
	zt_view position = zt_view_of(cert->position);
	TRY(ZT_LINK_MAKE(&row->by_creation, &row->row, position));
	return cert->ca_id[0] ? ZT_LINK_MAKE(&row->by_ca, &row->row, zt_view_of(cert->ca_id), position) : ZT_OK;
}

zt_status zt_cert_row_like(const zt_cert_row *old, zt_cert_row **ret)
{
	ZT_CLEANUP(cert_row_freep) zt_cert_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	row->certificate = old->certificate;
	row->body = old->body;
	row->body->holders++;
	row->row.node.key = zt_view_of(row->certificate.id);
	TRY(zt_cert_row_seal(row));
	*ret = ZT_STEAL(row);
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
					 zt_cert_status_name(cert->status), "mode", zt_cert_mode_name(cert->mode),
					 "created", (json_int_t)cert->created_ms, "modified",
					 (json_int_t)cert->modified_ms, "notBefore", (json_int_t)cert->not_before_ms,
					 "notAfter", (json_int_t)cert->not_after_ms, "customerVersion",
					 (int)cert->customer_version, "generation", cert->generation_id),
			       zt_str_view(&((const zt_cert_row *)row)->body->der), out);
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
	zt_cert_body *body = row->body;
	if (!body->pem) {
		ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(2 * ZT_CERT_DER_MAX);
		TRY(zt_pem_put(zt_str_view(&body->der), "CERTIFICATE", &pem));
		body->pem = zt_str_steal(&pem);
	}
	if (!body->info)
		TRY(zt_cert_read(zt_str_view(&body->der), &body->info, NULL));
	row->certificate.pem = body->pem;
	row->certificate.info = body->info;
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

/* One walk: an index, the prefix of its keys, and the place to go on from. */
typedef struct {
	const zt_index *index;
	zt_link_key prefix, place;
} walk;

/* False when `from` is the id of a certificate that is not there. */
static bool begin_walk(const zt_registry *registry, zt_view ca_id, zt_view from, walk *ret)
{
	if (from.n && from.n != ZT_CERT_POSITION_TEXT - 1) {
		const zt_row *row = zt_row_find(registry, ZT_KIND_CERTIFICATE, from);
		if (!row)
			return false;
		from = zt_view_of(((const zt_cert_row *)row)->certificate.position);
	}
	ret->index = ca_id.n ? &registry->certificates_by_ca : &registry->certificates_by_creation;
	if (ca_id.n)
		return ZT_LINK_KEY(&ret->prefix, ca_id, ZT_VIEW_EMPTY) && ZT_LINK_KEY(&ret->place, ca_id, from);
	return ZT_LINK_KEY(&ret->prefix, ZT_VIEW_EMPTY) && ZT_LINK_KEY(&ret->place, from);
}

static const zt_certificate *certificate_of(const zt_row *row)
{
	return row ? &((const zt_cert_row *)row)->certificate : NULL;
}

const zt_certificate *zt_registry_next_certificate(const zt_registry *registry, zt_view ca_id, zt_view after)
{
	walk w;
	if (!begin_walk(registry, ca_id, after, &w))
		return NULL;
	return certificate_of(zt_link_after(w.index, w.prefix.view, w.place.view));
}

const zt_certificate *zt_registry_previous_certificate(const zt_registry *registry, zt_view ca_id, zt_view before)
{
	walk w;
	if (!begin_walk(registry, ca_id, before, &w))
		return NULL;
	return certificate_of(zt_link_before(w.index, w.prefix.view, w.place.view));
}
