/* A JSON body of a request: what is taken is written, and read again as the same. */
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ZT_JSON_CLEANUP json_t *json = NULL, *again = NULL;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(1 << 24);
	zt_error error;
	if (zt_json_parse(zt_view_make(bytes, n), &json, &error) != ZT_OK)
		return 0;
	(void)zt_json_view(json, "a");
	if (zt_json_write(json, &text) != ZT_OK || zt_json_parse(zt_str_view(&text), &again, NULL) != ZT_OK ||
	    !json_equal(json, again))
		abort();
	return 0;
}
