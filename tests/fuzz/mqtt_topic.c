/* "filter NUL topic": a valid topic is a filter that matches itself. */
#include <stdint.h>

#include "mqtt/topic.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view rest = { bytes, n };
	size_t at = zt_view_find(rest, 0);
	zt_view filter = { bytes, at };
	zt_view topic = zt_view_from(rest, at + 1);
	(void)zt_filter_is_valid(filter);
	(void)zt_topic_within_limits(filter);
	(void)zt_filter_matches(zt_filter_unshared(filter), topic);
	if (zt_topic_is_valid(topic) && (zt_filter_has_wildcard(topic) || !zt_filter_matches(topic, topic)))
		abort();
	return 0;
}
