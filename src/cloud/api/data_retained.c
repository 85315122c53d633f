/* Retained messages (facts §5.1). */
#include "base/codec.h"
#include "base/json.h"
#include "cloud/api/input.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/retained.h"

enum { LIST_MAX = 200, PAYLOAD_TEXT_MAX = 256 * 1024 };
static const zt_page_names page_names = { "maxResults", "nextToken", "nextToken", LIST_MAX };

static zt_status get(zt_call *call, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(PAYLOAD_TEXT_MAX);
	const zt_retained *message = zt_registry_retained(call->registry, call->labels[0]);
	if (!message)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "No retained message on this topic");
	TRY(zt_base64_encode(zt_view_make(message->payload, message->payload_n), &payload));
	return zt_call_reply(call, json_pack("{s:s, s:s, s:i, s:I}", "topic", message->topic, "payload",
					     zt_str_text(&payload), "qos", (int)message->qos, "lastModifiedTime",
					     (json_int_t)message->modified_ms));
}

static const void *next_message(void *context, zt_view after)
{
	return zt_registry_next_retained(context, after);
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
