/* Thing groups and their members in memory, with their places in the indexes. Inside of the registry. */
#ifndef ZT_CLOUD_REGISTRY_GROUP_ROW_H
#define ZT_CLOUD_REGISTRY_GROUP_ROW_H

#include "cloud/registry/groups.h"
#include "cloud/registry/link.h"

typedef struct {
	zt_row row;
	zt_thing_group group;
	zt_link by_parent; /* unused at the root */
} zt_group_row;

/* Built mutable, then sealed, and never changed again. */
ZT_NODISCARD zt_status zt_group_row_new(zt_view name, zt_view parent, zt_group_row **ret);
ZT_NODISCARD zt_status zt_group_row_copy(const zt_thing_group *group, zt_group_row **ret);
void zt_group_row_free(zt_group_row *row);
ZT_DEFINE_CLEANUP(zt_group_row, zt_group_row_free)

/* NULL for NULL. */
const zt_thing_group *zt_thing_group_of_row(const zt_row *row);
const zt_group_member *zt_group_member_of_row(const zt_row *row);

/* Takes every member out of a group. */
ZT_NODISCARD zt_status zt_txn_group_empty(zt_txn *txn, zt_view group);

#endif
