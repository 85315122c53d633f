#include "cloud/gateway/gateway.h"

#include <stddef.h>
#include <sys/resource.h>

#include "base/json.h"
#include "base/log.h"
#include "cloud/gateway/room.h"
#include "net/address.h"

enum {
	DESCRIPTORS_KEPT = 256,       /* for listeners, the store, workers, the control plane */
	DESCRIPTORS_A_CONNECTION = 2, /* client and broker */
	CONNECTIONS_MAX = 100 * 1000,
	RECORD_MAX = 8 * 1024, /* a refusal as JSON */
};

void zt_gateway_sweep(zt_gateway *g)
{
	event_active(g->sweeper, EV_TIMEOUT, 0);
}

/* Suspects are next to one another, since the index is ordered by certificate id. */
static zt_mqtt_connection *next_of_certificate(const zt_gateway *g, zt_view certificate_id, zt_view after)
{
	zt_node *node = zt_index_after(&g->by_certificate, after);
	zt_mqtt_connection *c = node ? ZT_CONTAINER(node, zt_mqtt_connection, by_certificate) : NULL;
	return c && zt_view_starts(c->by_certificate.key, certificate_id) ? c : NULL;
}

static void suspect(zt_gateway *g, zt_view certificate_id)
{
	for (zt_mqtt_connection *c = next_of_certificate(g, certificate_id, certificate_id); c;
	     c = next_of_certificate(g, certificate_id, c->by_certificate.key)) {
		c->suspect = true;
		g->suspects = true;
	}
	if (g->suspects)
		zt_gateway_sweep(g);
}

/* Called within transactions: what it finds is acted upon later. */
static void on_change(void *context, zt_kind kind, zt_view key)
{
	zt_gateway *g = context;
	switch (kind) {
	case ZT_KIND_CERTIFICATE:
		g->generation++;
		suspect(g, key);
		break;
	case ZT_KIND_THING:
	case ZT_KIND_POLICY:
	case ZT_KIND_POLICY_ATTACHMENT:
	case ZT_KIND_THING_GROUP:
	case ZT_KIND_GROUP_MEMBER:
		g->generation++;
		break;
	default:
		break;
	}
}

static void review_suspects(zt_gateway *g)
{
	g->suspects = false;
	for (zt_mqtt_connection *next, *c = g->connections; c; c = next) {
		next = c->next;
		if (c->suspect)
			zt_connection_review(c);
	}
}

static void on_flush(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	zt_connections_flush(context);
}

static void on_sweep(evutil_socket_t fd, short what, void *context)
{
	zt_gateway *g = context;
	(void)fd;
	(void)what;
	zt_connections_flush(g); /* whose list has some that will be freed */
	if (g->suspects)
		review_suspects(g);
	for (zt_mqtt_connection *next, *c = g->ended; c; c = next) {
		next = c->next;
		zt_connection_free(c);
	}
	g->ended = NULL;
}

/* As many as the system lets us have: the soft limit of open files is raised to the hard one. */
static uint64_t connections_max(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 1;
	const rlim_t wanted = DESCRIPTORS_KEPT + (rlim_t)DESCRIPTORS_A_CONNECTION * CONNECTIONS_MAX;
	files.rlim_cur = wanted < files.rlim_max ? wanted : files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0 && getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 1;
	return files.rlim_cur <= DESCRIPTORS_KEPT ? 1 : (files.rlim_cur - DESCRIPTORS_KEPT) / DESCRIPTORS_A_CONNECTION;
}

static zt_status publish_refusal(const zt_gateway *g, const zt_refusal *refusal)
{
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(RECORD_MAX);
	ZT_JSON_CLEANUP json_t *json = zt_refusal_json(refusal);
	ENSURE(json, ZT_E_NOMEM);
	TRY(zt_json_write(json, &payload));
	const zt_publish message = { .topic = ZT_LIT(ZT_REFUSALS_TOPIC), .payload = zt_str_view(&payload) };
	return zt_broker_publish(g->broker, &message, NULL, NULL);
}

/* A feed that the broker has no room for is lost to its readers alone: they find the record where it is kept. */
static void on_refusal(void *context, const zt_refusal *refusal)
{
	const zt_gateway *g = context;
	zt_status status = zt_broker_has_leisure(g->broker) ? publish_refusal(g, refusal) : ZT_E_UNAVAILABLE;
	if (status != ZT_OK)
		LOG_DEBUG("gateway", "a refusal did not reach the live feed",
			  ZT_KV_STR("cause", zt_status_text(status)));
}

zt_status zt_gateway_use_identity(zt_gateway *g, zt_view chain_pem, zt_view key_pem, zt_error *ret_error)
{
	const char *endpoint = zt_registry_account(g->registry)->endpoint;
	SSL_CTX *certificates, *all;
	TRY(zt_gateway_tls_new(ZT_PORT_OF_CERTIFICATES, chain_pem, key_pem, endpoint, &certificates, ret_error));
	zt_status status = zt_gateway_tls_new(ZT_PORT_OF_ALL, chain_pem, key_pem, endpoint, &all, ret_error);
	if (status != ZT_OK) {
		SSL_CTX_free(certificates);
		return status;
	}
	/* Connections hold their own references. */
	SSL_CTX_free(g->tls);
	SSL_CTX_free(g->tls_all);
	g->tls = certificates;
	g->tls_all = all;
	return ZT_OK;
}

static zt_status open_all(zt_gateway *g, const zt_gateway_spec *spec, zt_error *ret_error)
{
	g->room = malloc(ZT_SESSION_ROOM);
	g->sweeper = evtimer_new(g->loop, on_sweep, g);
	g->flusher = evtimer_new(g->loop, on_flush, g);
	g->unsent_end = &g->unsent;
	if (!g->room || !g->sweeper || !g->flusher || zt_refusals_new(&g->refusals) != ZT_OK ||
	    zt_presence_new(&g->presence) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make the gateway");
	if (spec->quotas && zt_pace_new(&g->connects) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make the gateway");
	zt_refusals_listen(g->refusals, on_refusal, g);
	TRY(zt_gateway_use_identity(g, spec->chain_pem, spec->key_pem, ret_error));
	TRY(zt_https_new(g, ret_error));
	if (zt_registry_listen(g->registry, on_change, g) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_LIMIT, "the registry has too many listeners");
	TRY(zt_listener_new(g->loop, &spec->mqtt, zt_connection_accept, g, &g->mqtt_listener, ret_error));
	TRY(zt_listener_new(g->loop, &spec->https, zt_https_accept, g, &g->https_listener, ret_error));
	TRY(zt_listener_new(g->loop, &spec->all, zt_arrival_accept, g, &g->all_listener, ret_error));
	g->mqtt_port = zt_listener_port(g->mqtt_listener);
	g->all_port = zt_listener_port(g->all_listener);
	g->https_port = zt_listener_port(g->https_listener);
	return ZT_OK;
}

zt_status zt_gateway_new(struct event_base *loop, const zt_gateway_spec *spec, zt_gateway **ret, zt_error *ret_error)
{
	zt_gateway *g = calloc(1, sizeof *g);
	if (!g)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot make the gateway");
	g->loop = loop;
	g->registry = spec->registry;
	g->broker = spec->broker;
	g->operators = spec->operators;
	g->acceptor = (zt_acceptor){ spec->broker, spec->listener };
	g->contacts = (zt_contacts){
		.registry = spec->registry,
		.announcer = { loop, spec->registry, spec->broker, spec->listener, spec->faults, NULL },
		.limited = spec->quotas,
		.provision = spec->operators.provision,
		.provision_context = spec->operators.context,
	};
	g->generation = 1;
	g->connections_max = connections_max();
	g->second_ms = spec->second_ms ? spec->second_ms : 1000;
	g->patience_ms = spec->patience_ms ? spec->patience_ms : ZT_PATIENCE_MS;
	zt_status status = open_all(g, spec, ret_error);
	if (status != ZT_OK) {
		zt_gateway_free(g);
		return status;
	}
	*ret = g;
	return ZT_OK;
}

static void close_listeners(zt_gateway *g)
{
	zt_listener_free(g->mqtt_listener);
	zt_listener_free(g->https_listener);
	zt_listener_free(g->all_listener);
	g->mqtt_listener = g->https_listener = g->all_listener = NULL;
}

void zt_gateway_stop(zt_gateway *g)
{
	close_listeners(g);
	zt_arrivals_end(g);
	for (zt_mqtt_connection *next, *c = g->connections; c; c = next) {
		next = c->next;
		zt_connection_dismiss(c);
	}
}

bool zt_gateway_is_busy(const zt_gateway *g)
{
	return g->connections != NULL;
}

void zt_gateway_free(zt_gateway *g)
{
	if (!g)
		return;
	close_listeners(g);
	zt_registry_unlisten(g->registry, on_change, g);
	zt_arrivals_end(g);
	while (g->connections)
		zt_connection_finish(g->connections);
	zt_http_server_free(g->http);
	zt_contacts_deinit(&g->contacts);
	if (g->sweeper) {
		on_sweep(-1, 0, g);
		event_free(g->sweeper);
	}
	if (g->flusher)
		event_free(g->flusher);
	SSL_CTX_free(g->tls);
	SSL_CTX_free(g->tls_all);
	zt_refusals_free(g->refusals);
	zt_presence_free(g->presence);
	zt_pace_free(g->connects);
	free(g->room);
	free(g);
}

void zt_source_ip(const char *peer, char ret_ip[ZT_PEER_TEXT_MAX])
{
	zt_text_cut(ret_ip, ZT_PEER_TEXT_MAX, zt_peer_address(zt_view_of(peer)));
}

unsigned zt_gateway_mqtt_port(const zt_gateway *g)
{
	return g->mqtt_port;
}

unsigned zt_gateway_https_port(const zt_gateway *g)
{
	return g->https_port;
}

unsigned zt_gateway_all_port(const zt_gateway *g)
{
	return g->all_port;
}

void zt_gateway_refuse(zt_gateway *g, const zt_refusal *refusal)
{
	g->counters.refusals++;
	zt_refusals_add(g->refusals, refusal);
}

void zt_gateway_count(const zt_gateway *g, zt_gateway_counters *ret)
{
	*ret = g->counters;
	ret->registered = g->contacts.registered;
}

void zt_gateway_answer(zt_gateway *g, zt_view client_id, zt_view principal, zt_view topic, zt_view payload)
{
	zt_node *node = zt_index_find(&g->by_client_id, client_id);
	zt_mqtt_connection *c = node ? ZT_CONTAINER(node, zt_mqtt_connection, by_client_id) : NULL;
	if (c && c->phase == ZT_PHASE_ON && zt_view_equal(zt_view_of(zt_connection_principal(c)), principal) &&
	    zt_session_answer(&c->session, topic, payload, c->plan.packet_max))
		zt_connection_flush_later(c);
}

bool zt_gateway_disconnect(zt_gateway *g, zt_view client_id, bool end_session, bool without_will)
{
	zt_node *node = zt_index_find(&g->by_client_id, client_id);
	if (!node)
		return false;
	zt_connection_delete(ZT_CONTAINER(node, zt_mqtt_connection, by_client_id), end_session, without_will);
	return true;
}

const zt_refusals *zt_gateway_refusals(const zt_gateway *g)
{
	return g->refusals;
}
