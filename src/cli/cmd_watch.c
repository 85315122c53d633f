/* zerotouch watch: subscribes as the operator, over a signed WebSocket, and prints what comes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/iot_rule.h"
#include "aws/sigv4.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/options.h"
#include "base/random.h"
#include "base/timefmt.h"
#include "cli/account.h"
#include "cli/ending.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "port/linux/client.h"

enum {
	LOOK_AGAIN_MS = 200,
	PAYLOAD_TEXT_MAX = 512 * 1024,
	FILTERS_MAX = 8, /* AWS IoT Core quota, "subscriptions per subscribe request" */
	AWS_PORT = 443,
	LOCAL_PORT = 8444, /* what zerotouch-cloud has in its place */
};

typedef struct {
	zt_account_options account;
	const char *endpoint, *ca_file;
	unsigned port, count;
	bool json, topics;
	zt_opt_result filters;
} watch_options;

/* Text payloads as text, others as base64. */
static zt_status print_json_message(const zt_message *message)
{
	ZT_CLEANUP(zt_str_free) zt_str encoded = ZT_STR(PAYLOAD_TEXT_MAX);
	bool text = zt_view_is_utf8(message->payload);
	if (!text)
		TRY(zt_base64_encode(message->payload, &encoded));
	ZT_JSON_CLEANUP json_t *event =
	    json_pack("{s:s, s:o, s:i, s:b, s:o}", "event", "message", "topic", zt_json_string(message->topic), "qos",
		      (int)message->qos, "retain", (int)message->retain, text ? "payload" : "payloadBase64",
		      zt_json_string(text ? message->payload : zt_str_view(&encoded)));
	ENSURE(event, ZT_E_NOMEM);
	return zt_output_json(event);
}

static zt_status print_message(const watch_options *o, const zt_message *message)
{
	if (o->json) {
		TRY(print_json_message(message));
	} else {
		if (o->topics)
			(void)printf("%.*s ", ZT_PRI(message->topic));
		(void)fwrite(message->payload.p, 1, message->payload.n, stdout);
		(void)putchar('\n');
	}
	return fflush(stdout) == 0 ? ZT_OK : ZT_E_IO;
}

static zt_status told_subscribed(const watch_options *o, const zt_event *event, zt_error *ret_error)
{
	zt_view filter = event->subscription->filter;
	if (event->reason != ZT_REASON_NONE)
		return zt_error_set(ret_error, ZT_E_DENIED, "%.*s: %s", ZT_PRI(filter), zt_reason_text(event->reason));
	if (!o->json) {
		(void)fprintf(stderr, "watching %.*s\n", ZT_PRI(filter));
		return ZT_OK;
	}
	ZT_JSON_CLEANUP json_t *json = json_pack("{s:s, s:o}", "event", "subscribed", "filter", zt_json_string(filter));
	ENSURE(json, ZT_E_NOMEM);
	TRY(zt_output_json(json));
	return fflush(stdout) == 0 ? ZT_OK : ZT_E_IO;
}

/* Neither a server that cannot be trusted nor a signature that was refused will change its mind. */
static zt_status told_trouble(const zt_client *client, const zt_event *event, zt_error *ret_error)
{
	const char *detail = zt_client_detail(client);
	if (event->reason == ZT_REASON_SERVER_NOT_TRUSTED)
		return zt_error_set(ret_error, ZT_E_TLS, "%s (%s); is --ca-file right?", zt_reason_text(event->reason),
				    detail);
	if (event->reason == ZT_REASON_IDENTITY_UNREADABLE)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s", detail);
	if (event->reason == ZT_REASON_NO_POLICY)
		return zt_error_set(ret_error, ZT_E_DENIED,
				    "the caller may not connect: allow iot:Connect on client/zerotouch-watch-*");
	(void)fprintf(stderr, "%s%s%s; trying again in %.1f s\n", zt_reason_text(event->reason), detail[0] ? ": " : "",
		      detail, (double)event->wait_ms / 1000.0);
	return ZT_OK;
}

static zt_status listen(const watch_options *o, zt_client *client, zt_error *ret_error)
{
	unsigned received = 0;
	while (!zt_ending()) {
		zt_event event;
		zt_client_wait(client, LOOK_AGAIN_MS, &event);
		if (event.kind == ZT_EVENT_SUBSCRIBED)
			TRY(told_subscribed(o, &event, ret_error));
		else if (event.kind == ZT_EVENT_REFUSED || event.kind == ZT_EVENT_LOST)
			TRY(told_trouble(client, &event, ret_error));
		else if (event.kind == ZT_EVENT_RECEIVED)
			TRY(print_message(o, &event.message));
		if (event.kind == ZT_EVENT_RECEIVED && ++received == o->count)
			return ZT_OK;
	}
	return ZT_OK;
}

typedef struct {
	zt_account_session *session;
	char host[254 + 6];
} signature;

/* The query form of Signature Version 4; the session token is appended behind the signature (AWS, "Signature Version
 * 4"). */
static zt_status sign(void *context, zt_str *out, zt_error *ret_error)
{
	const signature *s = context;
	TRY(zt_aws_client_renew(s->session->client, ret_error));
	const zt_aws_credentials *keys = &s->session->profile.credentials;
	const zt_sigv4_signer signer = {
		.access_key_id = zt_view_of(keys->access_key_id),
		.secret = zt_secret_view(&keys->secret),
		.token = zt_secret_view(&keys->token),
		.region = zt_view_of(s->session->profile.region),
		.service = ZT_LIT("iotdevicegateway"),
		.time_ms = zt_time_now_ms(),
		.token_unsigned = true,
	};
	const zt_sigv4_header host = { ZT_LIT("host"), zt_view_of(s->host) };
	const zt_sigv4_request request = { ZT_LIT("GET"), ZT_LIT("/mqtt"), ZT_VIEW_EMPTY, &host, 1, ZT_VIEW_EMPTY };
	TRY(zt_str_put_text(out, "/mqtt?"));
	zt_status status = zt_sigv4_presign(&signer, &request, 0, out, NULL, NULL);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "cannot sign: %s", zt_status_text(status));
}

static unsigned port_of(const watch_options *o, const zt_account_session *session)
{
	/* Where every service has a given URL, the endpoint is that of zerotouch-cloud. */
	bool local = zt_aws_client_origin(session->client, ZT_AWS_OWN)[0] != 0;
	return o->port ? o->port : local ? LOCAL_PORT : AWS_PORT;
}

static zt_status watch_with(const watch_options *o, zt_account_session *session, const char *host, zt_error *ret_error)
{
	zt_subscription subscriptions[FILTERS_MAX];
	char client_id[64];
	unsigned port = port_of(o, session);
	signature signs = { .session = session };
	for (size_t i = 0; i < o->filters.positional_count; i++)
		subscriptions[i] = (zt_subscription){ zt_view_of(o->filters.positional[i]), 1 };
	(void)snprintf(client_id, sizeof client_id, "zerotouch-watch-%016" PRIx64, zt_random_below(UINT64_MAX));
	(void)snprintf(signs.host, sizeof signs.host, port == AWS_PORT ? "%s" : "%s:%u", host, port);
	const zt_client_spec spec = {
		.route = ZT_ROUTE_MQTT,
		.host = host,
		.mqtt_port = (uint16_t)port,
		.ca_file = o->ca_file,
		.client_id = client_id,
		.protocol = &zt_mqtt5, /* it is told why it is refused */
		.sign = sign,
		.sign_context = &signs,
		.subscriptions = subscriptions,
		.subscription_count = o->filters.positional_count,
	};
	ZT_CLEANUP(zt_client_freep) zt_client *client = NULL;
	TRY(zt_client_new(&spec, &client, ret_error));
	return listen(o, client, ret_error);
}

static zt_status watch(const watch_options *o, zt_error *ret_error)
{
	ZT_CLEANUP(zt_account_close) zt_account_session session = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str host = ZT_STR(254);
	TRY(zt_end_on_signals(ret_error));
	TRY(zt_account_open(&o->account, &session, ret_error));
	if (o->endpoint)
		TRY(zt_str_put_text(&host, o->endpoint));
	else
		TRY(zt_iot_endpoint_describe(session.client, ZT_LIT("iot:Data-ATS"), &host, ret_error));
	return watch_with(o, &session, zt_str_text(&host), ret_error);
}

zt_status zt_cmd_watch(int argc, char **argv, zt_error *ret_error)
{
	watch_options o = { .ca_file = getenv("ZT_CA_FILE") };
	TRY(zt_options_port("ZT_ALPN_PORT", 0, &o.port, ret_error));
	const zt_opt options[] = {
		ZT_ACCOUNT_OPTIONS(o.account),
		{ "endpoint", 0, ZT_OPT_TEXT, &o.endpoint, "HOST",
		  "data endpoint (default: what DescribeEndpoint says)", 0, 0 },
		{ "port", 0, ZT_OPT_NUMBER, &o.port, "PORT",
		  "its port (default $ZT_ALPN_PORT, or 443; 8444 where an endpoint URL is given)", 1, 65535 },
		{ "ca-file", 0, ZT_OPT_TEXT, &o.ca_file, "FILE", "roots that verify it (default $ZT_CA_FILE, Amazon's)",
		  0, 0 },
		{ "topics", 't', ZT_OPT_FLAG, &o.topics, NULL, "print each message's topic before it", 0, 0 },
		{ "count", 'n', ZT_OPT_NUMBER, &o.count, "N", "end after N messages", 1, 1000000 },
		{ "json", 0, ZT_OPT_FLAG, &o.json, NULL, "one object a line: subscribed, message", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch watch",
		.usage = "zerotouch watch [options] FILTER…",
		.purpose = "Prints the messages of topic filters, with the credentials of an operator alone: MQTT over "
			   "WebSocket,\nsigned. They need iot:Connect on client/zerotouch-watch-*, iot:Subscribe and "
			   "iot:Receive.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples =
		    "  zerotouch watch myhome/myroom\n"
		    "  eval \"$(zerotouch local env)\" && zerotouch watch --topics 'dt/+/telemetry' 'myhome/#'\n",
		.positional_min = 1,
		.positional_max = FILTERS_MAX,
	};
	TRY(zt_options_read(&command, argc, argv, &o.filters, ret_error));
	if (o.filters.help)
		return ZT_OK;
	return watch(&o, ret_error);
}
