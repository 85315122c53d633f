#include "cloud/api/front.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/timefmt.h"
#include "cloud/api/authenticate.h"
#include "cloud/api/authorise.h"
#include "cloud/api/plain.h"
#include "cloud/api/route.h"

static zt_status check_body_size(const zt_call *call, zt_error *ret_error)
{
	size_t max = call->operation->body_max ? call->operation->body_max : call->service->body_max;
	if (call->request->body.n <= max)
		return ZT_OK;
	const char *code = call->service->protocol == ZT_PROTOCOL_QUERY ? "RequestEntityTooLarge"
			   : (call->operation->flags & ZT_OP_RAW_BODY) && call->service->typed_errors
			       ? "RequestTooLargeException"
			       : "RequestEntityTooLargeException";
	return zt_error_coded(ret_error, ZT_E_LIMIT, code,
			      "Request must be smaller than %zu bytes for the %s operation", max,
			      call->operation->name);
}

/* A call without a body has an empty object, so that its handler asks for members in one way. */
static zt_status read_json(zt_call *call, zt_error *ret_error)
{
	zt_error cause = { 0 };
	zt_view body = zt_view_trim(call->request->body);
	if (call->operation->flags & ZT_OP_RAW_BODY)
		return ZT_OK;
	if (body.n == 0) {
		call->body = json_object();
		return call->body ? ZT_OK : ZT_E_NOMEM;
	}
	if (zt_json_parse(body, &call->body, &cause) != ZT_OK)
		return zt_error_coded(ret_error, ZT_E_INVALID, call->service->malformed,
				      "Could not parse request body into json: %s", cause.text);
	if (!json_is_object(call->body))
		return zt_error_coded(ret_error, ZT_E_INVALID, call->service->malformed,
				      "The request body is no JSON object");
	return ZT_OK;
}

static zt_status prepare_rest(zt_call *call, zt_error *ret_error)
{
	TRY(call->service->protocol == ZT_PROTOCOL_JSON ? zt_route_target(call, ret_error)
							: zt_route_rest(call, ret_error));
	TRY(check_body_size(call, ret_error));
	/* Some resources stand in the body; a body that cannot be read names none, and who may not ask learns no more.
	 */
	zt_error broken = { 0 };
	zt_status status = read_json(call, &broken);
	TRY(zt_authorise(call, ret_error));
	if (status != ZT_OK)
		*ret_error = broken;
	return status;
}

/* POST has its parameters in the body, GET in the query. */
static zt_status prepare_query(zt_call *call, zt_error *ret_error)
{
	bool in_body = zt_view_equal(call->request->method, ZT_LIT("POST"));
	TRY(zt_form_read(in_body ? call->request->body : call->request->query, &call->form, ret_error));
	TRY(zt_route_query(call, ret_error));
	TRY(check_body_size(call, ret_error));
	return zt_authorise(call, ret_error);
}

static zt_status check_rate(const zt_call *call, zt_error *ret_error)
{
	if (zt_quotas_take(call->api->quotas, call->service->prefix, call->operation->name, zt_time_mono_ms()))
		return ZT_OK;
	return zt_error_coded(ret_error, ZT_E_THROTTLED, "ThrottlingException", "Rate exceeded");
}

/* Faults that were asked for; one that comes behind the effect is kept for the answer. */
static zt_status go_wrong(zt_call *call, zt_error *ret_error)
{
	zt_faults *faults = call->api->spec.faults;
	if (!faults)
		return ZT_OK;
	const char *invocation = zt_lambda_invocation_of(call->api->spec.lambda, call->caller.key_id);
	call->fault = zt_faults_operation(faults, call->operation->name, invocation);
	return call->fault.after ? ZT_OK : zt_call_fail_on_purpose(call, ret_error);
}

/* TLS has proved who it is. */
static zt_status take_device(zt_call *call)
{
	call->service = &zt_service_iot_data;
	return zt_text_copy(call->caller.user_id, sizeof call->caller.user_id,
			    zt_view_of(call->device->certificate_id));
}

static zt_status serve(zt_call *call, zt_error *ret_error)
{
	TRY(call->device ? take_device(call) : zt_authenticate(call, ret_error));
	TRY(zt_form_read(call->request->query, &call->query, ret_error));
	TRY(call->service->protocol == ZT_PROTOCOL_QUERY ? prepare_query(call, ret_error)
							 : prepare_rest(call, ret_error));
	TRY(check_rate(call, ret_error));
	TRY(go_wrong(call, ret_error));
	return call->operation->handler(call, ret_error);
}

static zt_call *call_new(zt_api *api, zt_http_exchange *exchange)
{
	zt_call *call = calloc(1, sizeof *call);
	if (!call)
		return NULL;
	call->api = api;
	call->registry = api->spec.registry;
	call->exchange = exchange;
	call->request = zt_http_exchange_request(exchange);
	call->blob = ZT_STR(ZT_REPLY_MAX);
	call->xml = ZT_STR(ZT_REPLY_MAX);
	call->resource_id = ZT_STR(256);
	call->resource_arn = ZT_STR(2048);
	zt_uuid(call->request_id);
	call->next = api->calls;
	call->link = &api->calls;
	if (call->next)
		call->next->link = &call->next;
	api->calls = call;
	return call;
}

static void handle(zt_api *api, zt_http_exchange *exchange, bool data_endpoint, const zt_device_rights *device)
{
	zt_error error = { 0 };
	zt_call *call = call_new(api, exchange);
	if (!call) {
		zt_http_drop(exchange);
		return;
	}
	call->data_endpoint = data_endpoint;
	call->device = device;
	call->handling = true;
	zt_status status = serve(call, &error);
	call->handling = false;
	call->device = NULL;
	if (status != ZT_OK || !call->deferred) {
		zt_call_finish(call, status, &error);
	} else if (call->ended) {
		error = call->end_error;
		zt_call_finish(call, call->end_status, &error);
	}
}

void zt_front_handle(void *context, zt_http_exchange *exchange)
{
	zt_api *api = context;
	if (!zt_plain_handle(&api->spec.sources, exchange))
		handle(api, exchange, false, NULL);
}

void zt_api_serve_data(void *api, zt_http_exchange *exchange)
{
	handle(api, exchange, true, NULL);
}

void zt_api_serve_device(void *api, zt_http_exchange *exchange, const zt_device_rights *rights)
{
	handle(api, exchange, true, rights);
}

zt_status zt_api_authenticate(void *context, const zt_http_request *request, zt_caller *ret, zt_error *ret_error)
{
	zt_api *api = context;
	zt_call call = { .api = api, .registry = api->spec.registry, .request = request, .data_endpoint = true };
	TRY(zt_authenticate(&call, ret_error));
	*ret = call.caller;
	return ZT_OK;
}

bool zt_api_allows(void *context, const zt_caller *caller, const char *peer, const char *action, zt_view resource)
{
	zt_api *api = context;
	zt_error error;
	const zt_http_request request = { .peer = peer };
	const zt_call call = { .api = api,
			       .registry = api->spec.registry,
			       .request = &request,
			       .service = &zt_service_iot_data,
			       .caller = *caller };
	return zt_authorise_action(&call, action, resource, &error) == ZT_OK;
}
