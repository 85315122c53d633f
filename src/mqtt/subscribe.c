/* SUBSCRIBE (§3.8) and UNSUBSCRIBE (§3.10). */
#include "mqtt/topic.h"
#include "mqtt/wire.h"

enum { MASK_QOS = 0x03, FLAG_NO_LOCAL = 0x04, FLAG_AS_PUBLISHED = 0x08, SHIFT_RETAIN_HANDLING = 4 };

static zt_status take_options(zt_view *in, zt_mqtt_version version, zt_mqtt_subscription *s)
{
	uint8_t options;
	ENSURE(zt_view_take_u8(in, &options), ZT_E_PROTOCOL);
	s->qos = options & MASK_QOS;
	s->no_local = options & FLAG_NO_LOCAL;
	s->retain_as_published = options & FLAG_AS_PUBLISHED;
	s->retain_handling = (options >> SHIFT_RETAIN_HANDLING) & 3;
	ENSURE(s->qos != 3, ZT_E_PROTOCOL); /* MQTT-3.8.3-4; v5: §3.8.3.1 */
	if (version == ZT_MQTT_V311) {
		ENSURE((options & ~MASK_QOS) == 0, ZT_E_PROTOCOL);
		return ZT_OK;
	}
	ENSURE((options & 0xc0) == 0, ZT_E_PROTOCOL);                           /* v5: MQTT-3.8.3-5 */
	ENSURE(s->retain_handling != 3, ZT_E_PROTOCOL);                         /* v5: §3.8.3.1 */
	ENSURE(!s->no_local || !zt_filter_is_shared(s->filter), ZT_E_PROTOCOL); /* v5: MQTT-3.8.3-4 */
	return ZT_OK;
}

static zt_status read_filters(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_subscribe *ret)
{
	zt_view in = frame->body;
	ret->count = 0;
	TRY(zt_mqtt_take_packet_id(&in, &ret->packet_id));
	TRY(zt_mqtt_take_properties(&in, version, &ret->properties));
	ENSURE(in.n, ZT_E_PROTOCOL); /* MQTT-3.8.3-3, MQTT-3.10.3-2: at least one filter */
	while (in.n) {
		ENSURE(ret->count < ZT_MQTT_FILTERS_MAX, ZT_E_LIMIT);
		zt_mqtt_subscription *item = &ret->items[ret->count++];
		*item = (zt_mqtt_subscription){ 0 };
		TRY(zt_mqtt_take_string(&in, &item->filter));
		if (frame->type == ZT_MQTT_SUBSCRIBE)
			TRY(take_options(&in, version, item));
	}
	return ZT_OK;
}

zt_status zt_mqtt_read_subscribe(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_subscribe *ret)
{
	ENSURE(frame->type == ZT_MQTT_SUBSCRIBE, ZT_E_PROTOCOL);
	return read_filters(frame, version, ret);
}

zt_status zt_mqtt_read_unsubscribe(const zt_mqtt_frame *frame, zt_mqtt_version version, zt_mqtt_subscribe *ret)
{
	ENSURE(frame->type == ZT_MQTT_UNSUBSCRIBE, ZT_E_PROTOCOL);
	return read_filters(frame, version, ret);
}

static uint8_t options_of(const zt_mqtt_subscription *s, zt_mqtt_version version)
{
	unsigned options = s->qos;
	if (version == ZT_MQTT_V5) {
		options |= s->no_local ? FLAG_NO_LOCAL : 0;
		options |= s->retain_as_published ? FLAG_AS_PUBLISHED : 0;
		options |= (unsigned)s->retain_handling << SHIFT_RETAIN_HANDLING;
	}
	return (uint8_t)options;
}

static void write_filters(zt_buf *out, zt_mqtt_version version, zt_mqtt_type type, const zt_mqtt_subscribe *s)
{
	size_t packet = zt_mqtt_open(out, type, 0x02); /* MQTT-3.8.1-1, MQTT-3.10.1-1 */
	zt_buf_put_be16(out, s->packet_id);
	zt_mqtt_put_properties(out, version, s->properties);
	for (size_t i = 0; i < s->count; i++) {
		zt_mqtt_put_string(out, s->items[i].filter);
		if (type == ZT_MQTT_SUBSCRIBE)
			zt_buf_put_u8(out, options_of(&s->items[i], version));
	}
	zt_mqtt_close(out, packet, 0);
}

void zt_mqtt_write_subscribe_one(zt_buf *out, zt_mqtt_version version, uint16_t packet_id,
				 const zt_mqtt_subscription *item)
{
	size_t packet = zt_mqtt_open(out, ZT_MQTT_SUBSCRIBE, 0x02); /* MQTT-3.8.1-1 */
	zt_buf_put_be16(out, packet_id);
	zt_mqtt_put_properties(out, version, ZT_VIEW_EMPTY);
	zt_mqtt_put_string(out, item->filter);
	zt_buf_put_u8(out, options_of(item, version));
	zt_mqtt_close(out, packet, 0);
}

void zt_mqtt_write_subscribe(zt_buf *out, zt_mqtt_version version, const zt_mqtt_subscribe *packet)
{
	write_filters(out, version, ZT_MQTT_SUBSCRIBE, packet);
}

void zt_mqtt_write_unsubscribe(zt_buf *out, zt_mqtt_version version, const zt_mqtt_subscribe *packet)
{
	write_filters(out, version, ZT_MQTT_UNSUBSCRIBE, packet);
}
