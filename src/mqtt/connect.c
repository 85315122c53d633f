/* CONNECT (§3.1): its protocol name, level and flags decide what follows. */
#include "mqtt/wire.h"

enum {
	FLAG_RESERVED = 0x01,
	FLAG_CLEAN = 0x02,
	FLAG_WILL = 0x04,
	SHIFT_WILL_QOS = 3,
	FLAG_WILL_RETAIN = 0x20,
	FLAG_PASSWORD = 0x40,
	FLAG_USERNAME = 0x80,
};

/* MQTT-3.1.2-1, -2. Version 3.1 called itself MQIsdp. */
static zt_status take_protocol(zt_view *in, zt_mqtt_version *ret)
{
	zt_view name;
	uint8_t level;
	TRY(zt_mqtt_take_binary(in, &name));
	ENSURE(zt_view_take_u8(in, &level), ZT_E_PROTOCOL);
	if (zt_view_equal(name, ZT_LIT("MQIsdp")))
		return ZT_E_UNSUPPORTED;
	ENSURE(zt_view_equal(name, ZT_LIT("MQTT")), ZT_E_PROTOCOL);
	ENSURE(level == ZT_MQTT_V311 || level == ZT_MQTT_V5, ZT_E_UNSUPPORTED);
	*ret = (zt_mqtt_version)level;
	return ZT_OK;
}

static zt_status take_flags(zt_view *in, zt_mqtt_connect *c)
{
	uint8_t flags;
	ENSURE(zt_view_take_u8(in, &flags), ZT_E_PROTOCOL);
	ENSURE(!(flags & FLAG_RESERVED), ZT_E_PROTOCOL); /* MQTT-3.1.2-3 */
	c->clean = flags & FLAG_CLEAN;
	c->has_will = flags & FLAG_WILL;
	c->will_qos = (flags >> SHIFT_WILL_QOS) & 3;
	c->will_retain = flags & FLAG_WILL_RETAIN;
	c->has_username = flags & FLAG_USERNAME;
	c->has_password = flags & FLAG_PASSWORD;
	ENSURE(c->will_qos != 3, ZT_E_PROTOCOL);                                     /* MQTT-3.1.2-14 */
	ENSURE(c->has_will || (c->will_qos == 0 && !c->will_retain), ZT_E_PROTOCOL); /* MQTT-3.1.2-11, -13, -15 */
	/* MQTT-3.1.2-22; version 5 allows a password alone (§3.1.2.9). */
	ENSURE(c->version == ZT_MQTT_V5 || c->has_username || !c->has_password, ZT_E_PROTOCOL);
	return ZT_OK;
}

/* In this order (MQTT-3.1.3-1). */
static zt_status take_payload(zt_view *in, zt_mqtt_connect *c)
{
	TRY(zt_mqtt_take_string(in, &c->client_id));
	if (c->has_will) {
		TRY(zt_mqtt_take_properties(in, c->version, &c->will_properties));
		TRY(zt_mqtt_take_string(in, &c->will_topic));
		TRY(zt_mqtt_take_binary(in, &c->will_payload));
	}
	if (c->has_username)
		TRY(zt_mqtt_take_string(in, &c->username));
	if (c->has_password)
		TRY(zt_mqtt_take_binary(in, &c->password));
	ENSURE(in->n == 0, ZT_E_PROTOCOL);
	return ZT_OK;
}

zt_status zt_mqtt_read_connect(const zt_mqtt_frame *frame, zt_mqtt_connect *ret)
{
	zt_mqtt_connect c = { 0 };
	zt_view in = frame->body;
	ENSURE(frame->type == ZT_MQTT_CONNECT, ZT_E_PROTOCOL);
	TRY(take_protocol(&in, &c.version));
	TRY(take_flags(&in, &c));
	ENSURE(zt_view_take_be16(&in, &c.keep_alive_s), ZT_E_PROTOCOL);
	TRY(zt_mqtt_take_properties(&in, c.version, &c.properties));
	TRY(take_payload(&in, &c));
	*ret = c;
	return ZT_OK;
}

static uint8_t flags_of(const zt_mqtt_connect *c)
{
	unsigned flags = 0;
	flags |= c->clean ? FLAG_CLEAN : 0;
	if (c->has_will) {
		flags |= FLAG_WILL | (unsigned)c->will_qos << SHIFT_WILL_QOS;
		flags |= c->will_retain ? FLAG_WILL_RETAIN : 0;
	}
	flags |= c->has_username ? FLAG_USERNAME : 0;
	flags |= c->has_password ? FLAG_PASSWORD : 0;
	return (uint8_t)flags;
}

void zt_mqtt_write_connect(zt_buf *out, const zt_mqtt_connect *c)
{
	size_t packet = zt_mqtt_open(out, ZT_MQTT_CONNECT, 0);
	zt_mqtt_put_string(out, ZT_LIT("MQTT"));
	zt_buf_put_u8(out, (uint8_t)c->version);
	zt_buf_put_u8(out, flags_of(c));
	zt_buf_put_be16(out, c->keep_alive_s);
	zt_mqtt_put_properties(out, c->version, c->properties);
	zt_mqtt_put_string(out, c->client_id);
	if (c->has_will) {
		zt_mqtt_put_properties(out, c->version, c->will_properties);
		zt_mqtt_put_string(out, c->will_topic);
		zt_mqtt_put_string(out, c->will_payload);
	}
	if (c->has_username)
		zt_mqtt_put_string(out, c->username);
	if (c->has_password)
		zt_mqtt_put_string(out, c->password);
	zt_mqtt_close(out, packet, 0);
}
