/* MQTT 5 properties of a publish by HTTP, six values on lines of their own; what comes out must be well-formed. */
#include <stdint.h>

#include "cloud/accept/http_properties.h"
#include "mqtt/properties.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static uint8_t memory[ZT_HTTP_PROPERTIES_MAX];
	zt_view rest = { bytes, n };
	zt_http_properties given = { 0 };
	zt_view *const values[] = { &given.content_type,   &given.response_topic,   &given.message_expiry,
				    &given.payload_format, &given.correlation_data, &given.user_properties };
	for (size_t i = 0; i < ZT_COUNT(values); i++)
		if (!zt_view_split(&rest, '\n', values[i]))
			break;
	zt_buf out = ZT_BUF(memory);
	zt_error error;
	if (zt_http_properties_put(&given, &out, &error) == ZT_OK &&
	    zt_mqtt_properties_check(zt_buf_view(&out), ZT_MQTT_PUBLISH, false) != ZT_OK)
		__builtin_trap();
	return 0;
}
