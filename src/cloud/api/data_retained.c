/* Retained messages (AWS IoT data plane API). */
#include "base/codec.h"
#include "base/json.h"
#include "cloud/api/input.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/broker/kept.h"
#include "mqtt/properties.h"

enum { LIST_MAX = 200, PAYLOAD_TEXT_MAX = 256 * 1024, USER_TEXT_MAX = 192 * 1024 };
static const zt_page_names page_names = { "maxResults", "nextToken", "nextToken", LIST_MAX };

/* NULL when it is not there, or no longer. */
static const zt_retained *find(const zt_registry *registry, zt_view topic)
{
	const zt_retained *message = zt_registry_retained(registry, topic);
	return message && !zt_kept_has_expired(message, zt_registry_now_ms(registry)) ? message : NULL;
}

static json_t *user_properties_of(const zt_retained *message)
{
	zt_view rest = zt_view_make(message->properties, message->properties_n);
	zt_mqtt_property property;
	json_t *list = json_array();
	while (zt_mqtt_property_next(&rest, &property)) {
		if (property.id != ZT_PROP_USER_PROPERTY)
			continue;
		json_t *pair = json_object();
		(void)json_object_setn_new(pair, (const char *)property.name.p, property.name.n,
					   zt_json_string(property.text));
		(void)json_array_append_new(list, pair);
	}
	return list;
}

/* Base64 of [{"name":"value"},…], and null when there are none. */
static zt_status put_user_properties(json_t *reply, const zt_retained *message)
{
	ZT_JSON_CLEANUP json_t *list = user_properties_of(message);
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(USER_TEXT_MAX), base64 = ZT_STR(USER_TEXT_MAX);
	if (json_array_size(list) > 0) {
		TRY(zt_json_write(list, &text));
		TRY(zt_base64_encode(zt_str_view(&text), &base64));
	}
	json_t *value = base64.n ? zt_json_string(zt_str_view(&base64)) : json_null();
	return json_object_set_new(reply, "userProperties", value) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(PAYLOAD_TEXT_MAX);
	const zt_retained *message = find(call->registry, call->labels[0]);
	if (!message)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "No retained message on this topic");
	TRY(zt_base64_encode(zt_view_make(message->payload, message->payload_n), &payload));
	TRY(zt_call_reply(call,
			  json_pack("{s:s, s:s, s:i, s:I}", "topic", message->topic, "payload", zt_str_text(&payload),
				    "qos", (int)message->qos, "lastModifiedTime", (json_int_t)message->modified_ms)));
	return put_user_properties(call->reply, message);
}

static const void *next_message(void *context, zt_view after)
{
	const zt_retained *message = zt_registry_next_retained(context, after);
	while (message && zt_kept_has_expired(message, zt_registry_now_ms(context)))
		message = zt_registry_next_retained(context, zt_view_of(message->topic));
	return message;
}

static zt_view message_key(const void *entry)
{
	return zt_view_of(((const zt_retained *)entry)->topic);
}

static json_t *show_message(void *context, const void *entry)
{
	const zt_retained *message = entry;
	(void)context;
	return json_pack("{s:s, s:I, s:i, s:I}", "topic", message->topic, "payloadSize", (json_int_t)message->payload_n,
			 "qos", (int)message->qos, "lastModifiedTime", (json_int_t)message->modified_ms);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	const zt_page_source source = { next_message, message_key, NULL, show_message, call->registry };
	return zt_page_reply(call, &page_names, false, &source, "retainedTopics", ret_error);
}

static const zt_operation rows[] = {
	{ ZT_REST("GetRetainedMessage", "GET", "/retainedMessage/{+}", "topic/{}", get) },
	{ ZT_REST("ListRetainedMessages", "GET", "/retainedMessage", NULL, list) },
};
const zt_operations zt_data_retained_operations = ZT_OPERATIONS(rows);
