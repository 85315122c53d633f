/* Device shadows: one document a row, by thing and shadow name; what is in it is src/cloud/shadow's business. */
#ifndef ZT_CLOUD_REGISTRY_SHADOWS_H
#define ZT_CLOUD_REGISTRY_SHADOWS_H

#include "cloud/registry/registry.h"

enum {
	ZT_SHADOW_NAME_MAX = 64, /* AWS IoT Device Shadow quotas, "shadow name" */
	ZT_SHADOW_RECORD_MAX =
	    1024 * 1024, /* a document of 8 KB; its metadata has some 30 bytes for each of its leaves */
};

typedef struct {
	char thing[129];
	char name[ZT_SHADOW_NAME_MAX + 1]; /* "": the classic one */
	char *document;                    /* JSON */
	size_t document_n;
} zt_shadow_row;

/* The thing need not be in the registry (AWS IoT, "Device Shadow service"). NULL when there is none. */
const zt_shadow_row *zt_registry_shadow(const zt_registry *registry, zt_view thing, zt_view name);
/* The thing's next shadow in order of name, behind `after_name`; NULL at the end. The classic one is never among them.
 */
const zt_shadow_row *zt_registry_next_named_shadow(const zt_registry *registry, zt_view thing, zt_view after_name);
/* LimitExceededException when there are too many. */
ZT_NODISCARD zt_status zt_txn_shadow_put(zt_txn *txn, zt_view thing, zt_view name, zt_view document,
					 zt_error *ret_error);

#endif
