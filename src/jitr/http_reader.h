/* Reads HTTP/1.1 answers (RFC 9112) from a stream of bytes: any number of them, one after another, in any pieces. */
#ifndef ZT_JITR_HTTP_READER_H
#define ZT_JITR_HTTP_READER_H

#include "base/error.h"
#include "zerotouch/view.h"

enum { ZT_HTTP_LINE_MAX = 8 * 1024, ZT_HTTP_HEAD_MAX = 32 * 1024 };

typedef enum {
	ZT_HTTP_STATUS_LINE,
	ZT_HTTP_HEADERS,
	ZT_HTTP_BODY,        /* content-length */
	ZT_HTTP_BODY_TO_END, /* ends with the connection */
	ZT_HTTP_CHUNK_SIZE,
	ZT_HTTP_CHUNK,
	ZT_HTTP_CHUNK_END,
	ZT_HTTP_TRAILERS,
	ZT_HTTP_DONE,
} zt_http_state;

/* Where the parts of an answer go; a status that is not ZT_OK ends the reading with it. */
typedef struct {
	zt_status (*header)(void *context, zt_view name, zt_view value);
	zt_status (*body)(void *context, zt_view bytes);
	void *context;
} zt_http_sink;

typedef struct {
	zt_http_sink sink;
	zt_http_state state;
	int status;      /* of the status line; 1xx answers are skipped */
	bool keep_alive; /* whether the connection may serve another request */
	bool chunked, has_length;
	uint64_t left; /* bytes of the body or chunk still to come */
	size_t head_bytes;
	char line[ZT_HTTP_LINE_MAX];
	size_t line_bytes;
} zt_http_reader;

void zt_http_reader_start(zt_http_reader *reader, zt_http_sink sink);
/* Takes bytes from *in until the answer is complete (state ZT_HTTP_DONE) or there are none left. ZT_E_PROTOCOL for what
 * is no answer, ZT_E_LIMIT for a head over its limits. */
ZT_NODISCARD zt_status zt_http_reader_feed(zt_http_reader *reader, zt_view *in);
/* The peer has closed: ZT_OK when that ends the answer, ZT_E_CLOSED when it cuts it off. */
ZT_NODISCARD zt_status zt_http_reader_end(zt_http_reader *reader);

#endif
