#include "port/linux/https_call.h"

#include <poll.h>

#include "port/linux/tls_context.h"
#include "port/linux/tls_stream.h"
#include "port/linux/trust.h"
#include "zerotouch/http.h"

enum { HEAD_MAX = 1024 };

typedef struct {
	zt_tls_stream stream;
	int64_t until_ms;
} call;

static void free_store(X509_STORE **store)
{
	X509_STORE_free(*store);
}

static void free_context(SSL_CTX **context)
{
	SSL_CTX_free(*context);
}

static void end_call(call *c)
{
	zt_tls_stream_close(&c->stream);
}

static zt_status refuse_url(const char *url, zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_USAGE, "'%s' is no address of the form https://host:port", url);
}

zt_status zt_https_origin_parse(const char *url, zt_https_origin *ret, zt_error *ret_error)
{
	zt_view rest = zt_view_of(url);
	zt_https_origin origin = { .port = 443 };
	if (!zt_view_take_prefix(&rest, ZT_LIT("https://")))
		return refuse_url(url, ret_error);
	if (zt_view_ends(rest, ZT_LIT("/")))
		rest.n--;
	size_t colon = zt_view_find(rest, ':');
	zt_view host = { rest.p, colon };
	if (host.n == 0 || zt_view_find(rest, '/') < rest.n || zt_view_find(rest, '@') < rest.n ||
	    zt_text_copy(origin.host, sizeof origin.host, host) != ZT_OK)
		return refuse_url(url, ret_error);
	if (colon < rest.n) {
		uint64_t port;
		if (!zt_view_to_u64(zt_view_from(rest, colon + 1), &port) || port == 0 || port > UINT16_MAX)
			return refuse_url(url, ret_error);
		origin.port = (uint16_t)port;
	}
	*ret = origin;
	return ZT_OK;
}

/* Waits until the socket is ready for what the stream wants. */
static zt_status await(call *c)
{
	int64_t left_ms = c->until_ms - zt_clock_mono_ms(&c->stream.clock);
	if (left_ms <= 0)
		return zt_error_set(&c->stream.error, ZT_E_TIMEOUT, "no answer within %d s", ZT_HTTPS_CALL_MS / 1000);
	struct pollfd ready = { .fd = zt_tls_stream_fd(&c->stream), .events = zt_tls_stream_poll_events(&c->stream) };
	(void)poll(&ready, 1, (int)left_ms);
	return ZT_OK;
}

static zt_status open_stream(call *c, SSL_CTX *tls, const zt_https_origin *origin)
{
	zt_status status = zt_tls_stream_start(&c->stream, tls, origin->host, origin->port, NULL);
	while (status == ZT_E_AGAIN) {
		TRY(await(c));
		status = zt_tls_stream_continue(&c->stream);
	}
	return status;
}

static zt_status send_all(call *c, zt_view bytes)
{
	while (bytes.n) {
		int32_t sent = zt_tls_stream_send(&c->stream, bytes.p, bytes.n);
		ENSURE(sent >= 0, ZT_E_CLOSED);
		bytes = zt_view_from(bytes, (size_t)sent);
		if (sent == 0)
			TRY(await(c));
	}
	return ZT_OK;
}

static zt_status read_answer(call *c, zt_http_answer *answer)
{
	for (;;) {
		size_t room;
		uint8_t *bytes = zt_http_answer_room(answer, &room);
		int32_t got = zt_tls_stream_recv(&c->stream, bytes, room);
		ENSURE(got >= 0, answer->n ? ZT_E_PROTOCOL : ZT_E_CLOSED);
		if (got == 0) {
			TRY(await(c));
			continue;
		}
		zt_status status = zt_http_answer_received(answer, (size_t)got);
		if (status != ZT_E_AGAIN)
			return status;
	}
}

static zt_status exchange(call *c, const zt_https_origin *origin, const char *path, zt_view json,
			  zt_http_answer *answer)
{
	uint8_t memory[HEAD_MAX];
	zt_buf head = ZT_BUF(memory);
	zt_buf_put_text(&head, "POST ");
	zt_buf_put_text(&head, path);
	const zt_http_host host = { zt_view_of(origin->host), origin->port };
	zt_http_put_headers(&head, &host, "application/json", json.n);
	TRY(zt_buf_finish(&head));
	TRY(send_all(c, zt_buf_view(&head)));
	TRY(send_all(c, json));
	return read_answer(c, answer);
}

static zt_status explain(const call *c, const zt_https_origin *origin, zt_status status, zt_error *ret_error)
{
	const char *detail = c->stream.error.text[0] ? c->stream.error.text : zt_status_text(status);
	return zt_error_set(ret_error, status, "https://%s:%u: %s", origin->host, origin->port, detail);
}

zt_status zt_https_post_json(const zt_https_origin *origin, const char *ca_file, zt_clock clock, const char *path,
			     zt_view json, zt_str *ret_body, uint16_t *ret_http, zt_error *ret_error)
{
	ZT_CLEANUP(free_store) X509_STORE *roots = NULL;
	ZT_CLEANUP(free_context) SSL_CTX *tls = NULL;
	ZT_CLEANUP(end_call) call c = { .until_ms = zt_clock_mono_ms(&clock) + ZT_HTTPS_CALL_MS };
	zt_tls_stream_init(&c.stream, clock);
	TRY(zt_trust_load(ca_file, &roots, ret_error));
	TRY(zt_tls_context_new(roots, &tls, ret_error));
	uint8_t memory[ZT_HTTPS_CALL_ANSWER_MAX];
	zt_http_answer answer;
	zt_http_answer_init(&answer, memory, sizeof memory);
	zt_status status = open_stream(&c, tls, origin);
	if (status == ZT_OK)
		status = exchange(&c, origin, path, json, &answer);
	if (status != ZT_OK)
		return explain(&c, origin, status, ret_error);
	TRY(zt_str_put(ret_body, zt_http_answer_body(&answer)));
	*ret_http = answer.status;
	return ZT_OK;
}
