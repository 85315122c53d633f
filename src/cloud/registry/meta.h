/* Single texts of the account that belong to no noun. */
#ifndef ZT_CLOUD_REGISTRY_META_H
#define ZT_CLOUD_REGISTRY_META_H

#include "cloud/registry/state.h"

/* NULL when it was never set. Borrowed. */
const char *zt_meta_text(const zt_registry *registry, zt_view key);
ZT_NODISCARD zt_status zt_meta_put(zt_txn *txn, zt_view key, zt_view text, const char **ret);
/* What is not there is fine. */
ZT_NODISCARD zt_status zt_meta_drop(zt_txn *txn, zt_view key);

#endif
