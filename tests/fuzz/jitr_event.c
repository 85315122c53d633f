/* An event of any bytes: refused or read into two ids of 64 hex digits. */
#include <stdlib.h>

#include "base/codec.h"
#include "jitr/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_jitr_event event;
	zt_error error = { 0 };
	if (zt_jitr_event_read((zt_view){ bytes, n }, &event, &error) != ZT_OK) {
		if (!error.text[0])
			abort();
	} else if (!zt_is_hex(zt_view_of(event.certificate_id)) || strlen(event.ca_id) != ZT_JITR_ID_HEX) {
		abort();
	}
	return 0;
}
