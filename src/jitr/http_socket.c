#include "jitr/http_socket.h"

#include "jitr/exchange.h"

enum {
	WIRES_MAX = 2, /* control plane and data plane */
	ORIGIN_MAX = 511,
	REQUEST_MAX = 64 * 1024,
};

typedef struct {
	char origin[ORIGIN_MAX + 1];
	zt_wire wire;
	uint64_t used; /* when, for the choice of the one to give up */
} kept_wire;

struct zt_http_socket {
	char *roots_path;
	zt_tls_roots *roots;
	kept_wire wires[WIRES_MAX];
	uint64_t uses;
	zt_str message;
};

zt_status zt_http_socket_new(const char *roots_path, zt_http_socket **ret)
{
	ZT_CLEANUP(zt_http_socket_freep) zt_http_socket *socket = calloc(1, sizeof *socket);
	ENSURE(socket, ZT_E_NOMEM);
	for (size_t i = 0; i < WIRES_MAX; i++)
		socket->wires[i].wire = ZT_WIRE_CLOSED;
	socket->message = ZT_STR(REQUEST_MAX);
	socket->roots_path = zt_view_dup(zt_view_of(roots_path));
	ENSURE(socket->roots_path, ZT_E_NOMEM);
	*ret = ZT_STEAL(socket);
	return ZT_OK;
}

void zt_http_socket_free(zt_http_socket *socket)
{
	if (!socket)
		return;
	for (size_t i = 0; i < WIRES_MAX; i++)
		zt_wire_close(&socket->wires[i].wire);
	zt_tls_roots_free(socket->roots);
	zt_str_free(&socket->message);
	free(socket->roots_path);
	free(socket);
}

/* The wire that is kept for the origin, else the one used longest ago, closed. */
static kept_wire *wire_for(zt_http_socket *socket, const char *origin)
{
	kept_wire *oldest = &socket->wires[0];
	for (size_t i = 0; i < WIRES_MAX; i++) {
		if (strcmp(socket->wires[i].origin, origin) == 0)
			return &socket->wires[i];
		if (socket->wires[i].used < oldest->used)
			oldest = &socket->wires[i];
	}
	zt_wire_close(&oldest->wire);
	zt_text_cut(oldest->origin, sizeof oldest->origin, zt_view_of(origin));
	return oldest;
}

static zt_status open_wire(zt_http_socket *socket, kept_wire *kept, int64_t deadline_ms, zt_error *ret_error)
{
	zt_view authority = zt_view_of(kept->origin);
	bool secure = zt_view_take_prefix(&authority, ZT_LIT("https://"));
	char host[256], port[6];
	if ((!secure && !zt_view_take_prefix(&authority, ZT_LIT("http://"))) ||
	    zt_wire_split(authority, secure ? 443 : 80, host, port) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "%s: no http:// or https:// URL", kept->origin);
	if (secure && !socket->roots)
		TRY(zt_tls_roots_load(socket->roots_path, &socket->roots, ret_error));
	return zt_wire_open(host, port, secure ? socket->roots : NULL, deadline_ms, &kept->wire, ret_error);
}

static zt_status put_message(const zt_aws_http_request *request, zt_str *out)
{
	TRY(zt_str_printf(out, "%s %s HTTP/1.1\r\n", request->method, request->target));
	for (size_t i = 0; i < request->header_count; i++)
		TRY(zt_str_printf(out, "%.*s: %.*s\r\n", ZT_PRI(request->headers[i].name),
				  ZT_PRI(request->headers[i].value)));
	TRY(zt_str_printf(out, "content-length: %zu\r\n\r\n", request->body.n));
	return zt_str_put(out, request->body);
}

static zt_status on_header(void *context, zt_view name, zt_view value)
{
	zt_aws_http_response_header(context, name, value);
	return ZT_OK;
}

static zt_status on_body(void *context, zt_view bytes)
{
	return zt_str_put(&((zt_aws_http_response *)context)->body, bytes);
}

static zt_status exchange(zt_http_socket *socket, kept_wire *kept, const zt_aws_http_request *request,
			  zt_aws_http_response *response, zt_exchange_result *result)
{
	zt_http_sink sink = { on_header, on_body, response };
	zt_status status = zt_exchange(&kept->wire, zt_str_view(&socket->message), sink, request->deadline_ms, result);
	if (status != ZT_OK || !result->keep_alive)
		zt_wire_close(&kept->wire);
	response->status = result->status;
	return status;
}

/* A kept wire may have been closed by the server just as the request went out; then it goes once over a new one. */
static zt_status perform_on(zt_http_socket *socket, kept_wire *kept, const zt_aws_http_request *request,
			    zt_aws_http_response *response, zt_error *ret_error)
{
	zt_exchange_result result;
	if (zt_wire_is_stale(&kept->wire))
		zt_wire_close(&kept->wire);
	bool reused = kept->wire.fd >= 0;
	if (!reused)
		TRY(open_wire(socket, kept, request->deadline_ms, ret_error));
	zt_status status = exchange(socket, kept, request, response, &result);
	if (status == ZT_E_CLOSED && reused && !result.began) {
		TRY(open_wire(socket, kept, request->deadline_ms, ret_error));
		status = exchange(socket, kept, request, response, &result);
	}
	return status == ZT_OK ? ZT_OK
			       : zt_error_set(ret_error, status, "%s: %s", request->origin, zt_status_text(status));
}

static zt_status perform(void *context, const zt_aws_http_request *request, zt_aws_http_response *response,
			 zt_error *ret_error)
{
	zt_http_socket *socket = context;
	kept_wire *kept = wire_for(socket, request->origin);
	kept->used = ++socket->uses;
	zt_str_clear(&socket->message);
	TRY(put_message(request, &socket->message));
	return perform_on(socket, kept, request, response, ret_error);
}

zt_aws_http zt_http_socket_seam(zt_http_socket *socket)
{
	return (zt_aws_http){ .perform = perform, .context = socket };
}
