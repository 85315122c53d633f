/* An IoT policy in memory. Built mutable, then put, and never changed again. */
#ifndef ZT_CLOUD_REGISTRY_POLICY_ROW_H
#define ZT_CLOUD_REGISTRY_POLICY_ROW_H

#include "cloud/registry/policies.h"
#include "cloud/registry/refuse.h"
#include "cloud/registry/state.h"

typedef struct {
	zt_row row;
	zt_iot_policy policy; /* the versions' documents are owned */
	zt_policy *compiled;  /* policy.compiled */
	unsigned next_version;
} zt_policy_row;

ZT_NODISCARD zt_status zt_policy_row_new(zt_view name, zt_policy_row **ret);
/* The same again, without a compiled form. */
ZT_NODISCARD zt_status zt_policy_row_copy(const zt_policy_row *old, zt_policy_row **ret);
void zt_policy_row_free(zt_policy_row *row);
ZT_DEFINE_CLEANUP(zt_policy_row, zt_policy_row_free)
/* Compiles the default version. */
ZT_NODISCARD zt_status zt_policy_row_seal(zt_policy_row *row, zt_error *ret_error);

#endif
