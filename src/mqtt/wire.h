/* Inside the codec: the data types of MQTT (§1.5) and the fixed header (§2.1), read and written. */
#ifndef ZT_MQTT_WIRE_H
#define ZT_MQTT_WIRE_H

#include "mqtt/packet.h"

enum { ZT_MQTT_STRING_MAX = 65535 };

/* Variable byte integer of one to four bytes (§1.5.5). ZT_E_AGAIN while bytes are missing, ZT_E_PROTOCOL when a fourth
 * byte asks for a fifth. Takes nothing on failure. */
ZT_NODISCARD zt_status zt_mqtt_take_varint(zt_view *in, uint32_t *ret);
/* Two bytes of length and the bytes. */
ZT_NODISCARD zt_status zt_mqtt_take_binary(zt_view *in, zt_view *ret);
/* The same, UTF-8 without U+0000 (MQTT-1.5.3-1, -2; v5: MQTT-1.5.4-1, -2). */
ZT_NODISCARD zt_status zt_mqtt_take_string(zt_view *in, zt_view *ret);
/* The property block of v5 without its length; nothing is taken in 3.1.1. */
ZT_NODISCARD zt_status zt_mqtt_take_properties(zt_view *in, zt_mqtt_version version, zt_view *ret);
/* Not 0 (MQTT-2.3.1-1; v5: MQTT-2.2.1-3). */
ZT_NODISCARD zt_status zt_mqtt_take_packet_id(zt_view *in, uint16_t *ret);

/* What ends an acknowledgement and a DISCONNECT of v5: a code that may be left out when it is success, and properties
 * where there are any (§3.4.2.1, §3.4.2.2.1, §3.14.2.1, §3.14.2.2.1). Nothing may follow. */
ZT_NODISCARD zt_status zt_mqtt_take_reason(zt_view *in, zt_mqtt_version version, uint8_t *ret_code,
					   zt_view *ret_properties);

size_t zt_mqtt_varint_size(size_t value);
void zt_mqtt_put_varint(zt_buf *out, size_t value);
/* Sets the buffer's flag when the text has more than 65,535 bytes. */
void zt_mqtt_put_string(zt_buf *out, zt_view text);
/* The property block of v5; nothing in 3.1.1. */
void zt_mqtt_put_properties(zt_buf *out, zt_mqtt_version version, zt_view properties);
void zt_mqtt_put_reason(zt_buf *out, zt_mqtt_version version, uint8_t code, zt_view properties);
/* A packet's body is written between these: its length, one to four bytes, is set before it at the end. The first
 * returns where the packet begins; `more` bytes of its body are still to follow. One that does not fit is taken out
 * again, and the buffer's flag set. */
size_t zt_mqtt_open(zt_buf *out, zt_mqtt_type type, uint8_t flags);
void zt_mqtt_close(zt_buf *out, size_t packet, size_t more);

#endif
