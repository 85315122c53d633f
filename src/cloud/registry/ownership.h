/* Who may provision a certificate that was issued over MQTT: whoever has the token that came with it, once and within
 * an hour (AWS IoT, "Device provisioning MQTT API"). The registry keeps the token's digest alone. */
#ifndef ZT_CLOUD_REGISTRY_OWNERSHIP_H
#define ZT_CLOUD_REGISTRY_OWNERSHIP_H

#include "base/digest.h"
#include "cloud/registry/certificates.h"

enum {
	ZT_OWNERSHIP_TOKEN_TEXT = 65, /* 64 hex digits and NUL */
	ZT_OWNERSHIP_MS = 60 * 60 * 1000,
	ZT_OWNERSHIPS_MAX = 10000, /* at a time: AWS's rate of an hour would be more, a local fleet's is not */
};

typedef struct {
	char digest[ZT_SHA256_HEX + 1]; /* of the token */
	char certificate_id[ZT_CERT_ID_TEXT];
	int64_t expires_ms;
} zt_ownership;

/* NULL when no such token was given, or it was used up. One that has expired is still found. */
const zt_ownership *zt_registry_ownership(const zt_registry *registry, zt_view token);
/* In the order of digests; empty begins. */
const zt_ownership *zt_registry_next_ownership(const zt_registry *registry, zt_view after_digest);
/* A token for a certificate of this transaction or an earlier one. LimitExceededException. */
ZT_NODISCARD zt_status zt_txn_ownership_create(zt_txn *txn, zt_view certificate_id,
					       char ret_token[ZT_OWNERSHIP_TOKEN_TEXT], zt_error *ret_error);
/* It is used up. ResourceNotFoundException. */
ZT_NODISCARD zt_status zt_txn_ownership_delete(zt_txn *txn, zt_view digest, zt_error *ret_error);

#endif
