#include "zerotouch/exchange.h"

void zt_exchange_init(zt_exchange *exchange, void *head_memory, size_t head_cap, void *answer_memory, size_t answer_cap)
{
	*exchange = (zt_exchange){ .head = zt_buf_make(head_memory, head_cap) };
	zt_http_answer_init(&exchange->answer, answer_memory, answer_cap);
}

zt_status zt_exchange_begin(zt_exchange *exchange, const zt_http_host *host, const zt_message *message, int64_t mono_ms)
{
	zt_exchange_init(exchange, exchange->head.p, exchange->head.cap, exchange->answer.memory, exchange->answer.cap);
	exchange->due_ms = mono_ms + ZT_HTTPS_ANSWER_MS;
	if (message) {
		exchange->payload = message->payload;
		zt_http_put_publish(&exchange->head, host, message);
	} else {
		zt_http_put_probe(&exchange->head, host);
	}
	return zt_buf_finish(&exchange->head);
}

/* A server that has said enough may close before it read everything; its answer counts, so a broken send is no end. */
static void send_request(zt_exchange *exchange, const zt_transport *t, int64_t mono_ms)
{
	for (;;) {
		zt_view rest = exchange->sent < exchange->head.n
				   ? zt_view_from(zt_buf_view(&exchange->head), exchange->sent)
				   : zt_view_from(exchange->payload, exchange->sent - exchange->head.n);
		int32_t sent = rest.n ? t->send(t->context, rest.p, rest.n) : 0;
		if (sent <= 0)
			return;
		exchange->sent += (size_t)sent;
		/* A long payload on a slow link: the answer's time runs from the last byte. */
		exchange->due_ms = mono_ms + ZT_HTTPS_ANSWER_MS;
	}
}

static zt_status read_answer(zt_exchange *exchange, const zt_transport *t)
{
	for (;;) {
		size_t room;
		uint8_t *bytes = zt_http_answer_room(&exchange->answer, &room);
		int32_t received = t->recv(t->context, bytes, room);
		/* A part of an answer is worse than none: this is not the silence of a first contact. */
		if (received < 0)
			return exchange->answer.n ? ZT_E_PROTOCOL : ZT_E_CLOSED;
		ENSURE(received, ZT_E_AGAIN);
		zt_status status = zt_http_answer_received(&exchange->answer, (size_t)received);
		if (status != ZT_E_AGAIN)
			return status;
	}
}

zt_status zt_exchange_step(zt_exchange *exchange, const zt_transport *transport, int64_t mono_ms)
{
	send_request(exchange, transport, mono_ms);
	zt_status status = read_answer(exchange, transport);
	return status == ZT_E_AGAIN && mono_ms >= exchange->due_ms ? ZT_E_TIMEOUT : status;
}
