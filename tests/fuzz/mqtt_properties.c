/* Properties of every packet: the check must not miss what the reader stumbles over. */
#include <stdint.h>

#include "mqtt/properties.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static size_t bytes_read(zt_view properties)
{
	zt_mqtt_property p;
	size_t n = 0;
	while (zt_mqtt_property_next(&properties, &p))
		n += p.whole.n;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view properties = { bytes, n };
	size_t readable = bytes_read(properties);
	for (unsigned type = ZT_MQTT_CONNECT; type <= ZT_MQTT_AUTH; type++)
		for (int will = 0; will < 2; will++)
			if (zt_mqtt_properties_check(properties, (zt_mqtt_type)type, will) == ZT_OK && readable != n)
				abort();
	zt_mqtt_property p;
	(void)zt_mqtt_property_find(properties, ZT_PROP_USER_PROPERTY, &p);
	return 0;
}
