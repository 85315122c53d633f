/* Log groups of CloudWatch Logs: names and retention. What is in them is cloud/logs' work. */
#ifndef ZT_CLOUD_REGISTRY_LOG_GROUPS_H
#define ZT_CLOUD_REGISTRY_LOG_GROUPS_H

#include "cloud/registry/registry.h"

enum {
	ZT_LOG_NAME_MAX = 512,   /* of groups and streams (CloudWatch Logs quotas) */
	ZT_LOG_GROUPS_MAX = 200, /* AWS allows 1,000,000; each may hold cloud/logs' bytes in memory */
};

typedef struct {
	char name[ZT_LOG_NAME_MAX + 1];
	unsigned retention_days; /* 0: for ever */
	int64_t created_ms;
} zt_log_group;

const zt_log_group *zt_registry_log_group(const zt_registry *registry, zt_view name);
const zt_log_group *zt_registry_next_log_group(const zt_registry *registry, zt_view after_name);
/* ResourceAlreadyExistsException, LimitExceededException. */
ZT_NODISCARD zt_status zt_txn_log_group_create(zt_txn *txn, zt_view name, zt_error *ret_error);
/* days 0: for ever. ResourceNotFoundException; so of the next one. */
ZT_NODISCARD zt_status zt_txn_log_group_retain(zt_txn *txn, zt_view name, unsigned days, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_log_group_delete(zt_txn *txn, zt_view name, zt_error *ret_error);

#endif
