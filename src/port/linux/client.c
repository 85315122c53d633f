#include "port/linux/client.h"

#include <poll.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/str.h"
#include "base/timefmt.h"
#include "port/linux/key.h"
#include "port/linux/transport.h"

enum {
	MQTT_PORT = 8883,
	HTTPS_PORT = 8443,
	KEEP_ALIVE_S = 60,
	IN_BYTES = ZT_PAYLOAD_MAX + ZT_DEVICE_IN_MIN, /* the largest message that AWS passes on, with its topic */
	OUT_BYTES = 4096,
};

struct zt_client {
	zt_device device;
	zt_linux_transport transport, beside;
	const zt_error *told; /* what the last event was about */
	EVP_PKEY *key;        /* behind a URI, or NULL */
	zt_identity_files files;
	char *host, *certificate_file, *key_file, *client_id;
	uint8_t out[OUT_BYTES], in[IN_BYTES], aside[ZT_DEVICE_ASIDE_MIN];
};

static void fill_random(void *context, uint8_t *bytes, size_t n)
{
	(void)context;
	zt_random_bytes(bytes, n);
}

static zt_status copy_text(char **ret, const char *text)
{
	if (!text)
		return ZT_OK;
	*ret = zt_view_dup(zt_view_of(text));
	return *ret ? ZT_OK : ZT_E_NOMEM;
}

static zt_status copy_texts(zt_client *client, const zt_client_spec *spec)
{
	TRY(copy_text(&client->host, spec->host));
	TRY(copy_text(&client->certificate_file, spec->certificate_file));
	TRY(copy_text(&client->key_file, spec->key_file));
	return copy_text(&client->client_id, spec->client_id);
}

/* Whoever signs has no certificate that could end or be replaced. */
static zt_status always_the_same(void *context, zt_identity_info *ret)
{
	const zt_client *client = context;
	*ret = (zt_identity_info){ .not_after_ms = INT64_MAX / 2, .generation = 1 };
	zt_text_cut(ret->name, sizeof ret->name, zt_view_of(client->client_id));
	return ZT_OK;
}

static zt_identity nobody(zt_client *client)
{
	return (zt_identity){ always_the_same, client };
}

static zt_identity files(zt_client *client)
{
	const zt_identity_source source = { client->certificate_file, client->key_file, client->key,
					    client->transport.roots };
	return zt_identity_from_files(&client->files, &source);
}

static zt_status init_device(zt_client *client, const zt_client_spec *spec, zt_error *ret_error)
{
	zt_device_config config = {
		.route = spec->route,
		.transport = zt_linux_transport_seam(&client->transport),
		.clock = zt_clock_system(),
		.entropy = { fill_random, NULL },
		.identity = spec->sign ? nobody(client) : files(client),
		.host = { zt_view_of(client->host), client->transport.https_port },
		.mqtt.client_id = zt_view_of(client->client_id),
		.mqtt.keep_alive_s = spec->keep_alive_s ? spec->keep_alive_s : KEEP_ALIVE_S,
		.mqtt.clean = !spec->persistent,
		.mqtt.will = spec->will,
		.mqtt.protocol = spec->protocol,
		.first_by_https = spec->first_by_https,
		.source = spec->source,
		.subscriptions = spec->subscriptions,
		.subscription_count = spec->subscription_count,
		.out = client->out,
		.in = client->in,
		.out_cap = sizeof client->out,
		.in_cap = sizeof client->in,
		.aside = client->aside,
		.aside_cap = sizeof client->aside,
	};
	if (spec->first_by_https && spec->route == ZT_ROUTE_MQTT)
		config.beside = zt_linux_transport_seam(&client->beside);
	const char *why = "";
	zt_status status = zt_device_init(&client->device, &config, &why);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "%s", why);
}

/* What listens on 443 of a host whose ports were chosen is not AWS's. */
static uint16_t alpn_port_of(const zt_client_spec *spec)
{
	uint16_t port = spec->route == ZT_ROUTE_MQTT ? spec->mqtt_port : spec->https_port;
	bool standard = port == 0 || port == MQTT_PORT || port == HTTPS_PORT;
	return spec->alpn_port ? spec->alpn_port : standard ? ZT_ALPN_PORT : 0;
}

zt_status zt_client_new(const zt_client_spec *spec, zt_client **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_client_freep) zt_client *client = calloc(1, sizeof *client);
	ENSURE(client && copy_texts(client, spec) == ZT_OK, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	uint16_t mqtt_port = spec->sign ? ZT_ALPN_PORT : MQTT_PORT;
	TRY(zt_linux_transport_init(&client->transport, client->host, spec->mqtt_port ? spec->mqtt_port : mqtt_port,
				    spec->https_port ? spec->https_port : HTTPS_PORT, spec->ca_file, zt_clock_system(),
				    ret_error));
	client->told = &client->transport.stream.error;
	if (client->key_file && zt_key_is_uri(client->key_file))
		TRY(zt_key_load(client->key_file, &client->key, ret_error));
	client->transport.identity = spec->sign ? NULL : &client->files;
	client->transport.alpn_port = spec->sign ? 0 : alpn_port_of(spec);
	zt_linux_transport_init_beside(&client->beside, &client->transport);
	if (spec->sign && zt_linux_transport_use_websocket(&client->transport, spec->sign, spec->sign_context) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_NOMEM, "out of memory");
	TRY(init_device(client, spec, ret_error));
	*ret = ZT_STEAL(client);
	return ZT_OK;
}

void zt_client_free(zt_client *client)
{
	if (!client)
		return;
	zt_device_stop(&client->device);
	zt_linux_transport_deinit(&client->transport);
	zt_linux_transport_deinit(&client->beside);
	zt_identity_files_deinit(&client->files);
	EVP_PKEY_free(client->key);
	free(client->host);
	free(client->certificate_file);
	free(client->key_file);
	free(client->client_id);
	free(client);
}

zt_status zt_client_publish(zt_client *client, const zt_message *message, zt_error *ret_error)
{
	const char *why = "another message is under way, or this route cannot carry it";
	zt_status status = zt_device_publish(&client->device, message, &why);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "%s", why);
}

zt_status zt_client_subscribe(zt_client *client, const zt_subscription *subscriptions, size_t count,
			      zt_error *ret_error)
{
	const char *why = "subscriptions need MQTT";
	zt_status status = zt_device_subscribe(&client->device, subscriptions, count, &why);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "%s", why);
}

static const zt_error *about(const zt_client *client, const zt_event *event)
{
	if (event->kind == ZT_EVENT_NOT_READY)
		return &client->files.error;
	return event->beside ? &client->beside.stream.error : &client->transport.stream.error;
}

void zt_client_step(zt_client *client, zt_event *ret)
{
	zt_device_step(&client->device, ret);
	if (ret->kind != ZT_EVENT_NONE)
		client->told = about(client, ret);
}

static int at_most(int64_t a, int64_t b)
{
	int64_t least = a < b ? a : b;
	return least < 0 ? 0 : (int)least;
}

void zt_client_wait(zt_client *client, int timeout_ms, zt_event *ret)
{
	int64_t until_ms = zt_time_mono_ms() + timeout_ms;
	for (;;) {
		zt_client_step(client, ret);
		int64_t left_ms = until_ms - zt_time_mono_ms();
		if (ret->kind != ZT_EVENT_NONE || left_ms <= 0)
			return;
		struct pollfd ready = { .fd = zt_client_fd(client), .events = zt_client_poll_events(client) };
		if (poll(&ready, 1, at_most(ret->wait_ms, left_ms)) < 0)
			return;
	}
}

int zt_client_fd(const zt_client *client)
{
	return zt_tls_stream_fd(&client->transport.stream);
}

short zt_client_poll_events(const zt_client *client)
{
	return zt_tls_stream_poll_events(&client->transport.stream);
}

const char *zt_client_detail(const zt_client *client)
{
	return client->told->text;
}

const char *zt_client_identity_trouble(const zt_client *client)
{
	return client->files.tls ? client->files.error.text : "";
}

const zt_identity_info *zt_client_identity(const zt_client *client)
{
	return &client->device.identity;
}
