#include "base/log.h"
#include "base/secret.h"
#include "cloud/registry/state.h"

typedef struct {
	const zt_noun *noun;
	zt_row *before, *after; /* NULL when there was, or is, none */
} step;

struct zt_txn {
	zt_registry *registry;
	step *steps;
	size_t count, cap;
	zt_txn *older, *newer; /* neighbours in flight */
	zt_store_done_fn done;
	void *context;
	zt_status undone; /* why it was undone, ZT_OK while it stands */
	bool doomed;      /* undone before the store had refused it, as it will */
};

static void notify(const zt_registry *registry, zt_kind kind, zt_view key)
{
	for (size_t i = 0; i < registry->listener_count; i++)
		registry->listeners[i].changed(registry->listeners[i].context, kind, key);
}

static void replace(zt_registry *registry, const zt_noun *noun, zt_row *before, zt_row *after)
{
	if (before) {
		if (noun->unlink)
			noun->unlink(registry, before);
		zt_index_take(&registry->rows[noun->kind], &before->node);
	}
	if (after) {
		zt_index_put(&registry->rows[noun->kind], &after->node);
		if (noun->link)
			noun->link(registry, after);
	}
	notify(registry, noun->kind, after ? after->node.key : before->node.key);
}

zt_status zt_txn_begin(zt_registry *registry, zt_txn **ret)
{
	ENSURE(!registry->open, ZT_E_STATE);
	zt_txn *txn = calloc(1, sizeof *txn);
	ENSURE(txn, ZT_E_NOMEM);
	txn->registry = registry;
	registry->open = txn;
	*ret = txn;
	return ZT_OK;
}

zt_registry *zt_txn_registry(const zt_txn *txn)
{
	return txn->registry;
}

static zt_status reserve_step(zt_txn *txn)
{
	ENSURE(txn->undone == ZT_OK, txn->undone);
	if (txn->count < txn->cap)
		return ZT_OK;
	size_t cap = txn->cap ? txn->cap * 2 : 4;
	step *steps = reallocarray(txn->steps, cap, sizeof *steps);
	ENSURE(steps, ZT_E_NOMEM);
	txn->steps = steps;
	txn->cap = cap;
	return ZT_OK;
}

static void take_step(zt_txn *txn, const zt_noun *noun, zt_row *before, zt_row *after)
{
	txn->steps[txn->count++] = (step){ noun, before, after };
	replace(txn->registry, noun, before, after);
}

zt_status zt_txn_put(zt_txn *txn, const zt_noun *noun, zt_row *row)
{
	zt_status status = reserve_step(txn);
	if (status == ZT_OK)
		take_step(txn, noun, zt_row_find(txn->registry, noun->kind, row->node.key), row);
	else
		noun->free(row);
	return status;
}

zt_status zt_txn_drop(zt_txn *txn, const zt_noun *noun, zt_row *row)
{
	TRY(reserve_step(txn));
	take_step(txn, noun, row, NULL);
	return ZT_OK;
}

size_t zt_txn_mark(const zt_txn *txn)
{
	return txn->count;
}

void zt_txn_rewind(zt_txn *txn, size_t mark)
{
	while (txn->count > mark) {
		step *last = &txn->steps[--txn->count];
		replace(txn->registry, last->noun, last->after, last->before);
		if (last->after)
			last->noun->free(last->after);
	}
}

static void undo(zt_txn *txn, zt_status why)
{
	zt_txn_rewind(txn, 0);
	txn->undone = why;
}

static void txn_free(zt_txn *txn)
{
	for (size_t i = 0; i < txn->count; i++)
		if (txn->steps[i].before)
			txn->steps[i].noun->free(txn->steps[i].before);
	free(txn->steps);
	free(txn);
}

void zt_txn_abort(zt_txn *txn)
{
	if (!txn)
		return;
	undo(txn, ZT_E_CANCELLED);
	txn->registry->open = NULL;
	txn_free(txn);
}

static zt_status encode_step(const step *taken, zt_changes *changes)
{
	if (!taken->after)
		return zt_changes_delete(changes, taken->noun->kind, taken->before->node.key);
	/* Among the values are secrets. */
	ZT_CLEANUP(zt_str_free_wiped) zt_str value = ZT_STR(ZT_STORE_VALUE_MAX);
	TRY(taken->noun->encode(taken->after, &value));
	zt_record record = { taken->noun->kind, taken->after->node.key, zt_str_view(&value) };
	return zt_changes_put(changes, &record);
}

ZT_DEFINE_CLEANUP(zt_changes, zt_changes_free)

/* A retained message replaces the one before it, whatever that was; so it is between processes. */
static bool last_wins(const zt_noun *noun)
{
	return noun->kind == ZT_KIND_RETAINED;
}

static zt_status encode(const zt_txn *txn, zt_changes **ret)
{
	ZT_CLEANUP(zt_changes_freep) zt_changes *changes = NULL;
	TRY(zt_changes_new(&changes));
	for (size_t i = 0; i < txn->count; i++) {
		TRY(encode_step(&txn->steps[i], changes));
		if (last_wins(txn->steps[i].noun))
			zt_changes_let_last_win(changes);
	}
	*ret = ZT_STEAL(changes);
	return ZT_OK;
}

static void end(zt_txn *txn, zt_status status)
{
	zt_store_done_fn done = txn->done;
	void *context = txn->context;
	for (size_t i = 0; status == ZT_OK && i < txn->count; i++)
		zt_registry_tell(txn->registry, txn->steps[i].noun->kind, txn->steps[i].before, txn->steps[i].after);
	txn_free(txn);
	if (done)
		done(context, status);
}

static void enter_flight(zt_registry *registry, zt_txn *txn)
{
	txn->older = registry->last;
	if (registry->last)
		registry->last->newer = txn;
	else
		registry->first = txn;
	registry->last = txn;
}

/* Always the oldest: the store answers in the order of submission. */
static void leave_flight(zt_registry *registry, const zt_txn *txn)
{
	registry->first = txn->newer;
	if (registry->first)
		registry->first->older = NULL;
	else
		registry->last = NULL;
}

/* All in flight may build upon the one that failed, and fail with it; the one under construction too. */
static void undo_all(zt_registry *registry, zt_status why)
{
	if (registry->open)
		undo(registry->open, why);
	for (zt_txn *txn = registry->last; txn; txn = txn->older)
		undo(txn, why);
	LOG_ERROR("registry", "changes were not written: memory is put back", ZT_KV_STR("cause", zt_status_text(why)));
}

static void written(void *argument, zt_status status)
{
	zt_txn *txn = argument;
	zt_registry *registry = txn->registry;
	if (status != ZT_OK && (txn->undone == ZT_OK || txn->doomed))
		undo_all(registry, status);
	leave_flight(registry, txn);
	end(txn, status);
}

static bool touches(const zt_txn *txn, const zt_noun *noun, zt_view key)
{
	for (size_t i = 0; i < txn->count; i++) {
		const zt_row *row = txn->steps[i].after ? txn->steps[i].after : txn->steps[i].before;
		if (txn->steps[i].noun == noun && zt_view_equal(row->node.key, key))
			return true;
	}
	return false;
}

static zt_txn *first_to_touch(const zt_registry *registry, const zt_noun *noun, zt_view key)
{
	for (zt_txn *txn = registry->first; txn; txn = txn->newer)
		if (touches(txn, noun, key))
			return txn;
	return NULL;
}

/* The store will refuse it, and with it all behind it (store.h). */
static void doom(zt_registry *registry, zt_txn *first)
{
	if (registry->open)
		undo(registry->open, ZT_E_CONFLICT);
	for (zt_txn *txn = registry->last; txn != first; txn = txn->older)
		undo(txn, ZT_E_CONFLICT);
	undo(first, ZT_E_CONFLICT);
	first->doomed = true;
}

static void follow(zt_registry *registry, const zt_noun *noun, zt_view key, zt_row *after)
{
	zt_row *before = zt_row_find(registry, noun->kind, key);
	if (!before && !after)
		return;
	registry->foreign = true;
	replace(registry, noun, before, after);
	registry->foreign = false;
	if (before)
		noun->free(before);
}

zt_status zt_registry_follow(zt_registry *registry, const zt_record *record, bool gone, zt_error *ret_error)
{
	zt_row *after = NULL;
	if (!gone)
		TRY(zt_registry_decode(registry, record, &after, ret_error));
	const zt_noun *noun = zt_noun_of(record->kind);
	zt_txn *touching = noun ? first_to_touch(registry, noun, record->key) : NULL;
	/* Ours will be the later one. */
	if (touching && last_wins(noun)) {
		if (after)
			noun->free(after);
		return ZT_OK;
	}
	if (touching)
		doom(registry, touching);
	if (noun)
		follow(registry, noun, record->key, after);
	return ZT_OK;
}

void zt_txn_commit(zt_txn *txn, zt_store_done_fn done, void *context)
{
	zt_registry *registry = txn->registry;
	zt_changes *changes = NULL;
	zt_status status = txn->undone;
	registry->open = NULL;
	txn->done = done;
	txn->context = context;
	if (status == ZT_OK && txn->count)
		status = encode(txn, &changes);
	if (!changes) {
		if (status != ZT_OK)
			undo(txn, status);
		end(txn, status);
		return;
	}
	enter_flight(registry, txn);
	zt_store_submit(registry->store, changes, written, txn);
}
