#include "cloud/api/api.h"

#include <stdlib.h>

#include "cloud/api/front.h"

enum {
	/* A 50 MB package in base64 and what is around it: AWS's own bound of CreateFunction. */
	BODY_MAX = 70167211,
	CONNECTIONS_MAX = 512,
};

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
	if (!api->spec.control.address)
		return ZT_OK;
	return zt_listener_new(loop, &api->spec.control, zt_http_accept, api->server, &api->listener, ret_error);
}

zt_status zt_api_new(struct event_base *loop, const zt_api_spec *spec, zt_api **ret, zt_error *ret_error)
{
	zt_api *api = calloc(1, sizeof *api);
	ENSURE(api, ZT_E_NOMEM);
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
