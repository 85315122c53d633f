/* Updates, one a line, on one shadow; then everything that readers are shown. */
#include "cloud/shadow/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view rest = zt_view_make(bytes, n), line;
	ZT_CLEANUP(zt_shadow_cleanup) zt_shadow shadow = { 0 };
	ZT_CLEANUP(zt_shadow_cleanup) zt_shadow again = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(1024 * 1024);
	zt_error error;
	int64_t now_s = 0;
	while (rest.n && zt_view_split(&rest, '\n', &line)) {
		zt_shadow_request request;
		zt_shadow after;
		json_t *delta = NULL;
		if (zt_shadow_request_update(line, &request, &error) == ZT_OK &&
		    zt_shadow_update(&shadow, &request, ++now_s, &after, &error) == ZT_OK) {
			zt_shadow_clear(&shadow);
			shadow = after;
			json_decref(zt_shadow_show_update(&shadow, &request, now_s));
			json_decref(zt_shadow_show(&shadow, now_s, request.client_token));
			if (zt_shadow_show_delta(&shadow, now_s, "", &delta) == ZT_OK)
				json_decref(delta);
		}
		zt_shadow_request_free(&request);
	}
	if (zt_shadow_write(&shadow, &text) == ZT_OK && zt_shadow_read(zt_str_view(&text), &again, &error) != ZT_OK)
		__builtin_trap();
	return 0;
}
