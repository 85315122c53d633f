#include "zerotouch/message.h"

#include "mqtt/topic.h"

#define REFUSE(condition, status, sentence)            \
	do {                                           \
		if (condition) {                       \
			if (ret_why)                   \
				*ret_why = (sentence); \
			return (status);               \
		}                                      \
	} while (0)

zt_status zt_message_check(const zt_message *message, const char **ret_why)
{
	REFUSE(!zt_topic_is_valid(message->topic), ZT_E_INVALID, "a topic is UTF-8, not empty, and has no '+' or '#'");
	REFUSE(!zt_topic_within_limits(message->topic), ZT_E_LIMIT,
	       "AWS IoT Core takes topics of at most 256 bytes and 7 slashes");
	REFUSE(message->payload.n > ZT_PAYLOAD_MAX, ZT_E_LIMIT,
	       "AWS IoT Core takes payloads of at most 131072 bytes (128 KB)");
	REFUSE(message->qos > 1, ZT_E_INVALID, "AWS IoT Core knows QoS 0 and 1 only");
	return ZT_OK;
}

zt_status zt_filter_check(zt_view filter, uint8_t qos, const char **ret_why)
{
	REFUSE(!zt_filter_is_valid(filter), ZT_E_INVALID,
	       "a topic filter is UTF-8, not empty, with '+' for a whole level and '#' for all that follow");
	REFUSE(!zt_topic_within_limits(filter), ZT_E_LIMIT,
	       "AWS IoT Core takes topic filters of at most 256 bytes and 7 slashes");
	REFUSE(qos > 1, ZT_E_INVALID, "AWS IoT Core knows QoS 0 and 1 only");
	return ZT_OK;
}
