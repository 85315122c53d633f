#include "zerotouch/http.h"

static bool is_unreserved(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

void zt_http_put_encoded(zt_buf *out, zt_view text)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (is_unreserved(c)) {
			zt_buf_put_u8(out, c);
			continue;
		}
		zt_buf_put_u8(out, '%');
		zt_buf_put_u8(out, (uint8_t)digits[c >> 4]);
		zt_buf_put_u8(out, (uint8_t)digits[c & 15]);
	}
}

void zt_http_put_headers(zt_buf *out, zt_view host, uint16_t port, zt_view content_type, size_t content_length)
{
	zt_buf_put_text(out, "Host: ");
	zt_buf_put(out, host);
	if (port != 443) {
		zt_buf_put_u8(out, ':');
		zt_buf_put_u64(out, port);
	}
	zt_buf_put_text(out, "\r\nContent-Type: ");
	zt_buf_put(out, content_type);
	zt_buf_put_text(out, "\r\nContent-Length: ");
	zt_buf_put_u64(out, content_length);
	zt_buf_put_text(out, "\r\n\r\n");
}

void zt_http_put_publish(zt_buf *out, zt_view host, uint16_t port, zt_view topic, uint8_t qos, size_t payload_length)
{
	zt_buf_put_text(out, "POST /topics/");
	zt_http_put_encoded(out, topic);
	zt_buf_put_text(out, "?qos=");
	zt_buf_put_u64(out, qos);
	zt_buf_put_text(out, " HTTP/1.1\r\n");
	zt_http_put_headers(out, host, port, ZT_LIT("application/octet-stream"), payload_length);
}

void zt_http_put_probe(zt_buf *out, zt_view host, uint16_t port)
{
	zt_buf_put_text(out, "GET /zerotouch HTTP/1.1\r\n");
	zt_http_put_headers(out, host, port, ZT_LIT("application/octet-stream"), 0);
}
