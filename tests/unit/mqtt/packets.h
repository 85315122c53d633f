/* Short words of the codec's tests. Expected bytes are written by hand from the OASIS specifications. */
#ifndef ZT_TESTS_UNIT_MQTT_PACKETS_H
#define ZT_TESTS_UNIT_MQTT_PACKETS_H

#include "mqtt/packet.h"
#include "zt_cmocka.h"

#define BYTES(...) zt_view_make((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* The one packet that these bytes are. They are copied, since views of what is read outlive the literal. */
static inline zt_mqtt_frame frame_of(zt_view bytes)
{
	static uint8_t copy[4096];
	zt_mqtt_frame frame;
	assert_true(bytes.n <= sizeof copy);
	memcpy(copy, bytes.p, bytes.n);
	bytes.p = copy;
	assert_ok(zt_mqtt_frame_next(&bytes, ZT_MQTT_REMAINING_MAX, &frame));
	assert_int_equal(bytes.n, 0);
	return frame;
}

#define READS(reader, version, bytes, ret)              \
	__extension__({                                 \
		zt_mqtt_frame frame_ = frame_of(bytes); \
		reader(&frame_, version, ret);          \
	})

#endif
