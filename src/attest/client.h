/* The authority's operator API from the operator's end: HTTP over the Unix socket of a running zerotouch-attest
 * (docs/contracts.md, "The authority's operator API").
 *
 * Each call is one request and blocks, at most ZT_ATTEST_CALL_MS. *ret_body is the answer's JSON object, a new
 * reference. Errors carry the authority's code and message: ZT_E_NOT_FOUND (UnknownTenant), ZT_E_EXISTS (TenantExists),
 * ZT_E_INVALID, ZT_E_THROTTLED, ZT_E_UNAVAILABLE; ZT_E_NETWORK when nothing answers at the socket. */
#ifndef ZT_ATTEST_CLIENT_H
#define ZT_ATTEST_CLIENT_H

#include <jansson.h>

#include "attest/limits.h"
#include "base/error.h"
#include "zerotouch/view.h"

enum { ZT_ATTEST_CALL_MS = 30 * 1000, ZT_ATTEST_ANSWER_MAX = 16 * 1024 * 1024 };

typedef struct zt_attest_client zt_attest_client;

/* `socket_path` is "operator" of the endpoints file; nothing is connected yet. Use it from one thread at a time. */
ZT_NODISCARD zt_status zt_attest_client_new(const char *socket_path, zt_attest_client **ret, zt_error *ret_error);
void zt_attest_client_free(zt_attest_client *client);
ZT_DEFINE_CLEANUP(zt_attest_client, zt_attest_client_free)

/* `guid` empty: the authority makes one. {"tenant","caCertificate"}. */
ZT_NODISCARD zt_status zt_attest_tenant_create(zt_attest_client *client, zt_view guid, json_t **ret_body,
					       zt_error *ret_error);
/* {"tenants":[…]}. */
ZT_NODISCARD zt_status zt_attest_tenants(zt_attest_client *client, json_t **ret_body, zt_error *ret_error);
/* {"tenant","claimed","caCertificates":[{"certificate","status","notAfter"}]}. */
ZT_NODISCARD zt_status zt_attest_tenant(zt_attest_client *client, zt_view guid, json_t **ret_body, zt_error *ret_error);
/* `device_ids`: a JSON array of strings, borrowed; at most ZT_ATTEST_CLAIM_MAX. {"claimed","already"}. */
ZT_NODISCARD zt_status zt_attest_claim(zt_attest_client *client, zt_view guid, json_t *device_ids, json_t **ret_body,
				       zt_error *ret_error);
/* {"deviceIds":[…]}. */
ZT_NODISCARD zt_status zt_attest_claimed(zt_attest_client *client, zt_view guid, json_t **ret_body,
					 zt_error *ret_error);
/* A device that is not claimed is fine. */
ZT_NODISCARD zt_status zt_attest_unclaim(zt_attest_client *client, zt_view guid, zt_view device_id,
					 zt_error *ret_error);
/* The proof of possession for AWS's registration code, signed by the CA with this certificate id (64 hex digits), by
 * the active one when it is empty: {"certificate"}. */
ZT_NODISCARD zt_status zt_attest_proof(zt_attest_client *client, zt_view guid, zt_view verification_code, zt_view ca_id,
				       json_t **ret_body, zt_error *ret_error);
/* The tenant's next CA, made when there is none yet; with `activate` it signs from now on. {"caCertificate"}. */
ZT_NODISCARD zt_status zt_attest_rollover(zt_attest_client *client, zt_view guid, bool activate, json_t **ret_body,
					  zt_error *ret_error);

#endif
