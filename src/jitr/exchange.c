#include "jitr/exchange.h"

enum { READ_BYTES = 16 * 1024 };

static zt_status read_answer(zt_wire *wire, zt_http_reader *reader, int64_t deadline_ms, bool *began)
{
	uint8_t room[READ_BYTES];
	while (reader->state != ZT_HTTP_DONE) {
		size_t n;
		TRY(zt_wire_read(wire, room, sizeof room, deadline_ms, &n));
		if (n == 0)
			return zt_http_reader_end(reader);
		*began = true;
		zt_view in = { room, n };
		TRY(zt_http_reader_feed(reader, &in));
		/* Bytes behind the answer: nobody asked for them. */
		if (in.n)
			reader->keep_alive = false;
	}
	return ZT_OK;
}

zt_status zt_exchange(zt_wire *wire, zt_view message, zt_http_sink sink, int64_t deadline_ms, zt_exchange_result *ret)
{
	*ret = (zt_exchange_result){ 0 };
	TRY(zt_wire_write(wire, message, deadline_ms));
	zt_http_reader reader;
	zt_http_reader_start(&reader, sink);
	TRY(read_answer(wire, &reader, deadline_ms, &ret->began));
	ret->status = reader.status;
	ret->keep_alive = reader.keep_alive;
	return ZT_OK;
}
