#include "cloud/accept/accept.h"

#include "mqtt/topic.h"

static zt_status refuse(zt_error *ret_error, zt_status status, int http, const char *code, const char *text)
{
	(void)zt_error_coded(ret_error, status, code, "%s", text);
	if (ret_error)
		ret_error->http = http;
	return status;
}

/* What services alone publish under $aws/things/ (AWS IoT, "reserved topics": clients may only subscribe). */
static bool is_answer(zt_view topic)
{
	static const char *const endings[] = { "/accepted",  "/rejected", "/delta",
					       "/documents", "/notify",   "/notify-next" };
	for (size_t i = 0; i < ZT_COUNT(endings); i++)
		if (zt_view_ends(topic, zt_view_of(endings[i])))
			return true;
	return false;
}

/* "create" and "create-from-csr" of certificates, "<template>/provision" of templates, each with its format (AWS IoT,
 * "Device provisioning MQTT API"). */
static bool is_request(zt_view topic)
{
	zt_view rest = topic;
	if (!zt_view_ends(topic, ZT_LIT("/json")) && !zt_view_ends(topic, ZT_LIT("/cbor")))
		return false;
	rest.n -= sizeof "/json" - 1;
	if (zt_view_equal(rest, ZT_LIT("$aws/certificates/create")) ||
	    zt_view_equal(rest, ZT_LIT("$aws/certificates/create-from-csr")))
		return true;
	if (!zt_view_take_prefix(&rest, ZT_LIT("$aws/provisioning-templates/")) ||
	    !zt_view_ends(rest, ZT_LIT("/provision")))
		return false;
	rest.n -= sizeof "/provision" - 1;
	return rest.n > 0 && zt_view_find(rest, '/') == rest.n;
}

zt_topic_kind zt_topic_kind_of(zt_view topic)
{
	if (topic.n == 0 || topic.p[0] != '$')
		return ZT_TOPIC_ORDINARY;
	if (zt_view_starts(topic, ZT_LIT("$aws/things/")))
		return is_answer(topic) ? ZT_TOPIC_RESERVED : ZT_TOPIC_SERVICE;
	if (is_request(topic))
		return ZT_TOPIC_REQUEST;
	zt_view rest = topic;
	if (!zt_view_take_prefix(&rest, ZT_LIT("$aws/rules/")))
		return ZT_TOPIC_RESERVED;
	return zt_view_find(rest, '/') > 0 ? ZT_TOPIC_INGEST : ZT_TOPIC_RESERVED;
}

bool zt_topic_is_for_all(zt_topic_kind kind)
{
	return kind == ZT_TOPIC_ORDINARY || kind == ZT_TOPIC_SERVICE;
}

zt_status zt_accept_check(const zt_publish *message, zt_error *ret_error)
{
	zt_topic_kind kind = zt_topic_kind_of(message->topic);
	if (!zt_topic_is_valid(message->topic) || !zt_topic_within_limits(message->topic))
		return refuse(ret_error, ZT_E_INVALID, 400, "InvalidRequestException",
			      "a topic has 1 to 256 bytes of UTF-8, at most 7 slashes and no wildcard");
	if (message->payload.n > ZT_PAYLOAD_MAX)
		return refuse(ret_error, ZT_E_LIMIT, 400, "InvalidRequestException", "a payload has at most 128 KB");
	if (message->qos > 1)
		return refuse(ret_error, ZT_E_INVALID, 400, "InvalidRequestException", "QoS is 0 or 1");
	if (kind == ZT_TOPIC_RESERVED)
		return refuse(ret_error, ZT_E_DENIED, 403, "ForbiddenException", "the topic is reserved");
	if (message->retain && kind != ZT_TOPIC_ORDINARY)
		return refuse(ret_error, ZT_E_INVALID, 400, "InvalidRequestException",
			      "a reserved topic retains nothing");
	return ZT_OK;
}
