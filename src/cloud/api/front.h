/* The inside of the control plane's front, for its own files. */
#ifndef ZT_CLOUD_API_FRONT_H
#define ZT_CLOUD_API_FRONT_H

#include "cloud/api/api.h"
#include "cloud/api/call.h"
#include "cloud/api/keymaker.h"
#include "cloud/api/managed.h"
#include "cloud/api/quotas.h"

struct zt_api {
	struct event_base *loop;
	zt_api_spec spec;
	zt_http_server *server;
	zt_listener *listener;
	zt_managed *managed;
	zt_keymaker *keymaker;
	zt_quotas *quotas;              /* NULL: none */
	zt_call *calls;                 /* those whose answer is due */
	struct zt_fleet_request *fleet; /* on their way, likewise */
	struct zt_fleet_hook *hooks;    /* being asked */
	struct event *fleet_sweeper;
};

/* The handler of the HTTP server; `api` is a zt_api. */
void zt_front_handle(void *api, zt_http_exchange *exchange);

#endif
