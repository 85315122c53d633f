#include "cloud/registry/destinations.h"

#include "base/random.h"
#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"
#include "cloud/registry/state.h"
#include "zerotouch/buf.h"

enum { DESTINATIONS_MAX = 1000, TOKEN_BYTES = 32 };

typedef struct {
	zt_row row;
	zt_destination destination;
} destination_row;

static void destination_free(zt_row *row)
{
	free(row);
}

static void make_token(zt_destination *d)
{
	uint8_t random[TOKEN_BYTES];
	zt_buf out = ZT_BUF(d->token);
	zt_random_bytes(random, sizeof random);
	zt_buf_put_hex(&out, zt_view_make(random, sizeof random));
	(void)!zt_buf_finish_text(&out);
}

static zt_status destination_encode(const zt_row *row, zt_str *out)
{
	const zt_destination *d = &((const destination_row *)row)->destination;
	return zt_record_write(json_pack("{ss ss si sI sI}", "url", d->url, "token", d->token, "status", (int)d->status,
					 "created", (json_int_t)d->created_ms, "updated", (json_int_t)d->updated_ms),
			       ZT_VIEW_EMPTY, out);
}

static zt_status destination_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	unsigned status = 0;
	TRY(zt_record_open(record->value, &reader, ret_error));
	destination_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	zt_destination *d = &row->destination;
	if (zt_text_copy(d->id, sizeof d->id, record->key) != ZT_OK)
		zt_record_damaged(&reader, "its id");
	row->row.node.key = zt_view_of(d->id);
	zt_record_text(&reader, "url", d->url, sizeof d->url);
	zt_record_text(&reader, "token", d->token, sizeof d->token);
	zt_record_unsigned(&reader, "status", &status);
	zt_record_i64(&reader, "created", &d->created_ms);
	zt_record_i64(&reader, "updated", &d->updated_ms);
	if (status > ZT_DESTINATION_DISABLED)
		zt_record_damaged(&reader, "its status");
	d->status = (zt_destination_status)status;
	if (reader.status != ZT_OK) {
		free(row);
		return reader.status;
	}
	*ret = &row->row;
	return ZT_OK;
}

const zt_noun zt_noun_destination = {
	ZT_KIND_DESTINATION, "rule destination", destination_decode, destination_encode, destination_free, NULL, NULL,
};

static const zt_destination *destination_of(const zt_row *row)
{
	return row ? &((const destination_row *)row)->destination : NULL;
}

const zt_destination *zt_registry_destination(const zt_registry *registry, zt_view id)
{
	return destination_of(zt_row_find(registry, ZT_KIND_DESTINATION, id));
}

const zt_destination *zt_registry_next_destination(const zt_registry *registry, zt_view after_id)
{
	return destination_of(zt_row_after(registry, ZT_KIND_DESTINATION, after_id));
}

bool zt_destination_covers(const zt_destination *destination, zt_view url)
{
	zt_view confirmed = zt_view_of(destination->url), host = confirmed;
	if (!zt_view_starts(url, confirmed))
		return false;
	(void)zt_view_take_prefix(&host, ZT_LIT("https://"));
	bool has_path = zt_view_find(host, '/') < host.n || zt_view_find(host, '?') < host.n;
	zt_view rest = zt_view_from(url, confirmed.n);
	return has_path || rest.n == 0 || rest.p[0] == '/' || rest.p[0] == '?' || rest.p[0] == '#';
}

zt_status zt_destination_arn(const zt_registry *registry, const zt_destination *destination, zt_str *out)
{
	char name[sizeof "http/" + sizeof destination->id];
	(void)snprintf(name, sizeof name, "http/%s", destination->id);
	return zt_account_iot_arn(zt_registry_account(registry), "ruledestination", zt_view_of(name), out);
}

static zt_status check(const zt_registry *registry, zt_view url, zt_error *ret_error)
{
	if (!zt_view_starts(url, ZT_LIT("https://")) || url.n > ZT_DESTINATION_URL_MAX || !zt_view_is_utf8(url))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID,
				 "confirmationUrl must be an https URL of at most %d bytes", ZT_DESTINATION_URL_MAX);
	const zt_destination *d = zt_registry_next_destination(registry, ZT_VIEW_EMPTY);
	for (; d; d = zt_registry_next_destination(registry, zt_view_of(d->id)))
		if (zt_view_equal(zt_view_of(d->url), url))
			return zt_refuse(ret_error, ZT_REFUSE_EXISTS, "The URL has a destination already");
	if (zt_index_count(&registry->rows[ZT_KIND_DESTINATION]) >= DESTINATIONS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "There are %d destinations already", DESTINATIONS_MAX);
	return ZT_OK;
}

static zt_status put(zt_txn *txn, const zt_destination *given, const zt_destination **ret)
{
	destination_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	row->destination = *given;
	row->destination.updated_ms = zt_registry_now_ms(zt_txn_registry(txn));
	row->row.node.key = zt_view_of(row->destination.id);
	TRY(zt_txn_put(txn, &zt_noun_destination, &row->row));
	*ret = &row->destination;
	return ZT_OK;
}

zt_status zt_txn_destination_create(zt_txn *txn, zt_view url, const zt_destination **ret, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_destination d = { .created_ms = zt_registry_now_ms(registry) };
	TRY(check(registry, url, ret_error));
	TRY(zt_text_copy(d.url, sizeof d.url, url));
	zt_uuid(d.id);
	make_token(&d);
	return put(txn, &d, ret);
}

static zt_status find(const zt_registry *registry, zt_view id, zt_row **ret, zt_error *ret_error)
{
	*ret = zt_row_find(registry, ZT_KIND_DESTINATION, id);
	return *ret ? ZT_OK : zt_refuse(ret_error, ZT_REFUSE_UNAUTHORIZED, "Access to the rule destination was denied");
}

zt_status zt_txn_destination_set(zt_txn *txn, zt_view id, zt_destination_status status, const zt_destination **ret,
				 zt_error *ret_error)
{
	zt_row *row;
	TRY(find(zt_txn_registry(txn), id, &row, ret_error));
	zt_destination d = *destination_of(row);
	d.status = status;
	if (status == ZT_DESTINATION_IN_PROGRESS)
		make_token(&d);
	return put(txn, &d, ret);
}

zt_status zt_txn_destination_delete(zt_txn *txn, zt_view id, zt_error *ret_error)
{
	zt_row *row;
	TRY(find(zt_txn_registry(txn), id, &row, ret_error));
	return zt_txn_drop(txn, &zt_noun_destination, row);
}
