/* Static thing groups, their hierarchy and their members (AWS IoT, "Static thing groups"; AWS IoT API reference). */
#ifndef ZT_CLOUD_REGISTRY_GROUPS_H
#define ZT_CLOUD_REGISTRY_GROUPS_H

#include "cloud/registry/things.h"

/* AWS IoT Device Management quotas, "thing groups". */
enum {
	ZT_GROUPS_OF_THING_MAX = 10,
	ZT_GROUP_DEPTH_MAX = 7,
	ZT_GROUP_CHILDREN_MAX = 100,
	ZT_GROUP_ATTRIBUTES_MAX = 50,
	ZT_GROUP_DESCRIPTION_MAX = 2028,
};

typedef struct {
	char name[ZT_THING_NAME_MAX + 1];
	char id[37];
	char parent[ZT_THING_NAME_MAX + 1]; /* "" at the root; never changes */
	char parent_id[37];
	char *description;  /* NULL when absent */
	json_t *attributes; /* object of strings, never NULL */
	uint64_t version;   /* 1 when made */
	int64_t created_ms;
} zt_thing_group;

typedef struct {
	char group[ZT_THING_NAME_MAX + 1], thing[ZT_THING_NAME_MAX + 1];
	char group_id[37], thing_id[37];
	char id[37]; /* of the membership */
} zt_group_member;

const zt_thing_group *zt_registry_thing_group(const zt_registry *registry, zt_view name);
/* In order of name; "" begins; NULL at the end. */
const zt_thing_group *zt_registry_next_thing_group(const zt_registry *registry, zt_view after_name);
/* NULL at the root. */
const zt_thing_group *zt_registry_parent_group(const zt_registry *registry, const zt_thing_group *group);
/* Direct children, index-th in order of name; NULL past the end. */
const zt_thing_group *zt_registry_child_group(const zt_registry *registry, zt_view parent, size_t index);
/* Whether `group` is below `ancestor`, at any depth; not below itself. */
bool zt_registry_group_is_below(const zt_registry *registry, const zt_thing_group *group, zt_view ancestor);
/* Members of a group itself, in order of name; "" begins; NULL at the end. */
const zt_thing *zt_registry_next_thing_of_group(const zt_registry *registry, zt_view group, zt_view after_name);
/* Groups of a thing, index-th in order of name; NULL past the end. */
const zt_thing_group *zt_registry_group_of_thing(const zt_registry *registry, zt_view thing, size_t index);

typedef struct {
	zt_view name, parent, description; /* parent, description: empty when absent */
	const json_t *attributes;          /* object or NULL */
} zt_thing_group_spec;
/* The same group again is returned as it is; another configuration is ResourceAlreadyExistsException. */
ZT_NODISCARD zt_status zt_txn_thing_group_create(zt_txn *txn, const zt_thing_group_spec *spec,
						 const zt_thing_group **ret, zt_error *ret_error);
typedef struct {
	zt_view name;
	zt_view description;       /* p NULL: as it was */
	const json_t *attributes;  /* or NULL */
	bool merge;                /* an empty string removes an attribute */
	uint64_t expected_version; /* 0: any; otherwise VersionConflictException when it differs */
} zt_thing_group_update;
ZT_NODISCARD zt_status zt_txn_thing_group_update(zt_txn *txn, const zt_thing_group_update *update,
						 const zt_thing_group **ret, zt_error *ret_error);
/* A group that is not there is fine; one with children is InvalidRequestException. Members leave it and policies are
 * detached. */
ZT_NODISCARD zt_status zt_txn_thing_group_delete(zt_txn *txn, zt_view name, uint64_t expected_version,
						 zt_error *ret_error);

/* Being a member already is fine. InvalidRequestException when the thing is in another group of the same hierarchy,
 * or in ten groups (the operation's model has no LimitExceededException). */
ZT_NODISCARD zt_status zt_txn_group_add(zt_txn *txn, zt_view group, zt_view thing, zt_error *ret_error);
/* Being no member is fine; both must exist. */
ZT_NODISCARD zt_status zt_txn_group_remove(zt_txn *txn, zt_view group, zt_view thing, zt_error *ret_error);
/* Takes a thing that is about to be deleted out of all its groups. */
ZT_NODISCARD zt_status zt_txn_group_forget_thing(zt_txn *txn, zt_view thing);

#endif
