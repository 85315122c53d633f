/* A stream of packets through every reader in both versions; what is read must be written again to the same meaning. */
#include <stdint.h>

#include "mqtt/properties.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { ROOM = 1 << 16 };
static uint8_t room[ROOM];

/* What a writer made is one whole packet of that type, readable by the same reader. */
static zt_mqtt_frame reread(const zt_buf *out, zt_mqtt_type type)
{
	zt_view in = zt_buf_view(out);
	zt_mqtt_frame f;
	if (zt_buf_finish(out) != ZT_OK || zt_mqtt_frame_next(&in, ROOM, &f) != ZT_OK || in.n || f.type != type)
		abort();
	return f;
}

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* What was read matters to the sanitizers alone. */
static void ran(zt_status status)
{
	(void)status;
}

static void connect_packet(const zt_mqtt_frame *f)
{
	zt_mqtt_connect c, again;
	if (zt_mqtt_read_connect(f, &c) != ZT_OK)
		return;
	ran(zt_mqtt_properties_check(c.properties, ZT_MQTT_CONNECT, false));
	ran(zt_mqtt_properties_check(c.will_properties, ZT_MQTT_CONNECT, true));
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_connect(&out, &c);
	zt_mqtt_frame g = reread(&out, ZT_MQTT_CONNECT);
	must(zt_mqtt_read_connect(&g, &again) == ZT_OK && zt_view_equal(again.will_payload, c.will_payload));
}

static void publish_packet(const zt_mqtt_frame *f, zt_mqtt_version version)
{
	zt_mqtt_publish p, again;
	if (zt_mqtt_read_publish(f, version, &p) != ZT_OK)
		return;
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_publish(&out, version, &p);
	zt_mqtt_frame g = reread(&out, ZT_MQTT_PUBLISH);
	must(zt_mqtt_read_publish(&g, version, &again) == ZT_OK && zt_view_equal(again.payload, p.payload) &&
	     again.packet_id == p.packet_id);
}

static void subscribe_packet(const zt_mqtt_frame *f, zt_mqtt_version version)
{
	static zt_mqtt_subscribe s, again;
	if (zt_mqtt_read_unsubscribe(f, version, &s) == ZT_OK || zt_mqtt_read_subscribe(f, version, &s) != ZT_OK)
		return;
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_subscribe(&out, version, &s);
	zt_mqtt_frame g = reread(&out, ZT_MQTT_SUBSCRIBE);
	must(zt_mqtt_read_subscribe(&g, version, &again) == ZT_OK && again.count == s.count &&
	     again.items[s.count - 1].retain_handling == s.items[s.count - 1].retain_handling);
}

static void answers(const zt_mqtt_frame *f, zt_mqtt_version version)
{
	zt_mqtt_connack connack;
	zt_mqtt_ack ack;
	zt_mqtt_suback suback;
	zt_mqtt_disconnect disconnect;
	ran(zt_mqtt_read_connack(f, version, &connack));
	ran(zt_mqtt_read_suback(f, version, &suback));
	ran(zt_mqtt_read_unsuback(f, version, &suback));
	ran(zt_mqtt_read_disconnect(f, version, &disconnect));
	if (zt_mqtt_read_ack(f, version, &ack) != ZT_OK)
		return;
	zt_buf out = ZT_BUF(room);
	zt_mqtt_write_ack(&out, version, f->type, &ack);
	zt_mqtt_frame g = reread(&out, f->type);
	must(zt_mqtt_read_ack(&g, version, &ack) == ZT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view in = { bytes, n };
	zt_mqtt_frame f;
	if (n > ROOM / 2)
		return 0;
	while (zt_mqtt_frame_next(&in, ROOM / 2, &f) == ZT_OK) {
		connect_packet(&f);
		for (zt_mqtt_version v = ZT_MQTT_V311; v <= ZT_MQTT_V5; v++) {
			publish_packet(&f, v);
			subscribe_packet(&f, v);
			answers(&f, v);
		}
	}
	return 0;
}
