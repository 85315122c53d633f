/* Inside a session: what a version of MQTT adds to 3.1.1, which the session itself speaks. */
#ifndef ZT_DEVICE_PROTOCOL_H
#define ZT_DEVICE_PROTOCOL_H

#include "mqtt/packet.h"
#include "zerotouch/session.h"

struct zt_protocol {
	zt_mqtt_version version;
	/* The properties of CONNECT. */
	void (*put_connect)(const zt_session *session, zt_buf *out);
	/* What an accepting CONNACK demands. */
	zt_status (*take_connack)(zt_session *session, zt_view properties);
	/* Whether the server takes such a message, as far as it has told. */
	zt_status (*check_publish)(const zt_session *session, const zt_mqtt_publish *packet);
	/* The server says goodbye. */
	zt_status (*take_disconnect)(zt_session *session, const zt_mqtt_frame *frame, zt_session_event *ret);
	zt_status (*check)(zt_view properties, zt_mqtt_type type);
};

static inline zt_mqtt_version zt_session_version(const zt_session *session)
{
	return (zt_mqtt_version)session->version;
}

static inline zt_status zt_session_check_properties(const zt_session *session, zt_view properties, zt_mqtt_type type)
{
	return session->protocol ? session->protocol->check(properties, type) : ZT_OK;
}

#endif
