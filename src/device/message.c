#include "zerotouch/message.h"

#include "mqtt/topic.h"

static zt_status check_limits(zt_view topic_or_filter, uint8_t qos, const char **ret_why)
{
	if (!zt_topic_within_limits(topic_or_filter))
		return zt_because(ret_why, ZT_E_LIMIT, "AWS IoT Core takes topics of at most 256 bytes and 7 slashes");
	if (qos > 1)
		return zt_because(ret_why, ZT_E_INVALID, "AWS IoT Core knows QoS 0 and 1 only");
	return ZT_OK;
}

zt_status zt_message_check(const zt_message *message, const char **ret_why)
{
	if (!zt_topic_is_valid(message->topic))
		return zt_because(ret_why, ZT_E_INVALID, "a topic is UTF-8, not empty, and has no '+' or '#'");
	if (message->payload.n > ZT_PAYLOAD_MAX)
		return zt_because(ret_why, ZT_E_LIMIT, "AWS IoT Core takes payloads of at most 131072 bytes (128 KB)");
	return check_limits(message->topic, message->qos, ret_why);
}

zt_status zt_filter_check(zt_view filter, uint8_t qos, const char **ret_why)
{
	if (!zt_filter_is_valid(filter))
		return zt_because(
		    ret_why, ZT_E_INVALID,
		    "a topic filter is UTF-8, not empty, with '+' for a whole level and '#' for the rest");
	return check_limits(filter, qos, ret_why);
}
