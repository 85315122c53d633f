/* The control plane on one port: IoT, IoT data, IAM, STS, Lambda and CloudWatch Logs, told apart by the signature's
 * service.
 *
 * Every request is verified (Signature Version 4, clock within five minutes) and authorised against the caller's
 * identity policies before a service sees it; but for GET /healthz and GET /metrics, which hold no secret. */
#ifndef ZT_CLOUD_API_H
#define ZT_CLOUD_API_H

#include <jansson.h>

#include "cloud/broker/broker.h"
#include "cloud/caller.h"
#include "cloud/faults/faults.h"
#include "cloud/lambda/lambda.h"
#include "cloud/logs/logs.h"
#include "cloud/rules/engine.h"
#include "cloud/shadow/shadows.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/listener.h"

typedef struct zt_api zt_api;

/* What the other rooms tell of themselves, and do when they are asked to; the daemon knows them all. */
typedef struct {
	/* {"refusals":[…],"last":N} (zt_refusals_json); NULL when out of memory. */
	json_t *(*refusals)(void *context, uint64_t after, zt_view device);
	/* Appends metrics in Prometheus' text format. */
	zt_status (*metrics)(void *context, zt_str *out);
	/* Whether devices can be served: "" or what is missing. */
	const char *(*ailment)(void *context);
	/* Ends a client's connection, with its session and without its will where that is asked for; false when there
	 * is none (zt_gateway_disconnect). */
	bool (*disconnect)(void *context, zt_view client_id, bool end_session, bool without_will);
	/* Answers the connection of that client id and principal alone, when it listens to `topic`
	 * (zt_gateway_answer). */
	void (*answer)(void *context, zt_view client_id, zt_view principal, zt_view topic, zt_view payload);
	void *context;
} zt_api_sources;

typedef struct {
	zt_registry *registry;
	zt_lambda *lambda;
	zt_logs *logs;
	zt_broker *broker;            /* IoT data Publish */
	zt_publish_listener listener; /* rules and shadows, for what is published here */
	zt_shadows *shadows;
	zt_listener_spec control; /* 4566; without an address the port is not there, only the data endpoint */
	bool quotas;              /* AWS's rates of each operation */
	zt_http_client *http;     /* confirms destinations of rules; NULL: nothing is sent; borrowed */
	zt_faults *faults;        /* what goes wrong on purpose, or NULL; borrowed */
	zt_api_sources sources;   /* each may be NULL: its resource is not there */
} zt_api_spec;

ZT_NODISCARD zt_status zt_api_new(struct event_base *loop, const zt_api_spec *spec, zt_api **ret, zt_error *ret_error);
void zt_api_free(zt_api *api);
/* The handler of an HTTP server on the data endpoint: signed requests of IoT data alone. `api` is a zt_api. */
void zt_api_serve_data(void *api, zt_http_exchange *exchange);
/* The same for a device, whose certificate's policies decide instead of a signature. */
void zt_api_serve_device(void *api, zt_http_exchange *exchange, const zt_device_rights *rights);
/* Who signed a request to the data endpoint, in its query or its headers; `api` is a zt_api. */
ZT_NODISCARD zt_status zt_api_authenticate(void *api, const zt_http_request *request, zt_caller *ret,
					   zt_error *ret_error);
/* Whether that caller's identity policies allow it, for requests of `peer` ("127.0.0.1:4711"). */
bool zt_api_allows(void *api, const zt_caller *caller, const char *peer, const char *action, zt_view resource);
/* Takes a certificate that was just registered through its CA's provisioning template, where the CA has one; `api` is a
 * zt_api. What fails is logged, and tried again when the device comes again. */
void zt_api_provision(void *api, zt_view certificate_id);
/* An accepted message of a device: does what it asks for when its topic is one of fleet provisioning's (AWS IoT,
 * "Device provisioning MQTT API"), and answers by zt_api_sources.answer. Other messages, and those that came without a
 * connection, are none of its business. */
void zt_api_fleet_accepted(zt_api *api, const zt_publish *message);
/* 0 without one. */
unsigned zt_api_port(const zt_api *api);

#endif
