/* One HTTP request and its answer over an open wire. */
#ifndef ZT_JITR_EXCHANGE_H
#define ZT_JITR_EXCHANGE_H

#include "jitr/http_reader.h"
#include "jitr/wire.h"

typedef struct {
	int status;
	bool keep_alive; /* the wire may serve another request */
	bool began;      /* at least one byte of an answer came */
} zt_exchange_result;

/* message: the whole request, head and body. *ret is filled whatever happens. ZT_E_CLOSED, ZT_E_TIMEOUT, ZT_E_PROTOCOL,
 * ZT_E_LIMIT, or what the sink returned. */
ZT_NODISCARD zt_status zt_exchange(zt_wire *wire, zt_view message, zt_http_sink sink, int64_t deadline_ms,
				   zt_exchange_result *ret);

#endif
