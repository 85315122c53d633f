#include "cloud/api/plain.h"

enum { METRICS_MAX = 64 * 1024 };

static void answer(zt_http_exchange *exchange, unsigned status, const char *type, zt_view body)
{
	const zt_http_header headers[] = { { ZT_LIT("content-type"), zt_view_of(type) } };
	zt_http_respond(exchange, status, headers, ZT_COUNT(headers), body);
}

static void answer_health(const zt_api_sources *sources, zt_http_exchange *exchange)
{
	const char *ailment = sources->ailment(sources->context);
	answer(exchange, ailment[0] ? 503 : 200, "text/plain", zt_view_of(ailment[0] ? ailment : "ok\n"));
}

static void answer_metrics(const zt_api_sources *sources, zt_http_exchange *exchange)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(METRICS_MAX);
	if (sources->metrics(sources->context, &text) == ZT_OK)
		answer(exchange, 200, "text/plain; version=0.0.4", zt_str_view(&text));
	else
		zt_http_drop(exchange);
}

bool zt_plain_handle(const zt_api_sources *sources, zt_http_exchange *exchange)
{
	const zt_http_request *request = zt_http_exchange_request(exchange);
	if (!zt_view_equal(request->method, ZT_LIT("GET")))
		return false;
	if (sources->ailment && zt_view_equal(request->path, ZT_LIT("/healthz")))
		answer_health(sources, exchange);
	else if (sources->metrics && zt_view_equal(request->path, ZT_LIT("/metrics")))
		answer_metrics(sources, exchange);
	else
		return false;
	return true;
}
