#include "cloud/registry/ownership.h"

#include "base/random.h"
#include "base/secret.h"
#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"
#include "cloud/registry/state.h"
#include "zerotouch/buf.h"

enum { TOKEN_BYTES = 32 };

typedef struct {
	zt_row row;
	zt_ownership ownership;
} ownership_row;

static void ownership_free(zt_row *row)
{
	free(row);
}

static zt_status ownership_encode(const zt_row *row, zt_str *out)
{
	const zt_ownership *o = &((const ownership_row *)row)->ownership;
	return zt_record_write(
	    json_pack("{ss sI}", "certificate", o->certificate_id, "expires", (json_int_t)o->expires_ms), ZT_VIEW_EMPTY,
	    out);
}

static zt_status ownership_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	TRY(zt_record_open(record->value, &reader, ret_error));
	ownership_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	zt_ownership *o = &row->ownership;
	if (zt_text_copy(o->digest, sizeof o->digest, record->key) != ZT_OK)
		zt_record_damaged(&reader, "its digest");
	row->row.node.key = zt_view_of(o->digest);
	zt_record_text(&reader, "certificate", o->certificate_id, sizeof o->certificate_id);
	zt_record_i64(&reader, "expires", &o->expires_ms);
	if (reader.status != ZT_OK) {
		free(row);
		return reader.status;
	}
	*ret = &row->row;
	return ZT_OK;
}

const zt_noun zt_noun_ownership = {
	ZT_KIND_OWNERSHIP, "certificate ownership", ownership_decode, ownership_encode, ownership_free, NULL, NULL,
};

static const zt_ownership *ownership_of(const zt_row *row)
{
	return row ? &((const ownership_row *)row)->ownership : NULL;
}

const zt_ownership *zt_registry_ownership(const zt_registry *registry, zt_view token)
{
	char digest[ZT_SHA256_HEX + 1];
	zt_sha256_hex_of(token, digest);
	return ownership_of(zt_row_find(registry, ZT_KIND_OWNERSHIP, zt_view_of(digest)));
}

const zt_ownership *zt_registry_next_ownership(const zt_registry *registry, zt_view after_digest)
{
	return ownership_of(zt_row_after(registry, ZT_KIND_OWNERSHIP, after_digest));
}

static zt_status make_token(char ret_token[ZT_OWNERSHIP_TOKEN_TEXT])
{
	uint8_t random[TOKEN_BYTES];
	zt_buf out = zt_buf_make(ret_token, ZT_OWNERSHIP_TOKEN_TEXT);
	zt_random_bytes(random, sizeof random);
	zt_buf_put_hex(&out, zt_view_make(random, sizeof random));
	zt_wipe(random, sizeof random);
	return zt_buf_finish_text(&out);
}

zt_status zt_txn_ownership_create(zt_txn *txn, zt_view certificate_id, char ret_token[ZT_OWNERSHIP_TOKEN_TEXT],
				  zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_ownership o = { .expires_ms = zt_registry_now_ms(registry) + ZT_OWNERSHIP_MS };
	if (zt_index_count(&registry->rows[ZT_KIND_OWNERSHIP]) >= ZT_OWNERSHIPS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LIMIT, "%d certificates wait to be provisioned already",
				 ZT_OWNERSHIPS_MAX);
	TRY(zt_text_copy(o.certificate_id, sizeof o.certificate_id, certificate_id));
	TRY(make_token(ret_token));
	zt_sha256_hex_of(zt_view_of(ret_token), o.digest);
	ownership_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	row->ownership = o;
	row->row.node.key = zt_view_of(row->ownership.digest);
	return zt_txn_put(txn, &zt_noun_ownership, &row->row);
}

zt_status zt_txn_ownership_delete(zt_txn *txn, zt_view digest, zt_error *ret_error)
{
	zt_row *row = zt_row_find(zt_txn_registry(txn), ZT_KIND_OWNERSHIP, digest);
	if (!row)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "The certificate ownership token is used up");
	return zt_txn_drop(txn, &zt_noun_ownership, row);
}
