/* IAM roles, access keys and the sessions of assumed roles (IAM API reference). */
#ifndef ZT_CLOUD_REGISTRY_ROLES_H
#define ZT_CLOUD_REGISTRY_ROLES_H

#include <jansson.h>

#include "base/secret.h"
#include "cloud/registry/registry.h"
#include "policy/document.h"

typedef struct {
	char name[129];
	char *document;
	const zt_policy *compiled;
} zt_inline_policy;

typedef struct {
	char name[65];
	char id[22]; /* AROA… */
	char path[513];
	char *description, *trust_document;
	const zt_policy *trust;
	unsigned max_session_s;
	int64_t created_ms;
	const zt_inline_policy *policies; /* in order of name */
	size_t policy_count;
	json_t *attached; /* array of managed policy ARNs, never NULL */
} zt_role;

const zt_role *zt_registry_role(const zt_registry *registry, zt_view name);
const zt_role *zt_registry_next_role(const zt_registry *registry, zt_view after_name);
/* arn:aws:iam::A:role/<path><name>; and the role of such an ARN, NULL when it names none of this account's. */
ZT_NODISCARD zt_status zt_role_arn(const zt_registry *registry, const zt_role *role, zt_str *out);
const zt_role *zt_registry_role_of_arn(const zt_registry *registry, zt_view arn);
/* Whether a service ("lambda.amazonaws.com"), or whoever has an ARN, may assume it. */
bool zt_role_trusts(const zt_role *role, zt_view principal);
typedef struct {
	zt_view name, path, description, trust_document;
	unsigned max_session_s; /* 0: 3600 */
} zt_role_spec;
/* EntityAlreadyExists, MalformedPolicyDocument. IAM's error codes have no "Exception" behind them. */
ZT_NODISCARD zt_status zt_txn_role_create(zt_txn *txn, const zt_role_spec *spec, const zt_role **ret,
					  zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_role_trust(zt_txn *txn, zt_view name, zt_view trust_document, zt_error *ret_error);
/* DeleteConflict while it has policies. */
ZT_NODISCARD zt_status zt_txn_role_delete(zt_txn *txn, zt_view name, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_role_policy_put(zt_txn *txn, zt_view role, zt_view policy, zt_view document,
					      zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_role_policy_delete(zt_txn *txn, zt_view role, zt_view policy, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_role_attach(zt_txn *txn, zt_view role, zt_view policy_arn, bool attach,
					  zt_error *ret_error);

/* Whoever signs requests. */
typedef struct {
	char id[129]; /* access key id, AKIA… or ASIA… */
	zt_secret secret;
	zt_secret token;         /* session token; n == 0 for long-lived keys */
	char principal_arn[256]; /* arn:aws:iam::A:root, or arn:aws:sts::A:assumed-role/<role>/<session> */
	char user_id[128];       /* what GetCallerIdentity shows */
	char role[65];           /* role whose policies bind it; "" for the root, who may do everything */
	int64_t expires_ms;      /* INT64_MAX for long-lived keys */
} zt_access_key;

/* NULL when there is none, or when the role of a session is no more. An expired session may still be there: look at
 * expires_ms. */
const zt_access_key *zt_registry_access_key(const zt_registry *registry, zt_view id);
/* The account's root key; NULL before it was put. */
const zt_access_key *zt_registry_root_key(const zt_registry *registry);
/* The account's root key; kept in the store, replaced when another id is given. */
ZT_NODISCARD zt_status zt_txn_root_key_put(zt_txn *txn, zt_view id, zt_view secret, zt_error *ret_error);
/* A session of a role, in memory alone (a restart ends it); expired ones are dropped as new ones are made. */
ZT_NODISCARD zt_status zt_registry_session_new(zt_registry *registry, const zt_role *role, zt_view session_name,
					       unsigned duration_s, const zt_access_key **ret, zt_error *ret_error);

#endif
