/* What an MQTT 5 message says beside its payload (SQL reference, "get_mqtt_property", "get_user_properties"). */
#include "base/codec.h"
#include "cloud/rules/functions.h"
#include "mqtt/properties.h"

enum { CORRELATION_TEXT_MAX = 16 * 1024 };

static bool asks_for(const json_t *argument, const char *name)
{
	return json_is_string(argument) && strcmp(json_string_value(argument), name) == 0;
}

static json_t *text_property(zt_view properties, zt_mqtt_property_id id)
{
	zt_mqtt_property property;
	return zt_mqtt_property_find(properties, id, &property) ? zt_json_string(property.text) : NULL;
}

static json_t *correlation_data(zt_view properties)
{
	zt_mqtt_property property;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(CORRELATION_TEXT_MAX);
	bool there = zt_mqtt_property_find(properties, ZT_PROP_CORRELATION_DATA, &property);
	return there && zt_base64_encode(property.text, &text) == ZT_OK ? zt_value_of_str(&text) : NULL;
}

static json_t *format_indicator(zt_view properties)
{
	zt_mqtt_property property = { .number = 0 };
	if (!zt_mqtt_property_find(properties, ZT_PROP_PAYLOAD_FORMAT, &property))
		return NULL;
	return json_string(property.number ? "UTF8_DATA" : "UNSPECIFIED_BYTES");
}

static json_t *call_property(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)count;
	zt_view properties = input->message->properties;
	if (asks_for(arguments[0], "content_type"))
		return text_property(properties, ZT_PROP_CONTENT_TYPE);
	if (asks_for(arguments[0], "response_topic"))
		return text_property(properties, ZT_PROP_RESPONSE_TOPIC);
	if (asks_for(arguments[0], "correlation_data"))
		return correlation_data(properties);
	return asks_for(arguments[0], "format_indicator") ? format_indicator(properties) : NULL;
}

/* All values of one key; without a key [{key: value}, …] in their order. Undefined when there are none. */
static json_t *call_user_properties(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	zt_view rest = input->message->properties;
	zt_mqtt_property property;
	json_t *values = json_array();
	while (zt_mqtt_property_next(&rest, &property)) {
		if (property.id != ZT_PROP_USER_PROPERTY)
			continue;
		json_t *value = zt_json_string(property.text);
		if (count == 0) {
			json_t *pair = json_object();
			(void)json_object_setn_new(pair, (const char *)property.name.p, property.name.n, value);
			(void)json_array_append_new(values, pair);
		} else if (json_is_string(arguments[0]) &&
			   zt_view_equal(property.name, zt_view_of(json_string_value(arguments[0])))) {
			(void)json_array_append_new(values, value);
		} else {
			json_decref(value);
		}
	}
	if (json_array_size(values) > 0)
		return values;
	json_decref(values);
	return NULL;
}

const zt_sql_function zt_sql_mqtt_functions[] = {
	{ "get_mqtt_property", 1, 1, call_property },
	{ "get_user_properties", 0, 1, call_user_properties },
	{ 0 },
};
