/* Destinations of rules by HTTPS (AWS IoT, "Rule actions"; AWS IoT API reference, "TopicRuleDestination"): an URL whose
 * owner has confirmed that messages may come. */
#ifndef ZT_CLOUD_REGISTRY_DESTINATIONS_H
#define ZT_CLOUD_REGISTRY_DESTINATIONS_H

#include "cloud/registry/registry.h"

enum { ZT_DESTINATION_URL_MAX = 2000 };

typedef enum { ZT_DESTINATION_IN_PROGRESS, ZT_DESTINATION_ENABLED, ZT_DESTINATION_DISABLED } zt_destination_status;

typedef struct {
	char id[37]; /* the end of its ARN: ruledestination/http/<id> */
	char url[ZT_DESTINATION_URL_MAX + 1];
	char token[65]; /* what whoever confirms must know */
	zt_destination_status status;
	int64_t created_ms, updated_ms;
} zt_destination;

const zt_destination *zt_registry_destination(const zt_registry *registry, zt_view id);
const zt_destination *zt_registry_next_destination(const zt_registry *registry, zt_view after_id);
/* Whether its owner's word holds for `url`: the confirmed URL begins it, and where that names a host alone the host
 * ends there ("https://a.example" does not begin "https://a.example.evil/"). */
bool zt_destination_covers(const zt_destination *destination, zt_view url);
/* Appends arn:…:ruledestination/http/<id>. */
ZT_NODISCARD zt_status zt_destination_arn(const zt_registry *registry, const zt_destination *destination, zt_str *out);
/* A new one, IN_PROGRESS. ResourceAlreadyExistsException when the URL has one, InvalidRequestException. */
ZT_NODISCARD zt_status zt_txn_destination_create(zt_txn *txn, zt_view url, const zt_destination **ret,
						 zt_error *ret_error);
/* Another status; IN_PROGRESS makes a new token. */
ZT_NODISCARD zt_status zt_txn_destination_set(zt_txn *txn, zt_view id, zt_destination_status status,
					      const zt_destination **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_destination_delete(zt_txn *txn, zt_view id, zt_error *ret_error);

#endif
