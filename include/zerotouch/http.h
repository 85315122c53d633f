/* HTTP/1.1 for a client that asks one thing at a time (RFC 9112): the head of a request, and a strict reader of the
 * answer. No heap: the caller's memory holds the answer's head and body together.
 *
 * Stricter than the RFC allows: an answer must carry Content-Length (AWS's always do); chunked and close-delimited
 * bodies are refused, so a connection that is cut can never pass for a whole answer. */
#ifndef ZEROTOUCH_HTTP_H
#define ZEROTOUCH_HTTP_H

#include "zerotouch/buf.h"
#include "zerotouch/message.h"

enum {
	ZT_HTTP_ANSWER_MIN = 1024, /* memory that the reader needs at least to read AWS's answers */
	ZT_HTTPS_HEAD_MAX = 1280,  /* the head of a publish: the topic grows threefold when percent-encoded */
};

/* As a path segment or query value: everything but A-Z a-z 0-9 - . _ ~ becomes %XX (RFC 3986 §2.1). */
void zt_http_put_encoded(zt_buf *out, zt_view text);

/* Whom a request is for: the Host header, without the port where that is 443. */
typedef struct {
	zt_view name;
	uint16_t port;
} zt_http_host;

/* Everything of a head behind the path, the empty line included. */
void zt_http_put_headers(zt_buf *out, const zt_http_host *host, const char *content_type, size_t content_length);
/* The head of AWS's HTTPS publish: POST /topics/<topic>?qos=N (AWS IoT, "HTTPS"). The payload follows it as it is. */
void zt_http_put_publish(zt_buf *out, const zt_http_host *host, const zt_message *message);
/* The head of a question that changes nothing and needs no permission: GET of a route that AWS does not have. The
 * answer (404) shows that the certificate is active; one that is not is answered with silence. */
void zt_http_put_probe(zt_buf *out, const zt_http_host *host);

typedef struct {
	uint8_t *memory;
	size_t cap, n; /* n bytes of the answer are here */
	size_t head;   /* bytes of the head with its empty line, 0 until it is whole */
	size_t length; /* of the body */
	bool has_length;
	uint16_t status; /* 100..599, once the head is whole */
	bool keep_alive; /* the connection may be used again */
} zt_http_answer;

/* The reader keeps `memory` until the answer is done with. */
void zt_http_answer_init(zt_http_answer *answer, void *memory, size_t cap);
/* Where the next bytes of the stream go, and how many at most; never 0 while the answer is incomplete. */
static inline uint8_t *zt_http_answer_room(zt_http_answer *answer, size_t *ret_room)
{
	*ret_room = answer->cap - answer->n;
	return answer->memory + answer->n;
}
/* n bytes were put there. ZT_OK: the answer is whole. ZT_E_AGAIN: not yet. ZT_E_PROTOCOL: no answer of HTTP/1.1, or
 * bytes behind its end. ZT_E_LIMIT: larger than the memory. ZT_E_UNSUPPORTED: a body without Content-Length. */
ZT_NODISCARD zt_status zt_http_answer_received(zt_http_answer *answer, size_t n);
/* Whole answers only. */
static inline zt_view zt_http_answer_body(const zt_http_answer *answer)
{
	return (zt_view){ answer->memory + answer->head, answer->length };
}

#endif
