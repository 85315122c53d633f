#include "cloud/broker/broker.h"

#include "base/log.h"
#include "cloud/broker/mosquitto.h"
#include "cloud/broker/probe.h"
#include "cloud/broker/service.h"

struct zt_broker {
	zt_registry *registry;
	zt_broker_ready_fn ready;
	void *context;
	const zt_broker_remote *remote;
	zt_mosquitto *mosquitto; /* without a remote */
	zt_dialer *dialer;       /* with one */
	zt_connector *connector;
	zt_service *service;
	zt_outgoing_list committing; /* retained messages that are not durable yet */
};

static void on_started(void *context)
{
	zt_broker *broker = context;
	zt_service_broker_started(broker->service);
}

static void on_ended(void *context)
{
	zt_broker *broker = context;
	zt_connector_let(broker->connector, false);
	zt_service_broker_ended(broker->service);
}

static void on_ready(void *context)
{
	zt_broker *broker = context;
	zt_connector_let(broker->connector, true);
	broker->ready(broker->context);
}

static void on_lost(void *context)
{
	zt_broker *broker = context;
	zt_connector_let(broker->connector, false);
}

static zt_status open_remote(struct event_base *loop, zt_broker *broker, zt_error *ret_error)
{
	const zt_dial_spec *where = &broker->remote->where;
	TRY(zt_dialer_new(loop, where, &broker->dialer, ret_error));
	TRY(zt_broker_probe(loop, broker->dialer, where, zt_broker_login_of(broker), ret_error));
	return zt_connector_new_remote(loop, broker->dialer, &broker->connector);
}

static zt_status open_child(struct event_base *loop, zt_broker *broker, const zt_broker_spec *spec, zt_error *ret_error)
{
	const zt_mosquitto_events events = { on_started, on_ended, broker };
	TRY(zt_mosquitto_new(loop, spec, &events, &broker->mosquitto, ret_error));
	return zt_connector_new(loop, zt_mosquitto_socket(broker->mosquitto), &broker->connector);
}

static zt_status open_all(struct event_base *loop, zt_broker *broker, const zt_broker_spec *spec, zt_error *ret_error)
{
	TRY(broker->remote ? open_remote(loop, broker, ret_error) : open_child(loop, broker, spec, ret_error));
	const zt_service_spec service = { .loop = loop,
					  .registry = broker->registry,
					  .connector = broker->connector,
					  .login = zt_broker_login_of(broker),
					  .remote = broker->remote != NULL,
					  .ready = on_ready,
					  .lost = on_lost,
					  .context = broker };
	TRY(zt_service_new(&service, &broker->service));
	if (broker->remote)
		zt_service_broker_started(broker->service);
	return ZT_OK;
}

zt_status zt_broker_new(struct event_base *loop, zt_registry *registry, const zt_broker_spec *spec,
			zt_broker_ready_fn ready, void *context, zt_broker **ret, zt_error *ret_error)
{
	zt_broker *broker = calloc(1, sizeof *broker);
	if (!broker)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot start the broker");
	*broker = (zt_broker){ .registry = registry, .ready = ready, .context = context, .remote = spec->remote };
	zt_outgoing_list_init(&broker->committing);
	zt_status status = open_all(loop, broker, spec, ret_error);
	if (status != ZT_OK) {
		zt_broker_free(broker);
		return !ret_error || ret_error->text[0]
			   ? status
			   : zt_error_set(ret_error, status, "cannot connect to the broker");
	}
	*ret = broker;
	return ZT_OK;
}

void zt_broker_free(zt_broker *broker)
{
	if (!broker)
		return;
	/* The registry still tells how their commits end; then nobody is behind them. */
	for (zt_outgoing *outgoing = broker->committing.first; outgoing; outgoing = outgoing->next)
		outgoing->owner = NULL;
	zt_service_free(broker->service);
	zt_connector_free(broker->connector);
	zt_dialer_free(broker->dialer);
	zt_mosquitto_free(broker->mosquitto);
	free(broker);
}

const char *zt_broker_socket(const zt_broker *broker)
{
	return broker->mosquitto ? zt_mosquitto_socket(broker->mosquitto) : "";
}

pid_t zt_broker_pid(const zt_broker *broker)
{
	return broker->mosquitto ? zt_mosquitto_pid(broker->mosquitto) : 0;
}

zt_broker_login zt_broker_login_of(const zt_broker *broker)
{
	if (!broker->remote)
		return (zt_broker_login){ 0 };
	return (zt_broker_login){ zt_view_of(broker->remote->username), zt_secret_view(&broker->remote->password) };
}

zt_status zt_broker_open(zt_broker *broker, zt_broker_opened_fn opened, void *context, void **ret_ticket)
{
	return zt_connector_open(broker->connector, false, opened, context, ret_ticket);
}

void zt_broker_cancel(zt_broker *broker, void *ticket)
{
	zt_connector_cancel(broker->connector, ticket);
}

bool zt_broker_has_leisure(const zt_broker *broker)
{
	return zt_service_has_leisure(broker->service);
}

static void on_durable(void *context, zt_status status)
{
	zt_outgoing *outgoing = context;
	zt_broker *broker = outgoing->owner;
	if (!broker) {
		zt_outgoing_end(outgoing, ZT_E_CANCELLED);
		return;
	}
	/* Commits end in the order in which they were begun. */
	(void)zt_outgoing_take_first(&broker->committing);
	if (status == ZT_OK)
		zt_service_send(broker->service, outgoing);
	else
		zt_service_give_up(broker->service, outgoing, status);
}

static zt_status keep_first(zt_broker *broker, zt_outgoing *outgoing)
{
	zt_txn *txn;
	zt_error error = { 0 };
	TRY(zt_txn_begin(broker->registry, &txn));
	zt_status status = zt_txn_retained_put(txn, &outgoing->message, &error);
	if (status != ZT_OK) {
		zt_txn_abort(txn);
		return status;
	}
	outgoing->owner = broker;
	zt_outgoing_append(&broker->committing, outgoing);
	zt_txn_commit(txn, on_durable, outgoing);
	return ZT_OK;
}

zt_status zt_broker_publish(zt_broker *broker, const zt_publish *message, zt_store_done_fn done, void *context)
{
	zt_outgoing *outgoing = zt_outgoing_new(message, done, context);
	ENSURE(outgoing, ZT_E_NOMEM);
	if (!zt_service_reserve(broker->service, outgoing->cost)) {
		free(outgoing);
		return ZT_E_UNAVAILABLE;
	}
	if (!message->retain) {
		zt_service_send(broker->service, outgoing);
		return ZT_OK;
	}
	zt_status status = keep_first(broker, outgoing);
	if (status != ZT_OK) {
		/* The caller is told by the status alone. */
		outgoing->done = NULL;
		zt_service_give_up(broker->service, outgoing, status);
	}
	return status;
}
