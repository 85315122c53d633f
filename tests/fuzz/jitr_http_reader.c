/* HTTP answers of any bytes, whole and byte by byte: both ways must read the same. */
#include <stdlib.h>

#include "base/str.h"
#include "jitr/http_reader.h"

enum { TEXT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static zt_status put_header(void *context, zt_view name, zt_view value)
{
	TRY(zt_str_put(context, name));
	return zt_str_put(context, value);
}

static zt_status put_body(void *context, zt_view bytes)
{
	return zt_str_put(context, bytes);
}

/* Returns the status; the number of the answer and its texts are appended to *text. */
static zt_status read_in_steps(zt_view all, size_t step, zt_str *text)
{
	zt_http_reader reader;
	zt_http_reader_start(&reader, (zt_http_sink){ put_header, put_body, text });
	zt_status status = ZT_OK;
	zt_view piece;
	while (all.n && status == ZT_OK && reader.state != ZT_HTTP_DONE &&
	       zt_view_take(&all, step < all.n ? step : all.n, &piece))
		status = zt_http_reader_feed(&reader, &piece);
	if (status == ZT_OK)
		status = zt_http_reader_end(&reader);
	return zt_str_printf(text, "|%d", reader.status) == ZT_OK ? status : ZT_E_LIMIT;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ZT_CLEANUP(zt_str_free) zt_str whole = ZT_STR(TEXT_MAX), pieces = ZT_STR(TEXT_MAX);
	zt_status a = read_in_steps((zt_view){ bytes, n }, n ? n : 1, &whole);
	zt_status b = read_in_steps((zt_view){ bytes, n }, 1, &pieces);
	if (a != b || (a == ZT_OK && !zt_view_equal(zt_str_view(&whole), zt_str_view(&pieces))))
		abort();
	return 0;
}
