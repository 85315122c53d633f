/* Which events of the registry are switched on (AWS IoT API, UpdateEventConfigurations; AWS IoT API reference). All are
 * off until somebody wants them. */
#ifndef ZT_CLOUD_REGISTRY_EVENT_SETTINGS_H
#define ZT_CLOUD_REGISTRY_EVENT_SETTINGS_H

#include "cloud/registry/registry.h"

/* Bits of a stored number: never moved. */
typedef enum {
	ZT_EVENTS_THING,
	ZT_EVENTS_THING_GROUP,
	ZT_EVENTS_THING_TYPE,
	ZT_EVENTS_THING_GROUP_MEMBERSHIP,
	ZT_EVENTS_THING_GROUP_HIERARCHY,
	ZT_EVENTS_THING_TYPE_ASSOCIATION,
	ZT_EVENTS_JOB,
	ZT_EVENTS_JOB_EXECUTION,
	ZT_EVENTS_POLICY,
	ZT_EVENTS_CERTIFICATE,
	ZT_EVENTS_CA_CERTIFICATE,
} zt_event_type;
enum { ZT_EVENT_TYPES = ZT_EVENTS_CA_CERTIFICATE + 1 };

/* "THING_GROUP" */
const char *zt_event_type_name(zt_event_type type);
ZT_NODISCARD zt_status zt_event_type_of(zt_view name, zt_event_type *ret);

typedef struct {
	uint64_t enabled;                /* 1 << zt_event_type */
	int64_t created_ms, modified_ms; /* 0: never set */
} zt_event_settings;

zt_event_settings zt_registry_event_settings(const zt_registry *registry);
ZT_NODISCARD zt_status zt_txn_event_settings(zt_txn *txn, uint64_t enabled);

#endif
