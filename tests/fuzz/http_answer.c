/* The reader of HTTP answers: any bytes, in pieces whose sizes the input chooses. */
#include <stdint.h>
#include <string.h>

#include "zerotouch/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static uint8_t memory[ZT_HTTP_ANSWER_MIN];
	zt_http_answer answer;
	if (n == 0)
		return 0;
	size_t chunk = (size_t)bytes[0] + 1;
	zt_view rest = zt_view_make(bytes + 1, n - 1);
	zt_status status = ZT_E_AGAIN;
	zt_http_answer_init(&answer, memory, sizeof memory);
	while (rest.n && status == ZT_E_AGAIN) {
		size_t room;
		uint8_t *to = zt_http_answer_room(&answer, &room);
		if (room == 0)
			__builtin_trap();
		size_t take = chunk < rest.n ? chunk : rest.n;
		take = take < room ? take : room;
		memcpy(to, rest.p, take);
		rest = zt_view_from(rest, take);
		status = zt_http_answer_received(&answer, take);
	}
	if (status == ZT_OK) {
		zt_view body = zt_http_answer_body(&answer);
		if (body.p + body.n != memory + answer.n || answer.status < 200 || answer.status > 599)
			__builtin_trap();
	}
	return 0;
}
