/* POST /topics/<topic>?qos=0|1&retain=true|false, and MQTT 5's properties (AWS IoT, "HTTPS"; AWS IoT data plane API).
 */
#include "base/codec.h"
#include "base/log.h"
#include "cloud/accept/http_properties.h"
#include "cloud/gateway/https.h"
#include "cloud/gateway/room.h"

enum { TEXT_MAX = 4096 };

/* What a request says, decoded. */
typedef struct {
	zt_str topic, content_type, response_topic, message_expiry;
	uint8_t properties[ZT_HTTP_PROPERTIES_MAX];
} publication;

static void free_publication(publication *p)
{
	zt_str_free(&p->topic);
	zt_str_free(&p->content_type);
	zt_str_free(&p->response_topic);
	zt_str_free(&p->message_expiry);
}

static void refuse(zt_https_peer *peer, zt_http_exchange *exchange, zt_refusal_rule rule, const char *detail)
{
	zt_refusal refusal = zt_https_refusal(peer, rule);
	zt_https_record(peer->gateway, &refusal, zt_http_exchange_request(exchange), detail);
	zt_https_answer(exchange, 403, "ForbiddenException", NULL);
}

static bool is_allowed(zt_https_peer *peer, zt_http_exchange *exchange, const char *action, zt_view topic,
		       zt_refusal_rule rule)
{
	char text[ZT_REFUSAL_TEXT_MAX];
	zt_decision decision = zt_grants_decide(&peer->grants, action, "topic", topic);
	if (decision.kind == ZT_DECISION_ALLOW)
		return true;
	zt_grants_explain(&peer->grants, &decision, action, text, sizeof text);
	refuse(peer, exchange, rule, text);
	return false;
}

/* iot:Connect is not asked for: there is no CONNECT, and whether AWS does is unconfirmed. */
static bool may_publish(zt_https_peer *peer, zt_http_exchange *exchange, const zt_publish *message)
{
	zt_grants_refresh(&peer->grants);
	if (peer->grants.policies.count == 0) {
		refuse(peer, exchange, ZT_REFUSED_NO_POLICY, "");
		return false;
	}
	return is_allowed(peer, exchange, "iot:Publish", message->topic, ZT_REFUSED_PUBLISH) &&
	       (!message->retain || is_allowed(peer, exchange, "iot:RetainPublish", message->topic, ZT_REFUSED_RETAIN));
}

static zt_status invalid(zt_error *ret_error, const char *what)
{
	(void)zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequestException", "%s is invalid", what);
	ret_error->http = 400;
	return ZT_E_INVALID;
}

/* Nothing when it is absent. */
static zt_status query_text(const zt_http_request *request, const char *name, zt_str *out, zt_error *ret_error)
{
	zt_view value;
	if (zt_http_query_of(request, name, &value) && zt_percent_decode(value, true, out) != ZT_OK)
		return invalid(ret_error, name);
	return ZT_OK;
}

static zt_status read_flags(const zt_http_request *request, zt_publish *message, zt_error *ret_error)
{
	zt_view value;
	if (zt_http_query_of(request, "qos", &value)) {
		message->qos = zt_view_equal(value, ZT_LIT("1"));
		ENSURE(message->qos || zt_view_equal(value, ZT_LIT("0")), invalid(ret_error, "qos"));
	}
	if (zt_http_query_of(request, "retain", &value)) {
		message->retain = zt_view_equal_nocase(value, ZT_LIT("true"));
		ENSURE(message->retain || zt_view_equal_nocase(value, ZT_LIT("false")), invalid(ret_error, "retain"));
	}
	return ZT_OK;
}

static zt_status read_properties(const zt_http_request *request, publication *p, zt_publish *message,
				 zt_error *ret_error)
{
	zt_buf out = ZT_BUF(p->properties);
	TRY(query_text(request, "contentType", &p->content_type, ret_error));
	TRY(query_text(request, "responseTopic", &p->response_topic, ret_error));
	TRY(query_text(request, "messageExpiry", &p->message_expiry, ret_error));
	const zt_http_properties given = {
		.content_type = zt_str_view(&p->content_type),
		.response_topic = zt_str_view(&p->response_topic),
		.message_expiry = zt_str_view(&p->message_expiry),
		.payload_format = zt_http_header_of(request, "x-amz-mqtt5-payload-format-indicator"),
		.correlation_data = zt_http_header_of(request, "x-amz-mqtt5-correlation-data"),
		.user_properties = zt_http_header_of(request, "x-amz-mqtt5-user-properties"),
	};
	TRY(zt_http_properties_put(&given, &out, ret_error));
	message->properties = zt_buf_view(&out);
	return ZT_OK;
}

static zt_status read_publication(const zt_http_request *request, zt_view encoded_topic, publication *p,
				  zt_publish *message, zt_error *ret_error)
{
	if (zt_percent_decode(encoded_topic, false, &p->topic) != ZT_OK)
		return invalid(ret_error, "topic");
	message->topic = zt_str_view(&p->topic);
	message->payload = request->body;
	TRY(read_flags(request, message, ret_error));
	TRY(read_properties(request, p, message, ret_error));
	return zt_accept_check(message, ret_error);
}

static void published(void *context, zt_status status)
{
	zt_http_exchange *exchange = context;
	if (status == ZT_OK)
		zt_https_answer(exchange, 200, NULL, "OK");
	else
		zt_https_answer(exchange, 500, "InternalFailureException", NULL);
}

static zt_refusal_rule rule_of(const zt_error *error)
{
	if (!error->code[0] || error->http >= 500)
		return ZT_REFUSED_BROKER;
	return error->http == 403 ? ZT_REFUSED_RESERVED : ZT_REFUSED_REQUEST;
}

/* A forbidden topic is told as a policy's denial is: with no message. */
static void answer_error(zt_https_peer *peer, zt_http_exchange *exchange, const zt_error *error)
{
	bool known = error->code[0];
	zt_refusal refusal = zt_https_refusal(peer, rule_of(error));
	zt_https_record(peer->gateway, &refusal, zt_http_exchange_request(exchange), error->text);
	zt_https_answer(exchange,
			error->http ? (unsigned)error->http
			: known     ? 400
				    : 500,
			known ? error->code : "InternalFailureException",
			known && error->http != 403 ? error->text : NULL);
}

static void publish(zt_https_peer *peer, zt_http_exchange *exchange, zt_view encoded_topic)
{
	ZT_CLEANUP(free_publication)
	publication p = { .topic = ZT_STR(TEXT_MAX),
			  .content_type = ZT_STR(TEXT_MAX),
			  .response_topic = ZT_STR(TEXT_MAX),
			  .message_expiry = ZT_STR(TEXT_MAX) };
	zt_publish message = { .principal = zt_view_of(peer->leaf.id), .source_ip = zt_view_of(peer->source_ip) };
	zt_error error = { 0 };
	if (read_publication(zt_http_exchange_request(exchange), encoded_topic, &p, &message, &error) != ZT_OK) {
		answer_error(peer, exchange, &error);
		return;
	}
	if (!may_publish(peer, exchange, &message))
		return;
	if (zt_accept(&peer->gateway->acceptor, &message, published, exchange, &error) == ZT_OK)
		peer->gateway->counters.messages_accepted++;
	else
		answer_error(peer, exchange, &error);
}

/* Shadows and retained messages: the control plane has the operations, we the device's rights. */
static bool is_data_plane(zt_view path)
{
	return zt_view_starts(path, ZT_LIT("/things/")) || zt_view_starts(path, ZT_LIT("/api/things/shadow/")) ||
	       zt_view_starts(path, ZT_LIT("/retainedMessage"));
}

typedef struct {
	zt_https_peer *peer;
	const zt_http_request *request;
} asker;

static bool device_may(void *context, const char *action, zt_view resource)
{
	asker *a = context;
	char text[ZT_REFUSAL_TEXT_MAX];
	zt_decision decision = zt_grants_decide_on(&a->peer->grants, action, resource.n ? resource : ZT_LIT("*"));
	if (decision.kind == ZT_DECISION_ALLOW)
		return true;
	bool no_policy = a->peer->grants.policies.count == 0;
	zt_grants_explain(&a->peer->grants, &decision, action, text, sizeof text);
	zt_refusal refusal = zt_https_refusal(a->peer, no_policy ? ZT_REFUSED_NO_POLICY : ZT_REFUSED_ACTION);
	zt_https_record(a->peer->gateway, &refusal, a->request, no_policy ? "" : text);
	return false;
}

static void delegate(zt_https_peer *peer, zt_http_exchange *exchange)
{
	const zt_operators *operators = &peer->gateway->operators;
	asker asks = { peer, zt_http_exchange_request(exchange) };
	const zt_device_rights rights = { device_may, &asks, peer->leaf.id };
	operators->serve_device(operators->context, exchange, &rights);
}

static void refuse_route(zt_https_peer *peer, zt_http_exchange *exchange, unsigned status, const char *type,
			 const char *message)
{
	zt_refusal refusal = zt_https_refusal(peer, ZT_REFUSED_ROUTE);
	zt_https_record(peer->gateway, &refusal, zt_http_exchange_request(exchange), message);
	zt_https_answer(exchange, status, type, message);
}

void zt_https_serve(zt_https_peer *peer, zt_http_exchange *exchange)
{
	const zt_http_request *request = zt_http_exchange_request(exchange);
	zt_view rest = request->path;
	if (!zt_view_take_prefix(&rest, ZT_LIT("/topics/"))) {
		if (is_data_plane(request->path) && peer->gateway->operators.serve_device) {
			delegate(peer, exchange);
			return;
		}
		refuse_route(peer, exchange, 404, "ResourceNotFoundException", "Not Found");
		return;
	}
	if (!zt_view_equal(request->method, ZT_LIT("POST"))) {
		refuse_route(peer, exchange, 405, "MethodNotAllowedException", "Method Not Allowed");
		return;
	}
	publish(peer, exchange, rest);
}
