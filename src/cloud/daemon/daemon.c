#include "cloud/daemon/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/accept/accept.h"
#include "cloud/api/api.h"
#include "cloud/daemon/endpoints.h"
#include "cloud/daemon/metrics.h"
#include "cloud/daemon/root_key.h"
#include "cloud/events/registry_events.h"
#include "cloud/gateway/gateway.h"
#include "cloud/gateway/refusals.h"
#include "net/awake.h"
#include "net/loop.h"
#include "x509/server_identity.h"

enum { PATH_TEXT_MAX = 4096, GOODBYE_MS = 500 };

struct zt_daemon {
	const zt_settings *settings;
	struct event_base *loop;
	zt_store *store;
	zt_registry *registry;
	zt_broker *broker;
	zt_logs *logs;
	zt_lambda *lambda;
	zt_faults *faults;
	struct event *reload;
	zt_http_client *http;
	zt_rules *rules;
	zt_shadows *shadows;
	zt_registry_events *events;
	zt_api *api;
	zt_gateway *gateway;
	bool broker_up, ready, lost;
	int lock; /* of the data folder */
	int64_t started_ms;
};

static zt_status in_data(const zt_daemon *d, const char *name, zt_str *ret_path)
{
	return zt_path_join(ret_path, d->settings->data_dir, name);
}

/* Gateways share the database with the one process that has all the rest. A shared file does not tell who that is. */
static zt_status be_the_only_one(zt_daemon *d, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	TRY(in_data(d, "lock", &path));
	d->lock = open(zt_str_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (d->lock < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot create %s", zt_str_text(&path));
	if (flock(d->lock, LOCK_EX | LOCK_NB) != 0)
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s is in use by another process", d->settings->data_dir);
	return ZT_OK;
}

static zt_status open_store(zt_daemon *d, const char *path, zt_error *ret_error)
{
	if (d->settings->gateway_alone && access(path, F_OK) != 0)
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s is not there: start zerotouch-cloud --data %s first",
				    path, d->settings->join);
	if (d->settings->broker)
		return zt_store_open_shared(d->loop, path, &d->store, ret_error);
	return zt_store_open(d->loop, path, &d->store, ret_error);
}

static void on_lost(void *context)
{
	zt_daemon *d = context;
	d->lost = true;
	(void)event_base_loopexit(d->loop, NULL);
}

static zt_status open_registry(zt_daemon *d, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_dir_make(d->settings->data_dir, 0700, ret_error));
	TRY(be_the_only_one(d, ret_error));
	TRY(zt_path_join(&path, zt_settings_home(d->settings), "registry.db"));
	TRY(open_store(d, zt_str_text(&path), ret_error));
	TRY(zt_registry_new(d->store, &d->settings->account, zt_clock_system(), &d->registry, ret_error));
	zt_registry_tell_loss(d->registry, on_lost, d);
	return ZT_OK;
}

/* Whatever is accepted goes through the rules and, on its topics, to the shadows. */
static void on_accepted(void *context, const zt_publish *message)
{
	zt_daemon *d = context;
	zt_publish_listener rules = zt_rules_listener(d->rules);
	rules.accepted(rules.context, message);
	zt_shadows_accepted(d->shadows, message);
	if (d->api)
		zt_api_fleet_accepted(d->api, message);
}

/* What shadows and the registry say. */
static zt_status republish(void *context, const zt_publish *message)
{
	zt_daemon *d = context;
	TRY(zt_broker_publish(d->broker, message, NULL, NULL));
	on_accepted(d, message);
	return ZT_OK;
}

/* Where a client may: a template that a device's payload fills must forge no event and no answer of a service. */
static zt_status republish_of_rule(void *context, const zt_publish *message)
{
	zt_daemon *d = context;
	const zt_acceptor acceptor = { d->broker, { on_accepted, d } };
	return zt_accept(&acceptor, message, NULL, NULL, NULL);
}

static zt_status open_rules(zt_daemon *d, zt_error *ret_error)
{
	TRY(zt_logs_new(d->registry, &d->logs, ret_error));
	const zt_lambda_spec spec = { .data_dir = d->settings->data_dir,
				      .logs = d->logs,
				      .elsewhere = d->settings->gateway_alone,
				      .times = { .first_retry_ms = zt_faults_retry_ms(d->faults) } };
	TRY(zt_lambda_new(d->loop, d->registry, &spec, &d->lambda, ret_error));
	TRY(zt_rules_new(d->registry, d->lambda, &d->rules, ret_error));
	zt_rules_set_republish(d->rules, republish_of_rule, d);
	zt_rules_set_logs(d->rules, d->logs);
	TRY(zt_http_client_new(d->loop, d->settings->rules_ca, &d->http, ret_error));
	zt_rules_set_http(d->rules, d->http);
	TRY(zt_registry_events_new(d->registry, republish, d, &d->events));
	return zt_shadows_new(d->registry, republish, d, &d->shadows);
}

/* The sources of the control plane; it never serves before the gateway is there, since both share one loop. */
static json_t *tell_refusals(void *context, uint64_t after, zt_view device)
{
	const zt_daemon *d = context;
	return zt_refusals_json(zt_gateway_refusals(d->gateway), after, device);
}

static zt_status tell_metrics(void *context, zt_str *out)
{
	const zt_daemon *d = context;
	return zt_metrics_put(d->gateway, out);
}

static const char *tell_ailment(void *context)
{
	const zt_daemon *d = context;
	return d->ready ? "" : "the broker does not accept connections yet\n";
}

static bool disconnect(void *context, zt_view client_id, bool end_session, bool without_will)
{
	const zt_daemon *d = context;
	return d->gateway && zt_gateway_disconnect(d->gateway, client_id, end_session, without_will);
}

static void answer(void *context, zt_view client_id, zt_view principal, zt_view topic, zt_view payload)
{
	const zt_daemon *d = context;
	if (d->gateway)
		zt_gateway_answer(d->gateway, client_id, principal, topic, payload);
}

static zt_status open_api(zt_daemon *d, zt_error *ret_error)
{
	const zt_api_spec spec = {
		.registry = d->registry,
		.lambda = d->lambda,
		.logs = d->logs,
		.broker = d->broker,
		.listener = { on_accepted, d },
		.shadows = d->shadows,
		/* Signed, but not encrypted: it never leaves this machine. */
		.control = { .address = d->settings->gateway_alone ? NULL : "127.0.0.1",
			     .port = d->settings->control_port,
			     .pick = d->settings->pick_ports },
		.quotas = d->settings->quotas != NULL,
		.http = d->http,
		.faults = d->faults,
		.sources = { tell_refusals, tell_metrics, tell_ailment, disconnect, answer, d },
	};
	TRY(zt_api_new(d->loop, &spec, &d->api, ret_error));
	ZT_CLEANUP(zt_str_free) zt_str url = ZT_STR(PATH_TEXT_MAX);
	if (d->settings->gateway_alone)
		return ZT_OK;
	TRY(zt_str_printf(&url, "http://127.0.0.1:%u", zt_api_port(d->api)));
	return zt_lambda_set_endpoint(d->lambda, zt_str_text(&url));
}

/* The server certificate, made or renewed where it is due. */
static zt_status take_identity(const zt_daemon *d, zt_str *chain, zt_str *key, zt_error *ret_error)
{
	const char *names[] = { d->settings->endpoint, "localhost" };
	const zt_server_identity_spec identity = {
		.dir = zt_settings_home(d->settings),
		.organization = "zerotouch local cloud",
		.names = names,
		.name_count = strcmp(names[0], names[1]) == 0 ? 1 : 2,
		.chain = d->settings->chain,
		.now_ms = zt_time_now_ms(),
	};
	return zt_server_identity(&identity, chain, key, ret_error);
}

static zt_status reload_identity(const zt_daemon *d, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str chain = ZT_STR(ZT_SERVER_PEM_MAX);
	ZT_CLEANUP(zt_str_free_wiped) zt_str key = ZT_STR(ZT_SERVER_PEM_MAX);
	TRY(take_identity(d, &chain, &key, ret_error));
	return zt_gateway_use_identity(d->gateway, zt_str_view(&chain), zt_str_view(&key), ret_error);
}

static zt_status open_gateway(zt_daemon *d, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str chain = ZT_STR(ZT_SERVER_PEM_MAX);
	ZT_CLEANUP(zt_str_free_wiped) zt_str key = ZT_STR(ZT_SERVER_PEM_MAX);
	TRY(take_identity(d, &chain, &key, ret_error));
	const zt_settings *s = d->settings;
	const zt_gateway_spec spec = {
		.registry = d->registry,
		.broker = d->broker,
		.listener = { on_accepted, d },
		.mqtt = { .address = s->listen, .port = s->mqtt_port, .pick = s->pick_ports },
		.https = { .address = s->listen, .port = s->https_port, .pick = s->pick_ports },
		.all = { .address = s->listen, .port = s->all_port, .pick = s->pick_ports },
		.operators = { zt_api_authenticate, zt_api_allows, zt_api_serve_data, zt_api_serve_device,
			       zt_api_provision, d->api },
		.quotas = s->quotas != NULL,
		.faults = d->faults,
		.chain_pem = zt_str_view(&chain),
		.key_pem = zt_str_view(&key),
	};
	return zt_gateway_new(d->loop, &spec, &d->gateway, ret_error);
}

static zt_status write_endpoints(const zt_daemon *d, zt_error *ret_error)
{
	const zt_endpoints endpoints = { .control = zt_api_port(d->api),
					 .mqtt = zt_gateway_mqtt_port(d->gateway),
					 .https = zt_gateway_https_port(d->gateway),
					 .all = zt_gateway_all_port(d->gateway) };
	return zt_endpoints_write(d->settings, &endpoints, ret_error);
}

/* The endpoints file appears when every port accepts and the broker behind them does. */
static void announce(zt_daemon *d)
{
	zt_error error = { 0 };
	if (d->ready || !d->broker_up || !d->gateway)
		return;
	if (write_endpoints(d, &error) != ZT_OK) {
		(void)zt_log_error("cloud", &error, "the endpoints file cannot be written");
		return;
	}
	d->ready = true;
	zt_notify("READY=1");
	LOG_INFO("cloud", "ready", ZT_KV_INT("control", zt_api_port(d->api)),
		 ZT_KV_INT("mqtt", zt_gateway_mqtt_port(d->gateway)),
		 ZT_KV_INT("https", zt_gateway_https_port(d->gateway)),
		 ZT_KV_INT("all", zt_gateway_all_port(d->gateway)), ZT_KV_INT("ms", zt_time_mono_ms() - d->started_ms));
}

static void broker_ready(void *context)
{
	zt_daemon *d = context;
	d->broker_up = true;
	announce(d);
}

/* What can fail comes first: all is taken, or nothing. */
static zt_status take_anew(zt_daemon *d, zt_error *ret_error)
{
	ZT_CLEANUP(zt_faults_freep) zt_faults *faults = NULL;
	if (d->faults)
		TRY(zt_faults_new(d->settings->faults_file, &faults, ret_error));
	TRY(reload_identity(d, ret_error));
	if (faults) {
		zt_faults_replace(d->faults, ZT_STEAL(faults));
		zt_lambda_set_first_retry(d->lambda, zt_faults_retry_ms(d->faults));
	}
	return ZT_OK;
}

/* Sessions go on: what is read anew counts from here. */
static void on_hangup(evutil_socket_t fd, short what, void *context)
{
	zt_daemon *d = context;
	zt_error error = { 0 };
	(void)fd;
	(void)what;
	if (!d->gateway)
		return; /* all is being read for the first time */
	if (take_anew(d, &error) == ZT_OK)
		LOG_INFO("cloud", "reloaded");
	else
		(void)zt_log_error("cloud", &error, "not reloaded; all stays as it was");
}

static zt_status reload_on_hangup(zt_daemon *d)
{
	d->reload = evsignal_new(d->loop, SIGHUP, on_hangup, d);
	ENSURE(d->reload && event_add(d->reload, NULL) == 0, ZT_E_NOMEM);
	return ZT_OK;
}

static zt_status open_all(zt_daemon *d, zt_error *ret_error)
{
	const zt_broker_spec broker = { .data_dir = d->settings->data_dir,
					.program = d->settings->broker_program,
					.remote = d->settings->broker ? &d->settings->remote : NULL };
	d->loop = zt_loop_new();
	ENSURE(d->loop, ZT_E_NOMEM);
	TRY(zt_loop_end_on_signals(d->loop, ret_error));
	TRY(reload_on_hangup(d));
	TRY(open_registry(d, ret_error));
	/* Only whoever holds the database may say that a predecessor's endpoints are gone. */
	TRY(zt_endpoints_remove(d->settings, ret_error));
	/* The broker needs longest to come up: it starts first and the rest opens meanwhile. */
	TRY(zt_broker_new(d->loop, d->registry, &broker, broker_ready, d, &d->broker, ret_error));
	if (!d->settings->gateway_alone)
		TRY(zt_root_key_open(d->loop, d->registry, d->settings->data_dir, d->settings->root_key_file,
				     ret_error));
	if (d->settings->faults_file)
		TRY(zt_faults_new(d->settings->faults_file, &d->faults, ret_error));
	TRY(open_rules(d, ret_error));
	TRY(open_api(d, ret_error));
	return open_gateway(d, ret_error);
}

zt_status zt_daemon_new(const zt_settings *settings, zt_daemon **ret, zt_error *ret_error)
{
	zt_daemon *d = calloc(1, sizeof *d);
	ENSURE(d, ZT_E_NOMEM);
	d->settings = settings;
	d->lock = -1;
	d->started_ms = zt_time_mono_ms();
	zt_error error = { 0 };
	zt_status status = open_all(d, &error);
	if (status != ZT_OK) {
		zt_daemon_free(d);
		if (!error.text[0])
			return zt_error_set(ret_error, status, "cannot start: %s", zt_status_text(status));
		*ret_error = error;
		return status;
	}
	*ret = d;
	return ZT_OK;
}

/* Clients that do not close their end are not waited for. */
static void say_goodbye(zt_daemon *d)
{
	const struct timeval grace = { 0, GOODBYE_MS * 1000 };
	zt_gateway_stop(d->gateway);
	(void)event_base_loopexit(d->loop, &grace);
	while (zt_gateway_is_busy(d->gateway) && event_base_loop(d->loop, EVLOOP_ONCE) == 0 &&
	       !event_base_got_exit(d->loop))
		;
}

static uint64_t relayed(const void *gateway)
{
	zt_gateway_counters counters;
	zt_gateway_count(gateway, &counters);
	return counters.packets_from_clients + counters.packets_from_broker;
}

zt_status zt_daemon_run(zt_daemon *daemon, zt_error *ret_error)
{
	announce(daemon);
	if (zt_awake_run(daemon->loop, relayed, daemon->gateway) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INTERNAL, "the event loop failed");
	zt_notify("STOPPING=1");
	LOG_INFO("cloud", "stopping");
	say_goodbye(daemon);
	if (daemon->lost)
		return zt_error_set(ret_error, ZT_E_UNAVAILABLE,
				    "memory cannot follow what other processes change: start this one again");
	return ZT_OK;
}

void zt_daemon_free(zt_daemon *daemon)
{
	if (!daemon)
		return;
	if (daemon->ready)
		(void)!zt_endpoints_remove(daemon->settings, NULL);
	/* Last messages, such as wills, find neither any more. */
	zt_gateway_free(ZT_STEAL(daemon->gateway));
	zt_api_free(ZT_STEAL(daemon->api));
	zt_shadows_free(daemon->shadows);
	zt_registry_events_free(daemon->events);
	zt_rules_free(daemon->rules);
	zt_http_client_free(daemon->http);
	zt_lambda_free(daemon->lambda);
	zt_logs_free(daemon->logs);
	zt_broker_free(daemon->broker);
	/* The store's last callbacks reach into the registry. */
	zt_store_close(daemon->store);
	zt_registry_free(daemon->registry);
	zt_faults_free(daemon->faults);
	if (daemon->reload)
		event_free(daemon->reload);
	if (daemon->loop)
		event_base_free(daemon->loop);
	if (daemon->lock >= 0)
		(void)close(daemon->lock);
	free(daemon);
}
