/* The registry: every noun of the account in memory, backed by the store.
 *
 * Reads answer from memory, without a disk. A change is made inside a transaction: it is checked and
 * visible in memory at once, and acknowledged to its caller when it is durable (zt_txn_commit). When
 * the disk refuses it, memory is put back as it was and every caller is told.
 *
 * All on the loop's thread. Pointers to nouns are borrowed and valid until the next change or return
 * to the loop. Mutators check everything before they change anything; on failure they fill zt_error with
 * AWS's exception name in `code` (such as "ResourceAlreadyExistsException"), AWS's words in `text` and its
 * status in `http`, and leave the transaction as it was. Where AWS has no exception (ZT_E_NOMEM; ZT_E_DISK_FULL
 * and ZT_E_IO when what the transaction builds upon was undone) zt_error is left alone. Sources: AWS IoT API
 * reference, and the pages named per rule. */
#ifndef ZT_CLOUD_REGISTRY_H
#define ZT_CLOUD_REGISTRY_H

#include "cloud/account.h"
#include "cloud/store/store.h"
#include "zerotouch/clock.h"

typedef struct zt_registry zt_registry;
typedef struct zt_txn zt_txn;

/* What changed, for whoever keeps something derived (compiled policies, open connections). */
typedef enum {
	ZT_KIND_META = 1,
	ZT_KIND_CA,
	ZT_KIND_CERTIFICATE,
	ZT_KIND_THING,
	ZT_KIND_THING_TYPE,
	ZT_KIND_POLICY,
	ZT_KIND_POLICY_ATTACHMENT, /* key: policy name NUL target ARN */
	ZT_KIND_RULE,
	ZT_KIND_FUNCTION,
	ZT_KIND_ROLE,
	ZT_KIND_TAGS,       /* key: resource ARN */
	ZT_KIND_RETAINED,   /* key: topic */
	ZT_KIND_INVOCATION, /* key: request id */
	ZT_KIND_ACCESS_KEY,
	ZT_KIND_LOG_GROUP,
	ZT_KIND_TEMPLATE, /* provisioning templates */
	ZT_KIND_SHADOW,   /* key: thing name NUL shadow name */
	ZT_KIND_THING_GROUP,
	ZT_KIND_GROUP_MEMBER, /* key: group name NUL thing name */
	ZT_KIND_DESTINATION,  /* of rules by HTTPS */
	ZT_KIND_OWNERSHIP,    /* key: digest of the token */
} zt_kind;

/* Loads all from the store. */
ZT_NODISCARD zt_status zt_registry_new(zt_store *store, const zt_account *account, zt_clock clock, zt_registry **ret,
				       zt_error *ret_error);
/* Close the store first: its last callbacks still need the registry. NULL is fine. */
void zt_registry_free(zt_registry *registry);
const zt_account *zt_registry_account(const zt_registry *registry);
int64_t zt_registry_now_ms(const zt_registry *registry);

/* Called after each change in memory (a put, a delete, an undo) with the record's key. Eight listeners at most. */
typedef void (*zt_change_fn)(void *context, zt_kind kind, zt_view key);
ZT_NODISCARD zt_status zt_registry_listen(zt_registry *registry, zt_change_fn changed, void *context);
/* The listener is not called any more. One that does not listen is fine. */
void zt_registry_unlisten(zt_registry *registry, zt_change_fn changed, const void *context);

/* Called for each change that is durable, in order, with what was there before and after it (NULL: nothing): a
 * zt_thing, zt_thing_type, zt_thing_group or zt_group_member by its kind; of other kinds nothing is told. One watcher;
 * NULL ends it. */
typedef void (*zt_durable_fn)(void *context, zt_kind kind, const void *before, const void *after);
void zt_registry_watch(zt_registry *registry, zt_durable_fn changed, void *context);

/* With a store that processes share: whether the change that a listener is told of was made by another process. */
bool zt_registry_is_foreign(const zt_registry *registry);
/* `lost` runs when memory can no longer follow what other processes change (this one stood still for too long, or
 * cannot read a record): this one must end. */
typedef void (*zt_lost_fn)(void *context);
void zt_registry_tell_loss(zt_registry *registry, zt_lost_fn lost, void *context);

/* One at a time is under construction (ZT_E_STATE); any number may be on their way to the disk. */
ZT_NODISCARD zt_status zt_txn_begin(zt_registry *registry, zt_txn **ret);
/* Undoes it in memory. NULL is fine. */
void zt_txn_abort(zt_txn *txn);
/* Takes over `txn`. done runs on the loop when it is durable, or failed and undone; an empty one is done at once.
 * `done` may be NULL. */
void zt_txn_commit(zt_txn *txn, zt_store_done_fn done, void *context);

#endif
