/* A session between two hands: what it sends either way is collected, what policies would say is set by the test. */
#ifndef ZT_TESTS_UNIT_CLOUD_GATEWAY_RELAY_H
#define ZT_TESTS_UNIT_CLOUD_GATEWAY_RELAY_H

#include "cloud/gateway/session.h"
#include "zerotouch/buf.h"
#include "zt_cmocka.h"

#define BYTES(...) zt_view_make((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

enum { RELAY_ROOM = 256 * 1024 };

typedef struct {
	zt_session session;
	zt_buf to_client, to_broker;
	const char *denied; /* this name is refused for `denied_right` */
	zt_session_right denied_right;
	zt_status keep; /* what the store says */
	unsigned asked_to_keep, accepted, refused, subscribed, unsubscribed;
	zt_refusal_rule refused_rule;
	char accepted_topic[300], accepted_payload[64];
	bool accepted_retain;
	uint8_t client_bytes[RELAY_ROOM], broker_bytes[RELAY_ROOM], room[ZT_SESSION_ROOM];
} relay;

relay *relay_new(zt_mqtt_version version);
void relay_free(relay *r);
/* Hands over one packet; the bytes must be exactly one. */
zt_status client_sends(relay *r, zt_view packet);
zt_status broker_sends(relay *r, zt_view packet);

/* What was sent since the last look. */
#define assert_to_client(r, ...)                                         \
	do {                                                             \
		assert_bytes(zt_buf_view(&(r)->to_client), __VA_ARGS__); \
		(r)->to_client.n = 0;                                    \
	} while (0)
#define assert_to_broker(r, ...)                                         \
	do {                                                             \
		assert_bytes(zt_buf_view(&(r)->to_broker), __VA_ARGS__); \
		(r)->to_broker.n = 0;                                    \
	} while (0)
#define assert_silent(r)                               \
	do {                                           \
		assert_int_equal((r)->to_client.n, 0); \
		assert_int_equal((r)->to_broker.n, 0); \
	} while (0)
#define assert_ended(r, why, reason)                             \
	do {                                                     \
		assert_int_equal((r)->session.end.rule, why);    \
		assert_int_equal((r)->session.end.code, reason); \
	} while (0)

#endif
