/* gateway_host DATA [PATIENCE_MS SECOND_MS]: the gateway on free ports, with the registry's operations as JSON lines on
 * standard input. Each line is answered by one line; each message that rules would see is a line {"accepted":…} of its
 * own. Ends with its input. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/gateway/gateway.h"
#include "cloud/gateway/refusals.h"
#include "cloud/registry/certificates.h"
#include "cloud/registry/policies.h"
#include "cloud/registry/things.h"
#include "net/loop.h"

enum { TEXT_MAX = 1024 * 1024, PATH_TEXT_MAX = 4096 };

typedef struct {
	struct event_base *loop;
	zt_store *store;
	zt_registry *registry;
	zt_broker *broker;
	zt_gateway *gateway;
	struct bufferevent *input;
} host;

static void say(json_t *line)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	if (!line || zt_json_write(line, &text) != ZT_OK)
		abort();
	(void)printf("%s\n", zt_str_text(&text));
	(void)fflush(stdout);
	json_decref(line);
}

static void fail(const char *what, const zt_error *error)
{
	(void)fprintf(stderr, "gateway_host: %s: %s\n", what, error->text);
	exit(1);
}

static json_t *text_of(zt_view v)
{
	ZT_CLEANUP(zt_str_free) zt_str encoded = ZT_STR(TEXT_MAX);
	if (zt_base64_encode(v, &encoded) != ZT_OK)
		abort();
	return json_string(zt_str_text(&encoded));
}

static void accepted(void *context, const zt_publish *m)
{
	(void)context;
	say(json_pack("{s:{s:o, s:o, s:o, s:o, s:i, s:b}}", "accepted", "topic", zt_json_string(m->topic), "payload",
		      text_of(m->payload), "client", zt_json_string(m->client_id), "principal",
		      zt_json_string(m->principal), "qos", m->qos, "retain", m->retain));
}

static void committed(void *context, zt_status status)
{
	(void)context;
	say(json_pack("{s:s}", "status", zt_status_name(status)));
}

/* A change of the registry, answered when it is durable. */
static void change(host *h, const json_t *command,
		   zt_status (*apply)(zt_txn *txn, const json_t *command, zt_error *ret_error))
{
	zt_txn *txn;
	zt_error error = { 0 };
	if (zt_txn_begin(h->registry, &txn) != ZT_OK)
		abort();
	zt_status status = apply(txn, command, &error);
	if (status == ZT_OK) {
		zt_txn_commit(txn, committed, NULL);
		return;
	}
	zt_txn_abort(txn);
	say(json_pack("{s:s, s:s}", "status", zt_status_name(status), "text", error.text));
}

static zt_status register_ca(zt_txn *txn, const json_t *command, zt_error *ret_error)
{
	const zt_ca *ca;
	const zt_ca_spec spec = {
		.pem = zt_json_view(command, "pem"),
		.mode = ZT_MODE_SNI_ONLY,
		.active = json_is_true(json_object_get(command, "active")),
		.auto_registration = json_is_true(json_object_get(command, "auto")),
	};
	return zt_txn_ca_register(txn, &spec, &ca, ret_error);
}

static zt_status create_policy(zt_txn *txn, const json_t *command, zt_error *ret_error)
{
	const zt_iot_policy *policy;
	return zt_txn_policy_create(txn, zt_json_view(command, "name"), zt_json_view(command, "document"), &policy,
				    ret_error);
}

static zt_status attach_policy(zt_txn *txn, const json_t *command, zt_error *ret_error)
{
	return zt_txn_policy_attach(txn, zt_json_view(command, "name"), zt_json_view(command, "target"), ret_error);
}

static zt_status detach_policy(zt_txn *txn, const json_t *command, zt_error *ret_error)
{
	return zt_txn_policy_detach(txn, zt_json_view(command, "name"), zt_json_view(command, "target"), ret_error);
}

static zt_status set_status(zt_txn *txn, const json_t *command, zt_error *ret_error)
{
	zt_cert_status status;
	TRY(zt_cert_status_of(zt_json_view(command, "value"), &status));
	return zt_txn_certificate_update(txn, zt_json_view(command, "certificate"), status, ret_error);
}

static zt_status delete_certificate(zt_txn *txn, const json_t *command, zt_error *ret_error)
{
	return zt_txn_certificate_delete(txn, zt_json_view(command, "certificate"), true, ret_error);
}

static zt_status bind_thing(zt_txn *txn, const json_t *command, zt_error *ret_error)
{
	const zt_thing *thing;
	const zt_thing_spec spec = { .name = zt_json_view(command, "name"),
				     .attributes = json_object_get(command, "attributes") };
	TRY(zt_txn_thing_create(txn, &spec, &thing, ret_error));
	return zt_txn_thing_attach(txn, spec.name, zt_json_view(command, "target"),
				   json_is_true(json_object_get(command, "exclusive")), ret_error);
}

static void describe(host *h, const json_t *command)
{
	const zt_certificate *c = zt_registry_certificate(h->registry, zt_json_view(command, "certificate"));
	say(c ? json_pack("{s:s, s:s}", "value", zt_cert_status_name(c->status), "ca", c->ca_id)
	      : json_pack("{s:n}", "value"));
}

static void count(host *h, const json_t *command)
{
	zt_gateway_counters c;
	(void)command;
	zt_gateway_count(h->gateway, &c);
	say(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "open", (json_int_t)c.open, "handshakes",
		      (json_int_t)c.handshakes, "connects", (json_int_t)c.connects, "registered",
		      (json_int_t)c.registered, "messages", (json_int_t)c.messages_accepted, "refusals",
		      (json_int_t)c.refusals, "requests", (json_int_t)c.requests));
}

static void last_refusal(host *h, const json_t *command)
{
	const zt_refusal *r = zt_refusals_at(zt_gateway_refusals(h->gateway),
					     (size_t)json_integer_value(json_object_get(command, "index")));
	say(r ? json_pack("{s:s, s:s, s:s, s:s, s:s, s:i}", "rule", zt_refusal_name(r->rule), "attempted", r->attempted,
			  "device", r->device_id, "certificate", r->certificate_id, "peer", r->peer, "port",
			  (int)r->port)
	      : json_pack("{s:n}", "rule"));
}

static void retained(host *h, const json_t *command)
{
	const zt_retained *r = zt_registry_retained(h->registry, zt_json_view(command, "topic"));
	say(r ? json_pack("{s:o}", "payload", text_of(zt_view_make(r->payload, r->payload_n)))
	      : json_pack("{s:n}", "payload"));
}

static const struct {
	const char *name;
	void (*look)(host *h, const json_t *command);
	zt_status (*apply)(zt_txn *txn, const json_t *command, zt_error *ret_error);
} commands[] = {
	{ "ca", NULL, register_ca },       { "policy", NULL, create_policy }, { "attach", NULL, attach_policy },
	{ "detach", NULL, detach_policy }, { "set", NULL, set_status },       { "delete", NULL, delete_certificate },
	{ "thing", NULL, bind_thing },     { "describe", describe, NULL },    { "count", count, NULL },
	{ "refusal", last_refusal, NULL }, { "retained", retained, NULL },
};

static void obey(host *h, zt_view line)
{
	ZT_JSON_CLEANUP json_t *command = NULL;
	zt_error error = { 0 };
	if (zt_json_parse(line, &command, &error) != ZT_OK)
		fail("command", &error);
	for (size_t i = 0; i < ZT_COUNT(commands); i++)
		if (zt_view_equal(zt_json_view(command, "do"), zt_view_of(commands[i].name))) {
			if (commands[i].look)
				commands[i].look(h, command);
			else
				change(h, command, commands[i].apply);
			return;
		}
	(void)zt_error_set(&error, ZT_E_USAGE, "unknown");
	fail("command", &error);
}

static void on_input(struct bufferevent *input, void *context)
{
	size_t n;
	for (char *line; (line = evbuffer_readln(bufferevent_get_input(input), &n, EVBUFFER_EOL_LF));) {
		obey(context, zt_view_make(line, n));
		free(line);
	}
}

static void on_end(struct bufferevent *input, short what, void *context)
{
	const host *h = context;
	(void)input;
	(void)what;
	(void)event_base_loopbreak(h->loop);
}

/* A signature is another test's: whoever asks for /mqtt?let-me-in is an operator here, and may do everything. */
static zt_status authenticate(void *context, const zt_http_request *request, zt_caller *ret, zt_error *ret_error)
{
	(void)context;
	if (!zt_view_equal(request->query, ZT_LIT("let-me-in")))
		return zt_error_set(ret_error, ZT_E_DENIED, "no");
	*ret = (zt_caller){ .arn = "arn:aws:iam::000000000000:root", .user_id = "000000000000" };
	return ZT_OK;
}

static bool allows(void *context, const zt_caller *caller, const char *peer, const char *action, zt_view resource)
{
	(void)context, (void)caller, (void)peer, (void)action, (void)resource;
	return true;
}

static void serve_nothing(void *context, zt_http_exchange *exchange)
{
	(void)context;
	zt_http_respond_json(exchange, 404, ZT_LIT("{}"));
}

static zt_status open_gateway(host *h, const char *data, const unsigned times[2], zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str chain = ZT_STR(TEXT_MAX), key = ZT_STR(TEXT_MAX), path = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&path, data, "server.pem"));
	TRY(zt_file_read(zt_str_text(&path), &chain, ret_error));
	TRY(zt_path_join(&path, data, "server.key"));
	TRY(zt_file_read(zt_str_text(&path), &key, ret_error));
	const zt_gateway_spec spec = {
		.registry = h->registry,
		.broker = h->broker,
		.listener = { accepted, h },
		.operators = { .authenticate = authenticate, .allows = allows, .serve = serve_nothing },
		.chain_pem = zt_str_view(&chain),
		.key_pem = zt_str_view(&key),
		.patience_ms = times[0],
		.second_ms = times[1],
	};
	return zt_gateway_new(h->loop, &spec, &h->gateway, ret_error);
}

static void on_ready(void *context)
{
	host *h = context;
	if (h->input)
		return;
	h->input = bufferevent_socket_new(h->loop, STDIN_FILENO, 0);
	if (!h->input || evutil_make_socket_nonblocking(STDIN_FILENO) != 0)
		abort();
	bufferevent_setcb(h->input, on_input, NULL, on_end, h);
	(void)bufferevent_enable(h->input, EV_READ);
	say(json_pack("{s:i, s:i, s:i, s:s}", "mqtt", (int)zt_gateway_mqtt_port(h->gateway), "https",
		      (int)zt_gateway_https_port(h->gateway), "all", (int)zt_gateway_all_port(h->gateway), "broker",
		      zt_broker_socket(h->broker)));
}

static zt_status open_all(host *h, const char *data, const unsigned times[2], zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	const zt_account account = {
		.partition = "aws", .region = "us-east-1", .account = "000000000000", .endpoint = "localhost"
	};
	const zt_broker_spec broker = { .data_dir = data };
	TRY(zt_loop_end_on_signals(h->loop, ret_error));
	TRY(zt_path_join(&path, data, "registry.db"));
	TRY(zt_store_open(h->loop, zt_str_text(&path), &h->store, ret_error));
	TRY(zt_registry_new(h->store, &account, zt_clock_system(), &h->registry, ret_error));
	TRY(zt_broker_new(h->loop, h->registry, &broker, on_ready, h, &h->broker, ret_error));
	return open_gateway(h, data, times, ret_error);
}

int main(int argc, char **argv)
{
	host h = { .loop = zt_loop_new() };
	zt_error error = { 0 };
	unsigned times[2] = { 0 };
	for (int i = 2; i < argc && i < 4; i++)
		times[i - 2] = (unsigned)strtoul(argv[i], NULL, 10);
	if (argc < 2 || argc > 4 || !h.loop || zt_log_configure("debug", ZT_LOG_TEXT) != ZT_OK)
		return 2;
	if (open_all(&h, argv[1], times, &error) != ZT_OK)
		fail("start", &error);
	(void)event_base_dispatch(h.loop);
	zt_gateway_free(h.gateway);
	zt_broker_free(h.broker);
	/* Streams whose deferred callbacks are due go with them. */
	(void)event_base_loop(h.loop, EVLOOP_NONBLOCK);
	zt_registry_free(h.registry);
	zt_store_close(h.store);
	if (h.input)
		bufferevent_free(h.input);
	event_base_free(h.loop);
	return 0;
}
