/* Topics as devices publish to them: what is taken for a request to a shadow has names that are valid, and is put
 * together again as it came. */
#include <stdlib.h>

#include "cloud/shadow/topic.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { TOPIC_MAX = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const operations[] = {
		[ZT_SHADOW_GET] = "get", [ZT_SHADOW_UPDATE] = "update", [ZT_SHADOW_DELETE] = "delete"
	};
	ZT_CLEANUP(zt_str_free) zt_str again = ZT_STR(TOPIC_MAX);
	zt_view topic = zt_view_make(bytes, n);
	zt_shadow_topic read;
	if (!zt_shadow_topic_read(topic, &read))
		return 0;
	bool named = read.name.n > 0;
	if (!zt_shadow_thing_is_valid(read.thing) || (named && !zt_shadow_name_is_valid(read.name)) ||
	    zt_shadow_topic_put(read.thing, read.name, operations[read.operation], &again) != ZT_OK ||
	    !zt_view_equal(zt_str_view(&again), topic))
		abort();
	return 0;
}
