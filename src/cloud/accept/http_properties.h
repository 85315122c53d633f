/* The MQTT 5 properties of a message that came by HTTP, from its query and its headers (AWS IoT, "HTTPS"). */
#ifndef ZT_CLOUD_HTTP_PROPERTIES_H
#define ZT_CLOUD_HTTP_PROPERTIES_H

#include "base/error.h"
#include "zerotouch/buf.h"

/* What encoded properties need at most: AWS's limits of each (AWS IoT Core quotas, "MQTT 5"). */
enum { ZT_HTTP_PROPERTIES_MAX = 40 * 1024 };

/* Percent-decoded values; an empty view is an absent one. */
typedef struct {
	zt_view content_type, response_topic,
	    message_expiry;       /* query: contentType, responseTopic, messageExpiry (seconds) */
	zt_view payload_format;   /* x-amz-mqtt5-payload-format-indicator: UNSPECIFIED_BYTES or UTF8_DATA */
	zt_view correlation_data; /* x-amz-mqtt5-correlation-data: base64 */
	zt_view user_properties;  /* x-amz-mqtt5-user-properties: base64 of [{"name":"value"},…] */
} zt_http_properties;

/* Appends them as on the wire, without their length. InvalidRequestException (http 400) names the one that is wrong. */
ZT_NODISCARD zt_status zt_http_properties_put(const zt_http_properties *given, zt_buf *out, zt_error *ret_error);

#endif
