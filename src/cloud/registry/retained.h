/* Retained messages, rows of the store so that a broker can be given them again (AWS IoT, "MQTT"; AWS IoT data plane
 * API). */
#ifndef ZT_CLOUD_REGISTRY_RETAINED_H
#define ZT_CLOUD_REGISTRY_RETAINED_H

#include "cloud/publish.h"
#include "cloud/registry/registry.h"

typedef struct {
	char topic[257];
	uint8_t *payload;
	size_t payload_n;
	uint8_t *properties; /* MQTT 5's, as they came */
	size_t properties_n;
	uint8_t qos;
	int64_t modified_ms;
} zt_retained;

const zt_retained *zt_registry_retained(const zt_registry *registry, zt_view topic);
const zt_retained *zt_registry_next_retained(const zt_registry *registry, zt_view after_topic);
/* An empty payload clears it. */
ZT_NODISCARD zt_status zt_txn_retained_put(zt_txn *txn, const zt_publish *message, zt_error *ret_error);

#endif
