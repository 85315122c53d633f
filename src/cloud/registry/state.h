/* The registry's inside: seen by the registry's own files alone.
 *
 * Objects in memory never change: a change makes a new one and puts it in the place of the old. Undo puts the old one
 * back, which cannot fail, since the indexes are intrusive. An old object is freed when what replaced it is durable. */
#ifndef ZT_CLOUD_REGISTRY_STATE_H
#define ZT_CLOUD_REGISTRY_STATE_H

#include "cloud/registry/index.h"
#include "cloud/registry/registry.h"

enum { ZT_KIND_COUNT = ZT_KIND_OWNERSHIP + 1, ZT_LISTENERS_MAX = 8 };

/* The first member of every noun's object. */
typedef struct {
	zt_node node; /* key: the record's key */
} zt_row;

/* What the core must know of a noun. */
typedef struct {
	zt_kind kind;
	const char *name; /* "certificate" */
	/* Makes the object of a stored record; the key is checked by the noun. */
	zt_status (*decode)(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error);
	zt_status (*encode)(const zt_row *row, zt_str *out);
	void (*free)(zt_row *row);
	/* Puts into, takes from further indexes. NULL when there are none. */
	void (*link)(zt_registry *registry, zt_row *row);
	void (*unlink)(zt_registry *registry, zt_row *row);
} zt_noun;

extern const zt_noun zt_noun_meta, zt_noun_ca, zt_noun_certificate, zt_noun_thing, zt_noun_thing_type, zt_noun_policy,
    zt_noun_attachment, zt_noun_rule, zt_noun_function, zt_noun_invocation, zt_noun_role, zt_noun_access_key,
    zt_noun_tags, zt_noun_retained, zt_noun_shadow, zt_noun_log_group, zt_noun_template, zt_noun_thing_group,
    zt_noun_group_member, zt_noun_destination, zt_noun_ownership;

typedef struct {
	zt_change_fn changed;
	void *context;
} zt_listener;

struct zt_registry {
	zt_store *store;
	zt_account account;
	zt_clock clock;
	zt_durable_fn durable; /* or NULL */
	void *durable_context;
	zt_listener listeners[ZT_LISTENERS_MAX];
	size_t listener_count;

	zt_index rows[ZT_KIND_COUNT]; /* by record key */
	/* Keys of several parts are joined by NUL, which no part holds; times are 16 hex digits. */
	zt_index things_by_principal;      /* principal ARN, thing name */
	zt_index things_by_attribute;      /* attribute, value, thing name */
	zt_index things_by_type;           /* thing type, thing name */
	zt_index cas_by_creation;          /* position */
	zt_index cas_by_subject;           /* hash of 32 bytes, id */
	zt_index certificates_by_creation; /* position */
	zt_index certificates_by_ca;       /* CA id, position */
	zt_index attachments_by_target;    /* target ARN, policy name */
	zt_index groups_by_parent;         /* parent group, group */
	zt_index members_by_thing;         /* thing, group */
	zt_index sessions;                 /* access key id */
	zt_index sessions_by_expiry;       /* time, access key id */

	zt_txn *open;         /* begun, not yet committed or aborted */
	zt_txn *first, *last; /* submitted, not yet durable, oldest first */
	bool foreign;         /* a change of another process is being told */
	zt_lost_fn lost;
	void *lost_context;
};

/* NULL when this version knows no such kind. */
const zt_noun *zt_noun_of(unsigned kind);
/* Another process changed that record: memory follows. What is in flight here and touches it will fail. A record that
 * this version cannot read is named in *ret_error: memory is then behind for good. */
ZT_NODISCARD zt_status zt_registry_follow(zt_registry *registry, const zt_record *record, bool gone,
					  zt_error *ret_error);

/* Makes the object of a stored record. A record that breaks its form is named in *ret_error. */
ZT_NODISCARD zt_status zt_registry_decode(zt_registry *registry, const zt_record *record, zt_row **ret,
					  zt_error *ret_error);
/* Takes a stored record into memory; as before. */
ZT_NODISCARD zt_status zt_registry_load(zt_registry *registry, const zt_record *record, zt_error *ret_error);

/* NULL when there is none. */
zt_row *zt_row_find(const zt_registry *registry, zt_kind kind, zt_view key);
zt_row *zt_row_after(const zt_registry *registry, zt_kind kind, zt_view key);

/* Ends all sessions. */
void zt_sessions_free(zt_registry *registry);

/* Tells the watcher of a step that is on the disk. */
void zt_registry_tell(const zt_registry *registry, zt_kind kind, const zt_row *before, const zt_row *after);

/* Takes over `row` in every case; it replaces the one with its key. ZT_E_NOMEM leaves all as it was. */
ZT_NODISCARD zt_status zt_txn_put(zt_txn *txn, const zt_noun *noun, zt_row *row);
/* Takes the row out; the transaction keeps it until it is durable. */
ZT_NODISCARD zt_status zt_txn_drop(zt_txn *txn, const zt_noun *noun, zt_row *row);
/* Drops the row and the tags of the resource that it is; of IoT's resources the ARN is made from type and key. */
ZT_NODISCARD zt_status zt_txn_drop_tagged(zt_txn *txn, const zt_noun *noun, zt_row *row, zt_view resource_arn);
ZT_NODISCARD zt_status zt_txn_drop_tagged_iot(zt_txn *txn, const zt_noun *noun, zt_row *row, const char *arn_type);
zt_registry *zt_txn_registry(const zt_txn *txn);
/* A mutator of several steps takes a mark first and goes back to it when a later step fails. */
size_t zt_txn_mark(const zt_txn *txn);
void zt_txn_rewind(zt_txn *txn, size_t mark);

#endif
