/* An IAM role in memory. Built mutable, then put, and never changed again. */
#ifndef ZT_CLOUD_REGISTRY_ROLE_ROW_H
#define ZT_CLOUD_REGISTRY_ROLE_ROW_H

#include "cloud/registry/refuse.h"
#include "cloud/registry/roles.h"
#include "cloud/registry/state.h"

typedef struct {
	zt_row row;
	zt_role role;               /* what it points to is owned */
	zt_inline_policy *policies; /* role.policies */
} zt_role_row;

ZT_NODISCARD zt_status zt_role_row_new(zt_view name, zt_role_row **ret);
/* The same again, with room for `extra` more inline policies. */
ZT_NODISCARD zt_status zt_role_row_copy(const zt_role *role, size_t extra, zt_role_row **ret);
void zt_role_row_free(zt_role_row *row);
ZT_DEFINE_CLEANUP(zt_role_row, zt_role_row_free)
/* Copies and compiles. MalformedPolicyDocument. */
ZT_NODISCARD zt_status zt_role_row_set_trust(zt_role_row *row, zt_view document, zt_error *ret_error);
ZT_NODISCARD zt_status zt_inline_policy_set(zt_inline_policy *policy, zt_view name, zt_view document,
					    zt_error *ret_error);
void zt_inline_policy_clear(zt_inline_policy *policy);

#endif
