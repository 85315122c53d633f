#include "attest/api.h"

#include "base/json.h"
#include "base/log.h"

enum { ANSWER_MAX = 64 * 1024 * 1024 };

/* docs/contracts.md, "The authority's device API". */
static const struct {
	const char *code;
	unsigned http;
} codes[] = {
	{ "InvalidRequest", 400 },        { "UnsupportedFormat", 400 },
	{ "UnclaimedDevice", 403 },       { "InvalidNonce", 403 },
	{ "InvalidEvidence", 403 },       { "UnknownTenant", 404 },
	{ "UnknownCaCertificate", 404 },  { "NotFound", 404 },
	{ "MethodNotAllowed", 405 },      { "TenantExists", 409 },
	{ "TooManyCaCertificates", 409 }, { "TooManyRequests", 429 },
};

static unsigned http_of(const char *code)
{
	for (size_t i = 0; i < ZT_COUNT(codes); i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].http;
	return 500;
}

static void respond(zt_http_exchange *exchange, unsigned http, json_t *answer)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ANSWER_MAX);
	zt_view out = ZT_LIT("{\"code\":\"InternalError\",\"message\":\"the answer cannot be written\"}");
	if (answer && zt_json_write(answer, &text) == ZT_OK)
		out = zt_str_view(&text);
	else
		http = 500;
	zt_http_respond_json(exchange, http, out);
}

/* What is ours to mend goes to the log alone; what is the peer's goes to both. */
static void refuse(zt_http_exchange *exchange, zt_status status, const zt_error *error)
{
	const zt_http_request *request = zt_http_exchange_request(exchange);
	unsigned http = http_of(error->code);
	const char *code = http == 500 ? "InternalError" : error->code;
	const char *cause = error->text[0] ? error->text : zt_status_text(status);
	const char *told = http == 500 ? "the authority failed; its log says why" : cause;
	ZT_LOG("attest", http == 500 ? ZT_LOG_ERROR : ZT_LOG_WARNING, "refused", ZT_KV_STR("peer", request->peer),
	       ZT_KV_V("path", request->path), ZT_KV_INT("http", http), ZT_KV_STR("code", code),
	       ZT_KV_STR("cause", cause));
	ZT_JSON_CLEANUP json_t *answer = json_pack("{s:s, s:s}", "code", code, "message", told);
	respond(exchange, http, answer);
}

/* Segment by segment; '*' takes any non-empty one. */
static bool matches(const char *pattern, zt_view path, zt_view parts[ZT_ROUTE_PARTS_MAX])
{
	zt_view want = zt_view_of(pattern), wanted, given;
	size_t taken = 0;
	while (zt_view_split(&want, '/', &wanted)) {
		if (!zt_view_split(&path, '/', &given))
			return false;
		if (!zt_view_equal(wanted, ZT_LIT("*"))) {
			if (!zt_view_equal(wanted, given))
				return false;
		} else if (given.n == 0 || taken == ZT_ROUTE_PARTS_MAX) {
			return false;
		} else {
			parts[taken++] = given;
		}
	}
	return path.p == NULL;
}

static const zt_route *route_of(const zt_api *api, const zt_http_request *request, zt_api_call *call,
				zt_error *ret_error)
{
	bool path_known = false;
	for (size_t i = 0; i < api->count; i++) {
		if (!matches(api->routes[i].path, request->path, call->parts))
			continue;
		if (zt_view_equal(request->method, zt_view_of(api->routes[i].method)))
			return &api->routes[i];
		path_known = true;
	}
	if (path_known)
		(void)zt_error_coded(ret_error, ZT_E_INVALID, "MethodNotAllowed", "not with %.*s",
				     ZT_PRI(request->method));
	else
		(void)zt_error_coded(ret_error, ZT_E_NOT_FOUND, "NotFound", "there is nothing here");
	return NULL;
}

static zt_status read_body(const zt_http_request *request, json_t **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	json_t *json = NULL;
	if (request->body.n == 0)
		json = json_object();
	else if (zt_json_parse(request->body, &json, &cause) != ZT_OK)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest", "%s", cause.text);
	if (json_is_object(json)) {
		*ret = json;
		return ZT_OK;
	}
	json_decref(json);
	return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidRequest", "the body is no JSON object");
}

void zt_api_handle(void *context, zt_http_exchange *exchange)
{
	const zt_api *api = context;
	const zt_http_request *request = zt_http_exchange_request(exchange);
	ZT_JSON_CLEANUP json_t *body = NULL, *answer = NULL;
	zt_error error = { 0 };
	zt_api_call call = { .authority = api->authority, .peer = request->peer };
	const zt_route *route = route_of(api, request, &call, &error);
	zt_status status = route ? read_body(request, &body, &error) : error.status;
	if (status == ZT_OK) {
		call.body = body;
		status = route->fn(&call, &answer, &error);
	}
	if (status == ZT_OK)
		respond(exchange, route->success, answer);
	else
		refuse(exchange, status, &error);
}
