#include "cloud/registry/shadows.h"

#include "cloud/registry/link.h"
#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"
#include "cloud/registry/state.h"

enum { SHADOWS_MAX = 500000 /* ours: AWS has no bound on them */ };

typedef struct {
	zt_row row;
	zt_shadow_row shadow; /* the document is owned */
	char key[sizeof((zt_shadow_row *)NULL)->thing + ZT_SHADOW_NAME_MAX + 1];
} shadow_row;

static void shadow_row_free(shadow_row *row)
{
	free(row->shadow.document);
	free(row);
}
ZT_DEFINE_CLEANUP(shadow_row, shadow_row_free)

static void shadow_free(zt_row *row)
{
	shadow_row_free((shadow_row *)row);
}

static zt_status shadow_row_new(zt_view thing, zt_view name, zt_view document, shadow_row **ret)
{
	ZT_CLEANUP(shadow_row_freep) shadow_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	TRY(zt_text_copy(row->shadow.thing, sizeof row->shadow.thing, thing));
	TRY(zt_text_copy(row->shadow.name, sizeof row->shadow.name, name));
	memcpy(row->key, thing.p, thing.n);
	if (name.n)
		memcpy(row->key + thing.n + 1, name.p, name.n);
	row->row.node.key = zt_view_make(row->key, thing.n + 1 + name.n);
	row->shadow.document = zt_view_dup(document);
	ENSURE(row->shadow.document, ZT_E_NOMEM);
	row->shadow.document_n = document.n;
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static zt_status shadow_encode(const zt_row *row, zt_str *out)
{
	const zt_shadow_row *shadow = &((const shadow_row *)row)->shadow;
	return zt_record_write(json_object(), zt_view_make(shadow->document, shadow->document_n), out);
}

static zt_status shadow_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	shadow_row *row;
	zt_view key = record->key, thing = ZT_VIEW_EMPTY;
	(void)zt_view_split(&key, 0, &thing);
	TRY(zt_record_open(record->value, &reader, ret_error));
	TRY(shadow_row_new(thing, key, reader.body, &row));
	*ret = &row->row;
	return ZT_OK;
}

const zt_noun zt_noun_shadow = {
	ZT_KIND_SHADOW, "shadow", shadow_decode, shadow_encode, shadow_free, NULL, NULL,
};

const zt_shadow_row *zt_registry_shadow(const zt_registry *registry, zt_view thing, zt_view name)
{
	zt_link_key key;
	const zt_row *row = ZT_LINK_KEY(&key, thing, name) ? zt_row_find(registry, ZT_KIND_SHADOW, key.view) : NULL;
	return row ? &((const shadow_row *)row)->shadow : NULL;
}

const zt_shadow_row *zt_registry_next_named_shadow(const zt_registry *registry, zt_view thing, zt_view after_name)
{
	zt_link_key key;
	const zt_row *row =
	    ZT_LINK_KEY(&key, thing, after_name) ? zt_row_after(registry, ZT_KIND_SHADOW, key.view) : NULL;
	const zt_shadow_row *shadow = row ? &((const shadow_row *)row)->shadow : NULL;
	return shadow && zt_view_equal(zt_view_of(shadow->thing), thing) ? shadow : NULL;
}

zt_status zt_txn_shadow_put(zt_txn *txn, zt_view thing, zt_view name, zt_view document, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	shadow_row *row = NULL;
	if (document.n > ZT_SHADOW_RECORD_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "The shadow is larger than %d bytes",
				 ZT_SHADOW_RECORD_MAX);
	if (!zt_registry_shadow(registry, thing, name) &&
	    zt_index_count(&registry->rows[ZT_KIND_SHADOW]) >= SHADOWS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LIMIT, "There are %d shadows already", SHADOWS_MAX);
	TRY(shadow_row_new(thing, name, document, &row));
	return zt_txn_put(txn, &zt_noun_shadow, &row->row);
}
