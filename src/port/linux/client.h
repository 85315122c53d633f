/* A device on Linux: zt_device with its seams filled in (OpenSSL, the system's clock and randomness, PEM files) and the
 * memory it needs, in a form that is easy to block on.
 *
 *	zt_client_spec spec = { .route = ZT_ROUTE_MQTT, .host = "localhost", … };
 *	TRY(zt_client_new(&spec, &client, &error));
 *	while (zt_client_wait(client, 1000, &event), event.kind != ZT_EVENT_RECEIVED)
 *		…;
 *
 * It reconnects by itself, waits out the first refusal of a new certificate, and takes a replaced certificate into use.
 */
#ifndef ZT_PORT_LINUX_CLIENT_H
#define ZT_PORT_LINUX_CLIENT_H

#include "base/error.h"
#include "port/linux/websocket.h"
#include "zerotouch/device.h"

typedef struct {
	zt_route route;
	const char *host;               /* a name, not an address: AWS IoT finds the account by it (SNI) */
	uint16_t mqtt_port, https_port; /* 0: 8883, 8443; on 443 ALPN asks for the protocol */
	const char *ca_file;            /* roots that verify the server, PEM; NULL: AWS's, built in */
	const char *certificate_file;   /* PEM: leaf, then what the server may need to know of its issuers */
	const char *key_file;           /* PEM, or a URI of a key that stays where it is (port/linux/key.h) */
	const char *client_id;          /* MQTT; NULL: the certificate's common name */
	zt_sign_fn sign; /* in place of a certificate: MQTT over WebSocket on mqtt_port (0: 443), each handshake signed
			    by this; needs client_id. NULL: none */
	void *sign_context;
	uint16_t keep_alive_s; /* MQTT; 0: 60 */
	uint16_t alpn_port;    /* tried when the other port is closed; 0: 443 in place of 8883 and 8443, else none */
	bool first_by_https;   /* MQTT: new certificates make their first contact by HTTPS, where its port is open, and
				  beside the session of the old one (zt_device_config) */
	const zt_protocol *protocol; /* MQTT; NULL: 3.1.1; &zt_mqtt5 */
	const zt_message *will;      /* MQTT; borrowed for the client's life, as the next two */
	const zt_source *source;     /* messages to publish, such as an outbox; NULL: none */
	bool persistent;             /* MQTT: the server keeps subscriptions and QoS 1 messages while we are away */
	const zt_subscription *subscriptions; /* MQTT; borrowed likewise */
	size_t subscription_count;
} zt_client_spec;

typedef struct zt_client zt_client;

/* Copies the texts. Fails on what can never work: no roots in ca_file, a key's URI that leads to none, an address for a
 * host, a filter over AWS's limits. The certificate may be missing still. Connects only when stepped. */
ZT_NODISCARD zt_status zt_client_new(const zt_client_spec *spec, zt_client **ret, zt_error *ret_error);
/* Says goodbye to the server and closes. NULL is fine. */
void zt_client_free(zt_client *client);
ZT_DEFINE_CLEANUP(zt_client, zt_client_free)

/* See zt_device_publish; the message's bytes are borrowed until its outcome. */
ZT_NODISCARD zt_status zt_client_publish(zt_client *client, const zt_message *message, zt_error *ret_error);
/* See zt_device_subscribe. */
ZT_NODISCARD zt_status zt_client_subscribe(zt_client *client, const zt_subscription *subscriptions, size_t count,
					   zt_error *ret_error);
/* Never blocks (but for the name's look-up when it connects). ZT_EVENT_NONE: poll first. */
void zt_client_step(zt_client *client, zt_event *ret);
/* Steps, and polls at most timeout_ms in all, until there is an event; ZT_EVENT_NONE when there was none. A signal ends
 * the wait early. */
void zt_client_wait(zt_client *client, int timeout_ms, zt_event *ret);
/* For a poll loop of one's own: the descriptor, or -1 while there is none, and what to poll it for. The time to poll is
 * the wait_ms of the last ZT_EVENT_NONE. */
int zt_client_fd(const zt_client *client);
short zt_client_poll_events(const zt_client *client);
/* Why the last attempt failed, in more words than its reason ("certificate verify failed: … for localhost"); "" if
 * there is nothing to add. */
const char *zt_client_detail(const zt_client *client);
/* Why what lies behind the paths now (nothing, half a file, another's key) is not taken into use, and the certificate
 * of before stays; "" when it is in use, or there was none before. */
const char *zt_client_identity_trouble(const zt_client *client);
/* The certificate in use: its dates, and the device id if it has one. */
const zt_identity_info *zt_client_identity(const zt_client *client);

#endif
