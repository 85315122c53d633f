/* The MQTT engine behind the gateway: a private mosquitto as a child, or an operator's broker.
 *
 * The child listens on one Unix socket in a folder of its own (0700) and nowhere else, keeps its sessions and queues
 * under the data folder, ends with its parent and is started again when it dies. */
#ifndef ZT_CLOUD_BROKER_H
#define ZT_CLOUD_BROKER_H

#include <event2/bufferevent.h>
#include <event2/event.h>

#include "cloud/broker/remote.h"
#include "cloud/publish.h"
#include "cloud/registry/retained.h"

typedef struct zt_broker zt_broker;

typedef struct {
	const char *data_dir;           /* persistence under broker/ */
	const char *program;            /* NULL: mosquitto from PATH, then /usr/sbin/mosquitto */
	const zt_broker_remote *remote; /* borrowed; NULL: the child */
} zt_broker_spec;

/* Called when the broker accepts connections for the first time, and each time that it is back. */
typedef void (*zt_broker_ready_fn)(void *context);

/* ZT_E_NOT_FOUND names the Debian package when there is no mosquitto. An operator's broker is probed first, which runs
 * the loop (probe.h); once it has been there, it may come and go. */
ZT_NODISCARD zt_status zt_broker_new(struct event_base *loop, zt_registry *registry, const zt_broker_spec *spec,
				     zt_broker_ready_fn ready, void *context, zt_broker **ret, zt_error *ret_error);
void zt_broker_free(zt_broker *broker);
/* Path of the private Unix socket, "" with an operator's broker; for tests and the tap. */
const char *zt_broker_socket(const zt_broker *broker);
/* The child's process id, 0 while it is down; for tests. */
pid_t zt_broker_pid(const zt_broker *broker);
/* What the CONNECT on a stream of zt_broker_open must carry. */
zt_broker_login zt_broker_login_of(const zt_broker *broker);
/* Opens a stream to the broker; connects are queued and tried again while its backlog is full (EAGAIN).
 * opened gets NULL when it failed for good. */
typedef void (*zt_broker_opened_fn)(void *context, struct bufferevent *stream);
ZT_NODISCARD zt_status zt_broker_open(zt_broker *broker, zt_broker_opened_fn opened, void *context, void **ret_ticket);
/* Withdraws a zt_broker_open whose callback has not run. */
void zt_broker_cancel(zt_broker *broker, void *ticket);
/* Whether there is room for what nobody waits for, such as news of strangers: asked before it is made, so that it takes
 * no place from messages of devices while the broker is slow or away. */
bool zt_broker_has_leisure(const zt_broker *broker);
/* Publishes over the service connection (client id "s/…"): events, HTTPS and control-plane publishes, republishes.
 * done (may be NULL) runs when the broker has acknowledged (QoS 1) or it was written (QoS 0); a retained message is a
 * durable row before. ZT_E_UNAVAILABLE when the queue to the broker is full. */
ZT_NODISCARD zt_status zt_broker_publish(zt_broker *broker, const zt_publish *message, zt_store_done_fn done,
					 void *context);

#endif
