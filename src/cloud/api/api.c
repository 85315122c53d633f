#include "cloud/api/api.h"

#include <stdlib.h>

#include "cloud/api/fleet.h"
#include "cloud/api/fleet_hook.h"

enum {
	/* A 50 MB package in base64 and what is around it: AWS's own bound of CreateFunction. */
	BODY_MAX = 70167211,
	CONNECTIONS_MAX = 512,
};

static void on_sweep(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	zt_fleet_sweep(context);
}

static zt_status open_sweeper(struct event_base *loop, zt_api *api)
{
	const struct timeval each = { ZT_FLEET_SWEEP_S, 0 };
	api->fleet_sweeper = event_new(loop, -1, EV_PERSIST, on_sweep, api);
	ENSURE(api->fleet_sweeper && event_add(api->fleet_sweeper, &each) == 0, ZT_E_NOMEM);
	event_active(api->fleet_sweeper, EV_TIMEOUT, 0); /* what has expired while nobody was there */
	return ZT_OK;
}

static zt_status open_front(struct event_base *loop, zt_api *api, zt_error *ret_error)
{
	const zt_http_server_spec server = {
		.handler = zt_front_handle,
		.context = api,
		.body_max = BODY_MAX,
		.connections_max = CONNECTIONS_MAX,
	};
	TRY(zt_managed_new(&api->managed, ret_error));
	if (api->spec.quotas)
		TRY(zt_quotas_new(&api->quotas));
	TRY(zt_keymaker_new(loop, &api->keymaker, ret_error));
	TRY(zt_http_server_new(loop, &server, &api->server, ret_error));
	/* A gateway alone leaves what is the account's to the one that has the control plane. */
	if (!api->spec.control.address)
		return ZT_OK;
	TRY(open_sweeper(loop, api));
	return zt_listener_new(loop, &api->spec.control, zt_http_accept, api->server, &api->listener, ret_error);
}

zt_status zt_api_new(struct event_base *loop, const zt_api_spec *spec, zt_api **ret, zt_error *ret_error)
{
	zt_api *api = calloc(1, sizeof *api);
	ENSURE(api, ZT_E_NOMEM);
	api->loop = loop;
	api->spec = *spec;
	zt_status status = open_front(loop, api, ret_error);
	if (status != ZT_OK) {
		zt_api_free(api);
		return status;
	}
	*ret = api;
	return ZT_OK;
}

void zt_api_free(zt_api *api)
{
	if (!api)
		return;
	zt_fleet_forget_all(api);
	zt_fleet_hooks_end(api);
	if (api->fleet_sweeper)
		event_free(api->fleet_sweeper);
	zt_listener_free(api->listener);
	zt_keymaker_free(api->keymaker);
	zt_http_server_free(api->server);
	/* Calls that wait for the disk outlive the front; they only answer, to nobody. */
	for (zt_call *next, *call = api->calls; call; call = next) {
		next = call->next;
		call->api = NULL;
		call->next = NULL;
		call->link = NULL;
	}
	zt_managed_free(api->managed);
	zt_quotas_free(api->quotas);
	free(api);
}

unsigned zt_api_port(const zt_api *api)
{
	return api->listener ? zt_listener_port(api->listener) : 0;
}
