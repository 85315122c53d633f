/* A client's CONNECT: what it asks for, what it gets, the CONNECT that goes up for it and the CONNACK that comes down.
 */
#ifndef ZT_CLOUD_GATEWAY_MQTT_CONNECT_H
#define ZT_CLOUD_GATEWAY_MQTT_CONNECT_H

#include "cloud/broker/remote.h"
#include "cloud/gateway/limits.h"
#include "cloud/gateway/refusals.h"
#include "cloud/publish.h"
#include "mqtt/properties.h"

typedef struct {
	zt_mqtt_version version;
	char client_id[ZT_CLIENT_ID_MAX + 1];
	bool assigned; /* we chose the client id */
	bool clean;
	uint16_t keep_alive_s; /* within our limits */
	uint32_t session_expiry_s;
	bool expiry_lowered;
	uint16_t receive_max; /* QoS 1 messages in flight that the client takes */
	uint32_t packet_max;  /* largest packet that the client takes; 0: no limit */
} zt_connect_plan;

/* Why there is no plan. An MQTT 5 client is told the code, one of 3.1.1 nothing. */
typedef struct {
	zt_refusal_rule rule;
	zt_mqtt_version version;
	uint8_t code;
	const char *detail;                   /* a literal, or "" */
	char client_id[ZT_CLIENT_ID_MAX + 1]; /* cut */
} zt_connect_refusal;

/* ZT_E_DENIED with *ret_refusal. An empty client id is replaced by one of ours (in 3.1.1 with clean session alone;
 * what AWS does there is unconfirmed). */
ZT_NODISCARD zt_status zt_connect_read(const zt_mqtt_frame *frame, zt_mqtt_connect *ret_connect,
				       zt_connect_plan *ret_plan, zt_connect_refusal *ret_refusal);

/* Whether AWS takes a message, or a will, with this property (AWS IoT Core quotas, "MQTT 5"). *user_bytes sums up its
 * user properties, from 0. */
bool zt_property_within_limit(const zt_mqtt_property *property, size_t *user_bytes);

/* The upstream CONNECT: version 5, client id "d/…", no keep-alive, no will; the login is ours. */
void zt_connect_put_upstream(const zt_connect_plan *plan, zt_broker_login login, zt_buf *out);
void zt_connect_put_connack(const zt_connect_plan *plan, bool session_present, zt_buf *out);
/* Nothing in 3.1.1: AWS hangs up there. */
void zt_connect_put_refusal(zt_mqtt_version version, uint8_t code, zt_buf *out);

/* A will, held by the gateway until the connection ends without a DISCONNECT. */
typedef struct {
	zt_publish message; /* empty topic: none. Views into `bytes`; client id and principal are the owner's */
	uint8_t *bytes;
} zt_will;

/* Copies the CONNECT's will; properties that only a will has are left out, and its delay with them. */
ZT_NODISCARD zt_status zt_will_copy(const zt_mqtt_connect *connect, zt_will *ret);
void zt_will_free(zt_will *will);

#endif
