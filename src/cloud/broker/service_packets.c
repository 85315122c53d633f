/* What the service connection writes. */
#include <event2/buffer.h>

#include "base/random.h"
#include "cloud/broker/service_room.h"

enum {
	SMALL_PACKET_MAX = 256,
	CONNECT_MAX = SMALL_PACKET_MAX + ZT_BROKER_USERNAME_MAX + ZT_BROKER_PASSWORD_MAX,
	SUBSCRIBE_ID = 1,
	UNSUBSCRIBE_ID = 2, /* alone on the wire, so no publish has them */
};

static bool put(zt_service *service, const zt_buf *packet)
{
	return zt_buf_finish(packet) == ZT_OK && bufferevent_write(service->stream, packet->p, packet->n) == 0;
}

bool zt_service_say_hello(zt_service *service)
{
	uint8_t bytes[CONNECT_MAX];
	zt_buf packet = ZT_BUF(bytes);
	/* Keep-alive 0: on a private socket a dead peer is seen at once, elsewhere TCP sees it (net/dial.h). */
	zt_mqtt_connect connect = { .version = ZT_MQTT_V5, .clean = true, .client_id = zt_view_of(service->client_id) };
	zt_broker_login_put(&service->spec.login, &connect);
	zt_mqtt_write_connect(&packet, &connect);
	bool written = put(service, &packet);
	zt_wipe(bytes, sizeof bytes);
	return written;
}

bool zt_service_ask_for_retained(zt_service *service)
{
	uint8_t bytes[SMALL_PACKET_MAX];
	zt_buf packet = ZT_BUF(bytes);
	zt_mqtt_subscribe all = { .packet_id = SUBSCRIBE_ID, .items = { { .filter = ZT_LIT("#") } }, .count = 1 };
	zt_mqtt_write_subscribe(&packet, ZT_MQTT_V5, &all);
	all.packet_id = UNSUBSCRIBE_ID;
	zt_mqtt_write_unsubscribe(&packet, ZT_MQTT_V5, &all);
	return put(service, &packet);
}

bool zt_service_ping(zt_service *service)
{
	uint8_t bytes[SMALL_PACKET_MAX];
	zt_buf packet = ZT_BUF(bytes);
	zt_mqtt_write_empty(&packet, ZT_MQTT_PINGREQ);
	return put(service, &packet);
}

bool zt_service_write(zt_service *service, const zt_outgoing *outgoing)
{
	const zt_publish *m = &outgoing->message;
	const zt_mqtt_publish packet = { .qos = m->qos,
					 .retain = m->retain,
					 .packet_id = outgoing->packet_id,
					 .topic = m->topic,
					 .properties = m->properties,
					 .payload = m->payload };
	struct evbuffer *out = bufferevent_get_output(service->stream);
	struct evbuffer_iovec room;
	/* Fixed header, two lengths, packet id and the properties' length. */
	size_t head_max = (size_t)ZT_MQTT_HEAD_MAX + 2 + 2 + 4 + m->topic.n + m->properties.n;
	if (evbuffer_reserve_space(out, (ev_ssize_t)head_max, &room, 1) != 1)
		return false;
	zt_buf head = zt_buf_make(room.iov_base, room.iov_len);
	zt_mqtt_write_publish_head(&head, ZT_MQTT_V5, &packet);
	room.iov_len = head.n;
	return zt_buf_finish(&head) == ZT_OK && evbuffer_commit_space(out, &room, 1) == 0 &&
	       (m->payload.n == 0 || evbuffer_add(out, m->payload.p, m->payload.n) == 0);
}
