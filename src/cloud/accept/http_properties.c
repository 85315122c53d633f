#include "cloud/accept/http_properties.h"

#include "base/codec.h"
#include "base/json.h"
#include "mqtt/properties.h"
#include "mqtt/topic.h"

/* AWS IoT Core quotas, "MQTT 5". */
enum {
	CONTENT_TYPE_MAX = 256,
	CORRELATION_MAX = 8 * 1024,
	USER_MAX = 8 * 1024,
	USER_JSON_MAX = 32 * 1024,
	EXPIRY_MAX_S = 604800,
};

static zt_status refuse(zt_error *ret_error, const char *what)
{
	(void)zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequestException", "%s", what);
	if (ret_error)
		ret_error->http = 400;
	return ZT_E_INVALID;
}

static zt_status put_format(zt_view word, zt_buf *out, zt_error *ret_error)
{
	bool text = zt_view_equal(word, ZT_LIT("UTF8_DATA"));
	if (word.n == 0)
		return ZT_OK;
	if (!text && !zt_view_equal(word, ZT_LIT("UNSPECIFIED_BYTES")))
		return refuse(ret_error, "the payload format indicator is UNSPECIFIED_BYTES or UTF8_DATA");
	zt_mqtt_put_number(out, ZT_PROP_PAYLOAD_FORMAT, text ? 1 : 0);
	return ZT_OK;
}

static zt_status put_expiry(zt_view digits, zt_buf *out, zt_error *ret_error)
{
	uint64_t seconds;
	if (digits.n == 0)
		return ZT_OK;
	if (!zt_view_to_u64(digits, &seconds) || seconds == 0 || seconds > EXPIRY_MAX_S)
		return refuse(ret_error, "the message expiry is 1 to 604800 seconds");
	zt_mqtt_put_number(out, ZT_PROP_MESSAGE_EXPIRY, (uint32_t)seconds);
	return ZT_OK;
}

static zt_status put_content_type(zt_view type, zt_buf *out, zt_error *ret_error)
{
	if (type.n == 0)
		return ZT_OK;
	if (type.n > CONTENT_TYPE_MAX || !zt_view_is_utf8(type))
		return refuse(ret_error, "the content type has at most 256 bytes of UTF-8");
	zt_mqtt_put_text(out, ZT_PROP_CONTENT_TYPE, type);
	return ZT_OK;
}

static zt_status put_response_topic(zt_view topic, zt_buf *out, zt_error *ret_error)
{
	if (topic.n == 0)
		return ZT_OK;
	if (!zt_topic_is_valid(topic) || !zt_topic_within_limits(topic))
		return refuse(ret_error, "the response topic is no topic");
	zt_mqtt_put_text(out, ZT_PROP_RESPONSE_TOPIC, topic);
	return ZT_OK;
}

static zt_status put_correlation(zt_view base64, zt_buf *out, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str data = ZT_STR(CORRELATION_MAX);
	if (base64.n == 0)
		return ZT_OK;
	if (zt_base64_decode(base64, &data) != ZT_OK)
		return refuse(ret_error, "the correlation data is base64 of at most 8 KB");
	zt_mqtt_put_text(out, ZT_PROP_CORRELATION_DATA, zt_str_view(&data));
	return ZT_OK;
}

/* One object with one pair. */
static bool put_user_property(json_t *pair, size_t *total, zt_buf *out)
{
	void *first = json_object_iter(pair);
	if (json_object_size(pair) != 1 || !json_is_string(json_object_iter_value(first)))
		return false;
	zt_view name = zt_view_of(json_object_iter_key(first)),
		value = zt_view_of(json_string_value(json_object_iter_value(first)));
	*total += name.n + value.n;
	if (*total > USER_MAX)
		return false;
	zt_mqtt_put_user(out, name, value);
	return true;
}

static zt_status put_user_properties(zt_view base64, zt_buf *out, zt_error *ret_error)
{
	static const char refusal[] =
	    "the user properties are base64 of a JSON list of objects with one pair each, at most 8 KB";
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(USER_JSON_MAX);
	ZT_JSON_CLEANUP json_t *list = NULL;
	size_t i, total = 0;
	json_t *pair;
	if (base64.n == 0)
		return ZT_OK;
	if (zt_base64_decode(base64, &text) != ZT_OK || zt_json_parse(zt_str_view(&text), &list, NULL) != ZT_OK ||
	    !json_is_array(list))
		return refuse(ret_error, refusal);
	json_array_foreach(list, i, pair)
		if (!put_user_property(pair, &total, out))
			return refuse(ret_error, refusal);
	return ZT_OK;
}

zt_status zt_http_properties_put(const zt_http_properties *given, zt_buf *out, zt_error *ret_error)
{
	TRY(put_format(given->payload_format, out, ret_error));
	TRY(put_expiry(given->message_expiry, out, ret_error));
	TRY(put_content_type(given->content_type, out, ret_error));
	TRY(put_response_topic(given->response_topic, out, ret_error));
	TRY(put_correlation(given->correlation_data, out, ret_error));
	TRY(put_user_properties(given->user_properties, out, ret_error));
	return zt_buf_finish(out);
}
