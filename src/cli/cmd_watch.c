/* zerotouch watch: subscribes with a pass of its own and prints what comes. */
#include <signal.h>
#include <stdio.h>

#include "aws/iot_rule.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/options.h"
#include "cli/account.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "cli/watch_pass.h"
#include "port/linux/client.h"

enum { LOOK_AGAIN_MS = 200, PAYLOAD_TEXT_MAX = 512 * 1024 };

typedef struct {
	zt_account_options account;
	const char *endpoint, *ca_file;
	unsigned mqtt_port, count;
	bool json, topics;
	zt_opt_result filters;
} watch_options;

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static zt_status end_on_signals(zt_error *ret_error)
{
	struct sigaction action = { .sa_handler = end };
	if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot wait for signals");
	return ZT_OK;
}

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

/* A pass that is made is active and has its policy: a server that cannot be trusted is the one failure that will stay.
 */
static zt_status told_trouble(const zt_client *client, const zt_event *event, zt_error *ret_error)
{
	const char *detail = zt_client_detail(client);
	if (event->reason == ZT_REASON_SERVER_NOT_TRUSTED)
		return zt_error_set(ret_error, ZT_E_TLS, "%s (%s); is --ca-file right?", zt_reason_text(event->reason),
				    detail);
	(void)fprintf(stderr, "%s%s%s; trying again in %.1f s\n", zt_reason_text(event->reason), detail[0] ? ": " : "",
		      detail, (double)event->wait_ms / 1000.0);
	return ZT_OK;
}

static zt_status listen(const watch_options *o, zt_client *client, zt_error *ret_error)
{
	unsigned received = 0;
	while (!ended) {
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

static zt_status watch_with(const watch_options *o, const zt_pass *pass, const char *host, zt_error *ret_error)
{
	zt_subscription subscriptions[ZT_PASS_FILTERS_MAX];
	for (size_t i = 0; i < o->filters.positional_count; i++)
		subscriptions[i] = (zt_subscription){ zt_view_of(o->filters.positional[i]), 1 };
	const zt_client_spec spec = {
		.route = ZT_ROUTE_MQTT,
		.host = host,
		.mqtt_port = (uint16_t)o->mqtt_port,
		.ca_file = o->ca_file,
		.certificate_file = pass->certificate_file,
		.key_file = pass->key_file,
		.client_id = pass->name,
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
	zt_pass pass = ZT_PASS_NONE;
	zt_error removal = { 0 };
	TRY(end_on_signals(ret_error));
	TRY(zt_account_open(&o->account, &session, ret_error));
	TRY(zt_pass_sweep(session.client, ret_error));
	if (o->endpoint)
		TRY(zt_str_put_text(&host, o->endpoint));
	else
		TRY(zt_iot_endpoint_describe(session.client, ZT_LIT("iot:Data-ATS"), &host, ret_error));
	zt_status status =
	    zt_pass_make(session.client, o->filters.positional, o->filters.positional_count, &pass, ret_error);
	if (status == ZT_OK)
		status = watch_with(o, &pass, zt_str_text(&host), ret_error);
	if (zt_pass_remove(session.client, &pass, &removal) != ZT_OK)
		(void)fprintf(stderr, "the watcher's certificate and policy %s stay until the next watch: %s\n",
			      pass.name, removal.text);
	return status;
}

zt_status zt_cmd_watch(int argc, char **argv, zt_error *ret_error)
{
	watch_options o = { .mqtt_port = 8883 };
	const zt_opt options[] = {
		ZT_ACCOUNT_OPTIONS(o.account),
		{ "endpoint", 0, ZT_OPT_TEXT, &o.endpoint, "HOST",
		  "data endpoint (default: what DescribeEndpoint says)", 0, 0 },
		{ "mqtt-port", 0, ZT_OPT_NUMBER, &o.mqtt_port, "PORT", "its MQTT port (default 8883)", 1, 65535 },
		{ "ca-file", 0, ZT_OPT_TEXT, &o.ca_file, "FILE", "roots that verify it (default: Amazon's)", 0, 0 },
		{ "topics", 't', ZT_OPT_FLAG, &o.topics, NULL, "print each message's topic before it", 0, 0 },
		{ "count", 'n', ZT_OPT_NUMBER, &o.count, "N", "end after N messages", 1, 1000000 },
		{ "json", 0, ZT_OPT_FLAG, &o.json, NULL, "one object a line: subscribed, message", 0, 0 },
	};
	const zt_command command = {
		.name = "zerotouch watch",
		.usage = "zerotouch watch [options] FILTER…",
		.purpose = "Prints the messages of topic filters. Makes a certificate and a policy for these filters "
			   "alone and\n"
			   "removes both at the end.",
		.options = options,
		.option_count = ZT_COUNT(options),
		.examples = "  zerotouch watch myhome/myroom\n"
			    "  zerotouch watch --topics --ca-file build/demo/cloud/server-ca.pem 'dt/+/telemetry'\n",
		.positional_min = 1,
		.positional_max = ZT_PASS_FILTERS_MAX,
	};
	TRY(zt_options_parse(&command, argc, argv, &o.filters, ret_error));
	if (o.filters.help) {
		zt_options_help(&command, stdout);
		return ZT_OK;
	}
	return watch(&o, ret_error);
}
