/* Lambda functions, their resource policies, and asynchronous invocations that wait (AWS Lambda API reference). */
#ifndef ZT_CLOUD_REGISTRY_FUNCTIONS_H
#define ZT_CLOUD_REGISTRY_FUNCTIONS_H

#include <jansson.h>

#include "cloud/registry/registry.h"

typedef struct {
	char name[65];
	/* What GetFunctionConfiguration shows but for ARN and state: Runtime, Role, Handler, Description, Timeout,
	 * MemorySize, Environment, Architectures, CodeSize, CodeSha256, LastModified, RevisionId, … as the API names
	 * them. */
	json_t *configuration;
	json_t *policy;       /* array of statements (AddPermission), never NULL */
	char code_sha256[65]; /* hex; names the package on the disk: <data dir>/functions/<hex>.zip */
} zt_function;

const zt_function *zt_registry_function(const zt_registry *registry, zt_view name);
const zt_function *zt_registry_next_function(const zt_registry *registry, zt_view after_name);
/* ResourceConflictException "Function already exist: <name>". */
ZT_NODISCARD zt_status zt_txn_function_create(zt_txn *txn, zt_view name, const json_t *configuration,
					      const char *code_sha256, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_function_update(zt_txn *txn, zt_view name, const json_t *configuration,
					      const char *code_sha256, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_function_delete(zt_txn *txn, zt_view name, zt_error *ret_error);
/* Replaces the whole resource policy. */
ZT_NODISCARD zt_status zt_txn_function_policy(zt_txn *txn, zt_view name, const json_t *statements, zt_error *ret_error);

/* An asynchronous invocation: a row until it has ended, so a kill loses none. */
typedef struct {
	char request_id[37];
	char function[65];
	char *payload;
	size_t payload_n;
	unsigned attempts; /* ended in an error so far */
	int64_t accepted_ms, not_before_ms;
} zt_invocation;
const zt_invocation *zt_registry_invocation(const zt_registry *registry, zt_view request_id);
const zt_invocation *zt_registry_next_invocation(const zt_registry *registry, zt_view after_request_id);
ZT_NODISCARD zt_status zt_txn_invocation_put(zt_txn *txn, const zt_invocation *invocation, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_invocation_delete(zt_txn *txn, zt_view request_id, zt_error *ret_error);

#endif
