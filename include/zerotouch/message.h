/* A message to publish, and the limits that AWS IoT Core puts on it ("AWS IoT Core message broker and protocol limits
 * and quotas"), checked before anything is sent. */
#ifndef ZEROTOUCH_MESSAGE_H
#define ZEROTOUCH_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "zerotouch/status.h"
#include "zerotouch/view.h"

enum {
	ZT_PAYLOAD_MAX = 128 * 1024, /* AWS: 128 KB a message */
	ZT_CLIENT_ID_MAX = 128,      /* AWS: 128 bytes of UTF-8 */
};

/* Borrowed: topic and payload stay with the caller until the message is reported as published or not. */
typedef struct {
	zt_view topic;
	zt_view payload; /* exactly these bytes */
	uint8_t qos;     /* 0 or 1; AWS knows no 2 */
	bool retain;     /* MQTT only */
} zt_message;

/* ZT_E_LIMIT or ZT_E_INVALID with a sentence that names the limit in *ret_why (NULL is fine). */
ZT_NODISCARD zt_status zt_message_check(const zt_message *message, const char **ret_why);
/* The same for a subscription's filter. */
ZT_NODISCARD zt_status zt_filter_check(zt_view filter, uint8_t qos, const char **ret_why);

#endif
