/* Tags by resource ARN, and retained messages by topic. */
#ifndef ZT_CLOUD_REGISTRY_TAGS_H
#define ZT_CLOUD_REGISTRY_TAGS_H

#include <jansson.h>

#include "cloud/registry/registry.h"

enum { ZT_TAGS_MAX = 50 };

/* An object of strings, or NULL when it has no tags. Borrowed. */
const json_t *zt_registry_tags(const zt_registry *registry, zt_view resource_arn);
/* Adds or replaces; an object of strings. */
ZT_NODISCARD zt_status zt_txn_tags_put(zt_txn *txn, zt_view resource_arn, const json_t *tags, zt_error *ret_error);
/* `keys` an array of strings; NULL removes all. */
ZT_NODISCARD zt_status zt_txn_tags_remove(zt_txn *txn, zt_view resource_arn, const json_t *keys, zt_error *ret_error);

#endif
