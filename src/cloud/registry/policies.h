/* IoT policies, their versions and attachments (AWS IoT API reference; AWS IoT Core policies). */
#ifndef ZT_CLOUD_REGISTRY_POLICIES_H
#define ZT_CLOUD_REGISTRY_POLICIES_H

#include "cloud/registry/registry.h"
#include "policy/document.h"

enum {
	ZT_POLICY_NAME_MAX = 128,
	ZT_POLICY_VERSIONS_MAX = 5,
	ZT_POLICIES_PER_TARGET_MAX = 10,
	ZT_POLICY_CHARS_MAX = 2048
};

typedef struct {
	unsigned id; /* 1, 2, … never used again */
	bool is_default;
	char *document;
	int64_t created_ms;
} zt_policy_version;

typedef struct {
	char name[ZT_POLICY_NAME_MAX + 1];
	char generation_id[37];
	int64_t created_ms, modified_ms;
	zt_policy_version versions[ZT_POLICY_VERSIONS_MAX]; /* oldest first */
	size_t version_count;
	const zt_policy *compiled; /* of the default version */
} zt_iot_policy;

const zt_iot_policy *zt_registry_policy(const zt_registry *registry, zt_view name);
const zt_iot_policy *zt_registry_next_policy(const zt_registry *registry, zt_view after_name);
/* Policies attached to a target (certificate or thing group ARN), index-th in order of name; NULL past the end. */
const zt_iot_policy *zt_registry_policy_of_target(const zt_registry *registry, zt_view target_arn, size_t index);
/* Targets of a policy, index-th in order of ARN; empty past the end. */
zt_view zt_registry_target_of_policy(const zt_registry *registry, zt_view name, size_t index);

/* MalformedPolicyException (also over 2,048 characters without white space), ResourceAlreadyExistsException. */
ZT_NODISCARD zt_status zt_txn_policy_create(zt_txn *txn, zt_view name, zt_view document, const zt_iot_policy **ret,
					    zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_policy_delete(zt_txn *txn, zt_view name, zt_error *ret_error);
/* VersionsLimitExceededException beyond five. */
ZT_NODISCARD zt_status zt_txn_policy_version_create(zt_txn *txn, zt_view name, zt_view document, bool set_default,
						    const zt_policy_version **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_policy_version_default(zt_txn *txn, zt_view name, unsigned version, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_policy_version_delete(zt_txn *txn, zt_view name, unsigned version, zt_error *ret_error);
/* Attaching again is fine. The policy and (for a certificate ARN) the certificate must exist. */
ZT_NODISCARD zt_status zt_txn_policy_attach(zt_txn *txn, zt_view name, zt_view target_arn, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_policy_detach(zt_txn *txn, zt_view name, zt_view target_arn, zt_error *ret_error);

#endif
