/* POST /topics/<topic>?qos=0|1&retain=true|false (facts §2.4, §5.1). */
#include "base/codec.h"
#include "base/log.h"
#include "cloud/gateway/https.h"
#include "cloud/gateway/room.h"

enum { TOPIC_TEXT_MAX = 4096, DECISION_TEXT_MAX = 128 };

static void refuse(zt_https_peer *peer, zt_http_exchange *exchange, zt_refusal_rule rule, const char *detail)
{
	zt_refusal refusal = zt_https_refusal(peer, rule);
	zt_https_record(peer->gateway, &refusal, zt_http_exchange_request(exchange), detail);
	zt_https_answer(exchange, 403, "ForbiddenException", NULL);
}

static bool is_allowed(zt_https_peer *peer, zt_http_exchange *exchange, const char *action, zt_view topic, zt_refusal_rule rule)
{
	char text[DECISION_TEXT_MAX];
	zt_decision decision = zt_grants_decide(&peer->grants, action, "topic", topic);
	if (decision.kind == ZT_DECISION_ALLOW)
		return true;
	zt_decision_text(&decision, text, sizeof text);
	refuse(peer, exchange, rule, text);
	return false;
}

/* iot:Connect is not asked for: there is no CONNECT, and whether AWS does is unconfirmed. */
static bool may_publish(zt_https_peer *peer, zt_http_exchange *exchange, const zt_publish *message)
{
	zt_grants_refresh(&peer->grants);
	if (peer->grants.policy_count == 0) {
		refuse(peer, exchange, ZT_REFUSED_NO_POLICY, "");
		return false;
	}
	return is_allowed(peer, exchange, "iot:Publish", message->topic, ZT_REFUSED_PUBLISH) &&
	       (!message->retain || is_allowed(peer, exchange, "iot:RetainPublish", message->topic, ZT_REFUSED_RETAIN));
}

static zt_status read_parameters(const zt_http_request *request, zt_publish *message)
{
	zt_view value;
	if (zt_http_query_of(request, "qos", &value)) {
		ENSURE(zt_view_equal(value, ZT_LIT("0")) || zt_view_equal(value, ZT_LIT("1")), ZT_E_INVALID);
		message->qos = value.p[0] == '1';
	}
	if (zt_http_query_of(request, "retain", &value)) {
		message->retain = zt_view_equal_nocase(value, ZT_LIT("true"));
		ENSURE(message->retain || zt_view_equal_nocase(value, ZT_LIT("false")), ZT_E_INVALID);
	}
	return ZT_OK;
}

static void published(void *context, zt_status status)
{
	zt_http_exchange *exchange = context;
	if (status == ZT_OK)
		zt_https_answer(exchange, 200, NULL, "OK");
	else
		zt_https_answer(exchange, 500, "InternalFailureException", NULL);
}

static void publish(zt_https_peer *peer, zt_http_exchange *exchange, zt_view encoded_topic)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(TOPIC_TEXT_MAX);
	const zt_http_request *request = zt_http_exchange_request(exchange);
	zt_error error = { 0 };
	zt_publish message = { .payload = request->body, .principal = zt_view_of(peer->leaf.id) };
	if (zt_percent_decode(encoded_topic, false, &topic) != ZT_OK || read_parameters(request, &message) != ZT_OK) {
		zt_https_answer(exchange, 400, "InvalidRequestException", "Invalid request");
		return;
	}
	message.topic = zt_str_view(&topic);
	if (zt_accept_check(&message, &error) != ZT_OK) {
		zt_https_answer(exchange, (unsigned)error.http, error.code, error.http == 403 ? NULL : error.text);
		return;
	}
	if (!may_publish(peer, exchange, &message))
		return;
	peer->gateway->counters.messages_accepted++;
	if (zt_accept(&peer->gateway->acceptor, &message, published, exchange, &error) != ZT_OK)
		zt_https_answer(exchange, (unsigned)error.http, error.code, error.text);
}

void zt_https_serve(zt_https_peer *peer, zt_http_exchange *exchange)
{
	const zt_http_request *request = zt_http_exchange_request(exchange);
	zt_view rest = request->path;
	if (!zt_view_take_prefix(&rest, ZT_LIT("/topics/"))) {
		zt_refusal refusal = zt_https_refusal(peer, ZT_REFUSED_ROUTE);
		zt_https_record(peer->gateway, &refusal, request, "");
		zt_https_answer(exchange, 404, "ResourceNotFoundException", "Not Found");
		return;
	}
	if (!zt_view_equal(request->method, ZT_LIT("POST"))) {
		zt_https_answer(exchange, 405, "MethodNotAllowedException", "Method Not Allowed");
		return;
	}
	publish(peer, exchange, rest);
}
