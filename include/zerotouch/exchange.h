/* One HTTPS request and its answer over an open stream: moves bytes, never blocks. */
#ifndef ZEROTOUCH_EXCHANGE_H
#define ZEROTOUCH_EXCHANGE_H

#include "zerotouch/http.h"
#include "zerotouch/transport.h"

enum {
	ZT_HTTPS_ANSWER_MS = 20 * 1000, /* how long the server may take for an HTTP answer */
	ZT_EXCHANGE_HEAD_MIN = 512,     /* memory for the head of a request without a topic */
};

typedef struct {
	zt_buf head;
	zt_view payload;
	size_t sent; /* of head and payload together */
	zt_http_answer answer;
	int64_t due_ms; /* monotonic */
} zt_exchange;

/* head_memory holds the head, answer_memory the answer; both are the caller's until the exchange is done with. */
void zt_exchange_init(zt_exchange *exchange, void *head_memory, size_t head_cap, void *answer_memory,
		      size_t answer_cap);
/* Forgets what was asked before and composes the head that publishes the message, whose payload is borrowed; NULL: the
 * question that changes nothing (zt_http_put_probe). ZT_E_SPACE when it does not fit. */
ZT_NODISCARD zt_status zt_exchange_begin(zt_exchange *exchange, const zt_http_host *host, const zt_message *message,
					 int64_t mono_ms);
/* ZT_OK: the answer is whole, in exchange->answer. ZT_E_AGAIN: not yet. ZT_E_TIMEOUT. ZT_E_CLOSED: the peer closed
 * without a byte of an answer. ZT_E_PROTOCOL, ZT_E_LIMIT, ZT_E_UNSUPPORTED: as zt_http_answer_received. */
ZT_NODISCARD zt_status zt_exchange_step(zt_exchange *exchange, const zt_transport *transport, int64_t mono_ms);

#endif
