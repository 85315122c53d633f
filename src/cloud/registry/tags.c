/* Tags by resource ARN (AWS General Reference, "Tagging AWS resources"; AWS IoT API reference). */
#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"
#include "cloud/registry/state.h"
#include "cloud/registry/tags.h"

enum { TAG_KEY_MAX = 128, TAG_VALUE_MAX = 256 }; /* characters */

typedef struct {
	zt_row row;
	char *arn;
	json_t *tags;
} tags_row;

static void tags_row_free(tags_row *row)
{
	free(row->arn);
	json_decref(row->tags);
	free(row);
}
ZT_DEFINE_CLEANUP(tags_row, tags_row_free)

static void tags_free(zt_row *row)
{
	tags_row_free((tags_row *)row);
}

/* Takes over `tags`. */
static zt_status tags_row_new(zt_view arn, json_t *tags, tags_row **ret)
{
	ZT_JSON_CLEANUP json_t *kept = tags;
	ENSURE(arn.n && arn.n <= ZT_STORE_KEY_MAX, ZT_E_INVALID);
	ZT_CLEANUP(tags_row_freep) tags_row *row = calloc(1, sizeof *row);
	ENSURE(row && tags, ZT_E_NOMEM);
	row->arn = zt_view_dup(arn);
	ENSURE(row->arn, ZT_E_NOMEM);
	row->row.node.key = zt_view_make(row->arn, arn.n);
	row->tags = ZT_STEAL(kept);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static zt_status tags_encode(const zt_row *row, zt_str *out)
{
	return zt_record_write(json_pack("{sO}", "tags", ((const tags_row *)row)->tags), ZT_VIEW_EMPTY, out);
}

static zt_status tags_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	ZT_JSON_CLEANUP json_t *tags = NULL;
	tags_row *row = NULL;
	const char *key;
	json_t *value;
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_json(&reader, "tags", JSON_OBJECT, &tags);
	json_object_foreach(tags, key, value)
		if (!json_is_string(value))
			zt_record_damaged(&reader, "tags");
	TRY(reader.status);
	TRY(tags_row_new(record->key, ZT_STEAL(tags), &row));
	*ret = &row->row;
	return ZT_OK;
}

const zt_noun zt_noun_tags = { ZT_KIND_TAGS, "tags", tags_decode, tags_encode, tags_free, NULL, NULL };

const json_t *zt_registry_tags(const zt_registry *registry, zt_view resource_arn)
{
	const zt_row *row = zt_row_find(registry, ZT_KIND_TAGS, resource_arn);
	return row ? ((const tags_row *)row)->tags : NULL;
}

static size_t characters(zt_view text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.n; i++)
		count += (text.p[i] & 0xC0) != 0x80;
	return count;
}

static zt_status check_tags(const json_t *tags, zt_error *ret_error)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)tags, key, value) {
		size_t key_n = characters(zt_view_of(key));
		if (key_n < 1 || key_n > TAG_KEY_MAX)
			return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A tag key must have a length between 1 and %d",
					 TAG_KEY_MAX);
		if (!json_is_string(value) || characters(zt_view_of(json_string_value(value))) > TAG_VALUE_MAX)
			return zt_refuse(ret_error, ZT_REFUSE_INVALID,
					 "A tag value must be a string of at most %d characters", TAG_VALUE_MAX);
	}
	return ZT_OK;
}

static zt_status put(zt_txn *txn, zt_view resource_arn, json_t *tags)
{
	tags_row *row = NULL;
	TRY(tags_row_new(resource_arn, tags, &row));
	return zt_txn_put(txn, &zt_noun_tags, &row->row);
}

zt_status zt_txn_tags_put(zt_txn *txn, zt_view resource_arn, const json_t *tags, zt_error *ret_error)
{
	const json_t *old = zt_registry_tags(zt_txn_registry(txn), resource_arn);
	if (json_object_size(tags) == 0)
		return ZT_OK;
	TRY(check_tags(tags, ret_error));
	ZT_JSON_CLEANUP json_t *merged = old ? json_copy((json_t *)(uintptr_t)old) : json_object();
	ENSURE(merged && json_object_update(merged, (json_t *)(uintptr_t)tags) == 0, ZT_E_NOMEM);
	if (json_object_size(merged) > ZT_TAGS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LIMIT, "A resource can have at most %d tags", ZT_TAGS_MAX);
	/* The caller's strings may live on and change; ours must not. */
	return put(txn, resource_arn, json_deep_copy(merged));
}

static zt_status without(const json_t *tags, const json_t *keys, json_t **ret)
{
	size_t i;
	json_t *key;
	ZT_JSON_CLEANUP json_t *rest = json_copy((json_t *)(uintptr_t)tags);
	ENSURE(rest, ZT_E_NOMEM);
	json_array_foreach(keys, i, key)
		if (json_is_string(key))
			(void)json_object_del(rest, json_string_value(key));
	*ret = ZT_STEAL(rest);
	return ZT_OK;
}

zt_status zt_txn_tags_remove(zt_txn *txn, zt_view resource_arn, const json_t *keys, zt_error *ret_error)
{
	(void)ret_error;
	zt_row *row = zt_row_find(zt_txn_registry(txn), ZT_KIND_TAGS, resource_arn);
	json_t *rest = NULL;
	if (!row)
		return ZT_OK;
	if (keys)
		TRY(without(((const tags_row *)row)->tags, keys, &rest));
	if (json_object_size(rest))
		return put(txn, resource_arn, rest);
	json_decref(rest);
	return zt_txn_drop(txn, &zt_noun_tags, row);
}

zt_status zt_txn_drop_tagged(zt_txn *txn, const zt_noun *noun, zt_row *row, zt_view resource_arn)
{
	zt_row *tags = zt_row_find(zt_txn_registry(txn), ZT_KIND_TAGS, resource_arn);
	size_t mark = zt_txn_mark(txn);
	if (tags)
		TRY(zt_txn_drop(txn, &zt_noun_tags, tags));
	zt_status status = zt_txn_drop(txn, noun, row);
	if (status != ZT_OK)
		zt_txn_rewind(txn, mark);
	return status;
}

zt_status zt_txn_drop_tagged_iot(zt_txn *txn, const zt_noun *noun, zt_row *row, const char *arn_type)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	TRY(zt_account_iot_arn(&zt_txn_registry(txn)->account, arn_type, row->node.key, &arn));
	return zt_txn_drop_tagged(txn, noun, row, zt_str_view(&arn));
}
