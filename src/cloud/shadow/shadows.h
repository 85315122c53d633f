/* The device shadow service (AWS IoT, "Device Shadow service"): documents in the registry, asked for by MQTT on
 * reserved topics or by HTTPS.
 *
 * A change is acknowledged when it is durable. Whichever way it came, subscribers hear of it on update/accepted,
 * update/delta and update/documents; refusals are told by MQTT to those who asked by MQTT. */
#ifndef ZT_CLOUD_SHADOW_SHADOWS_H
#define ZT_CLOUD_SHADOW_SHADOWS_H

#include "cloud/publish.h"
#include "cloud/registry/shadows.h"
#include "cloud/shadow/topic.h"

enum { ZT_SHADOW_IN_FLIGHT_MAX = 10 }; /* AWS IoT Device Shadow quotas: unacknowledged requests of a connection */

typedef struct zt_shadows zt_shadows;

/* Publishes what the service says, to the broker and to rules. */
typedef zt_status (*zt_shadow_publish_fn)(void *context, const zt_publish *message);

ZT_NODISCARD zt_status zt_shadows_new(zt_registry *registry, zt_shadow_publish_fn publish, void *context,
				      zt_shadows **ret);
/* What is on its way to the disk is not answered any more. NULL is fine. */
void zt_shadows_free(zt_shadows *shadows);
/* An accepted message: does what it asks for when its topic is a shadow's. */
void zt_shadows_accepted(zt_shadows *shadows, const zt_publish *message);

/* The end of a request: ZT_OK with the document as JSON, or AWS's number and text in *error. Valid during the call. */
typedef void (*zt_shadow_done_fn)(void *context, zt_status status, const zt_error *error, zt_view document);
/* Does it for a request by HTTPS; `done` runs now or when the change is durable. `topic` is borrowed for the call. */
void zt_shadows_request(zt_shadows *shadows, const zt_shadow_topic *topic, zt_view payload, zt_shadow_done_fn done,
			void *context);

#endif
