/* Accepting a message from whoever is allowed to publish it: a client by MQTT, a device by HTTPS, an operator by the
 * control plane's signed Publish. The caller has authorised it; here are AWS's other rules and the way onward. */
#ifndef ZT_CLOUD_ACCEPT_H
#define ZT_CLOUD_ACCEPT_H

#include "base/error.h"
#include "cloud/broker/broker.h"
#include "cloud/publish.h"

enum { ZT_PAYLOAD_MAX = 128 * 1024 }; /* AWS IoT Core quota "publish request payload" */

/* Where a message on such a topic goes (AWS IoT, "reserved topics"). */
typedef enum {
	ZT_TOPIC_ORDINARY, /* to subscribers and to rules */
	ZT_TOPIC_INGEST,   /* $aws/rules/<name>[/…], Basic Ingest: to that rule alone */
	ZT_TOPIC_SERVICE,  /* $aws/things/…: as an ordinary one, and the services behind it listen */
	ZT_TOPIC_REQUEST,  /* of fleet provisioning: to that service alone, which answers who asked */
	ZT_TOPIC_RESERVED, /* every other $ topic, and what those services answer: no client may publish to it */
} zt_topic_kind;
zt_topic_kind zt_topic_kind_of(zt_view topic);
/* Whether the broker, and so whoever subscribes, gets it. */
bool zt_topic_is_for_all(zt_topic_kind kind);

/* Whether it may be published: topic and its limits, payload, QoS, retain on ordinary topics alone.
 * InvalidRequestException (http 400), ForbiddenException for a reserved topic (http 403, unconfirmed). */
ZT_NODISCARD zt_status zt_accept_check(const zt_publish *message, zt_error *ret_error);

typedef struct {
	zt_broker *broker;
	zt_publish_listener listener; /* rules; told as soon as the broker's queue has the message */
} zt_acceptor;

/* Checks it, hands it to the broker and to the listener. done runs when the broker has acknowledged it, or before this
 * returns when nobody has to (Basic Ingest); not at all when this fails. ServiceUnavailableException (http 503) while
 * the broker's queue is full. */
ZT_NODISCARD zt_status zt_accept(const zt_acceptor *acceptor, const zt_publish *message, zt_store_done_fn done,
				 void *context, zt_error *ret_error);

#endif
