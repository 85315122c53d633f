#include "cloud/registry/meta.h"

#include "cloud/registry/record.h"

typedef struct {
	zt_row row;
	char key[32], text[128];
} meta_row;

static void meta_free(zt_row *row)
{
	free(row);
}

static zt_status meta_row_new(zt_view key, meta_row **ret)
{
	meta_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	if (zt_text_copy(row->key, sizeof row->key, key) != ZT_OK) {
		free(row);
		return ZT_E_INVALID;
	}
	row->row.node.key = zt_view_of(row->key);
	*ret = row;
	return ZT_OK;
}

static zt_status meta_encode(const zt_row *row, zt_str *out)
{
	return zt_record_write(json_pack("{ss}", "text", ((const meta_row *)row)->text), ZT_VIEW_EMPTY, out);
}

static zt_status meta_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	meta_row *row = NULL;
	char text[sizeof row->text];
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_text(&reader, "text", text, sizeof text);
	TRY(reader.status);
	TRY(meta_row_new(record->key, &row));
	memcpy(row->text, text, sizeof text);
	*ret = &row->row;
	return ZT_OK;
}

const zt_noun zt_noun_meta = { ZT_KIND_META, "setting", meta_decode, meta_encode, meta_free, NULL, NULL };

const char *zt_meta_text(const zt_registry *registry, zt_view key)
{
	const zt_row *row = zt_row_find(registry, ZT_KIND_META, key);
	return row ? ((const meta_row *)row)->text : NULL;
}

zt_status zt_meta_put(zt_txn *txn, zt_view key, zt_view text, const char **ret)
{
	meta_row *row = NULL;
	ENSURE(text.n < sizeof row->text, ZT_E_LIMIT);
	TRY(meta_row_new(key, &row));
	memcpy(row->text, text.p, text.n);
	TRY(zt_txn_put(txn, &zt_noun_meta, &row->row));
	*ret = row->text;
	return ZT_OK;
}

zt_status zt_meta_drop(zt_txn *txn, zt_view key)
{
	zt_row *row = zt_row_find(zt_txn_registry(txn), ZT_KIND_META, key);
	return row ? zt_txn_drop(txn, &zt_noun_meta, row) : ZT_OK;
}
