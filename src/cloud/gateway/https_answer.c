#include "base/random.h"
#include "base/str.h"
#include "base/timefmt.h"
#include "cloud/gateway/https.h"

enum { ANSWER_MAX = 1024 };

static zt_status put_body(const char *message, const char *trace_id, zt_str *out)
{
	/* Messages are ours: nothing in them needs escaping. */
	if (message)
		return zt_str_printf(out, "{\"message\":\"%s\",\"traceId\":\"%s\"}", message, trace_id);
	return zt_str_printf(out, "{\"message\":null,\"traceId\":\"%s\"}", trace_id);
}

/* The order of AWS's headers, as captured (AWS IoT, "HTTPS"). The server fills in content-length and connection. */
void zt_https_answer(zt_http_exchange *exchange, unsigned status, const char *error_type, const char *message)
{
	ZT_CLEANUP(zt_str_free) zt_str body = ZT_STR(ANSWER_MAX), type = ZT_STR(ANSWER_MAX);
	char trace_id[ZT_UUID_TEXT], date[ZT_TIME_TEXT_MAX];
	zt_uuid(trace_id);
	zt_time_http(zt_time_now_ms(), date);
	if (put_body(message, trace_id, &body) != ZT_OK ||
	    (error_type && zt_str_printf(&type, "%s:", error_type) != ZT_OK)) {
		zt_http_drop(exchange);
		return;
	}
	const zt_http_header headers[] = {
		{ ZT_LIT("content-type"), ZT_LIT("application/json") },
		{ ZT_LIT("content-length"), ZT_VIEW_EMPTY },
		{ ZT_LIT("date"), zt_view_of(date) },
		{ ZT_LIT("x-amzn-RequestId"), zt_view_of(trace_id) },
		{ ZT_LIT("connection"), ZT_VIEW_EMPTY },
		{ ZT_LIT("x-amzn-ErrorType"), zt_str_view(&type) },
	};
	zt_http_respond(exchange, status, headers, ZT_COUNT(headers) - (error_type ? 0 : 1), zt_str_view(&body));
}
