#include "cloud/store/changes.h"

#include "base/secret.h"

zt_status zt_changes_new(zt_changes **ret)
{
	zt_changes *changes = calloc(1, sizeof *changes);
	ENSURE(changes, ZT_E_NOMEM);
	*ret = changes;
	return ZT_OK;
}

void zt_changes_free(zt_changes *changes)
{
	if (!changes)
		return;
	for (size_t i = 0; i < changes->count; i++) {
		/* Among the values are secrets. */
		zt_wipe(changes->items[i].bytes, changes->items[i].key_n + changes->items[i].value_n);
		free(changes->items[i].bytes);
	}
	free(changes->items);
	free(changes);
}

static zt_status reserve_one(zt_changes *changes)
{
	if (changes->count < changes->cap)
		return ZT_OK;
	size_t cap = changes->cap ? changes->cap * 2 : 4;
	zt_change *items = reallocarray(changes->items, cap, sizeof *items);
	ENSURE(items, ZT_E_NOMEM);
	changes->items = items;
	changes->cap = cap;
	return ZT_OK;
}

static zt_status append(zt_changes *changes, const zt_record *record, bool is_delete)
{
	ENSURE(record->key.n <= ZT_STORE_KEY_MAX && record->value.n <= ZT_STORE_VALUE_MAX, ZT_E_LIMIT);
	TRY(reserve_one(changes));
	uint8_t *bytes = malloc(record->key.n + record->value.n + 1);
	ENSURE(bytes, ZT_E_NOMEM);
	if (record->key.n)
		memcpy(bytes, record->key.p, record->key.n);
	if (record->value.n)
		memcpy(bytes + record->key.n, record->value.p, record->value.n);
	changes->items[changes->count++] =
	    (zt_change){ record->kind, is_delete, false, bytes, record->key.n, record->value.n };
	return ZT_OK;
}

zt_status zt_changes_put(zt_changes *changes, const zt_record *record)
{
	return append(changes, record, false);
}

zt_status zt_changes_delete(zt_changes *changes, unsigned kind, zt_view key)
{
	zt_record record = { .kind = kind, .key = key };
	return append(changes, &record, true);
}

void zt_changes_let_last_win(zt_changes *changes)
{
	changes->items[changes->count - 1].last_wins = true;
}
