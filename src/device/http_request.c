#include "zerotouch/http.h"

static const char any_bytes[] = "application/octet-stream";

void zt_http_put_encoded(zt_buf *out, zt_view text)
{
	zt_view byte;
	while (zt_view_take(&text, 1, &byte)) {
		if (zt_view_is_made_of(byte, "-._~"))
			zt_buf_put(out, byte);
		else
			zt_buf_put_escape(out, "%", *byte.p);
	}
}

void zt_http_put_headers(zt_buf *out, const zt_http_host *host, const char *content_type, size_t content_length)
{
	zt_buf_put_text(out, " HTTP/1.1\r\nHost: ");
	zt_buf_put(out, host->name);
	if (host->port != 443) {
		zt_buf_put_u8(out, ':');
		zt_buf_put_u64(out, host->port);
	}
	zt_buf_put_text(out, "\r\nContent-Type: ");
	zt_buf_put_text(out, content_type);
	zt_buf_put_text(out, "\r\nContent-Length: ");
	zt_buf_put_u64(out, content_length);
	zt_buf_put_text(out, "\r\n\r\n");
}

void zt_http_put_publish(zt_buf *out, const zt_http_host *host, const zt_message *message)
{
	zt_buf_put_text(out, "POST /topics/");
	zt_http_put_encoded(out, message->topic);
	zt_buf_put_text(out, "?qos=");
	zt_buf_put_u8(out, (uint8_t)('0' + message->qos));
	zt_http_put_headers(out, host, any_bytes, message->payload.n);
}

void zt_http_put_probe(zt_buf *out, const zt_http_host *host)
{
	zt_buf_put_text(out, "GET /zerotouch");
	zt_http_put_headers(out, host, any_bytes, 0);
}
