/* A raw request head (target line, then header lines, blank line, body): who claims to have signed it, and did they? */
#include <stdint.h>

#include "aws/sigv4.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static zt_sigv4_request parse(zt_view rest, zt_sigv4_header headers[ZT_SIGV4_HEADERS_MAX])
{
	zt_view target = ZT_VIEW_EMPTY, line;
	(void)zt_view_split(&rest, '\n', &target);
	size_t question = zt_view_find(target, '?');
	zt_sigv4_request request = { .method = ZT_LIT("POST"),
				     .path = { target.p, question },
				     .query = zt_view_from(target, question + 1),
				     .headers = headers };
	while (request.header_count < ZT_SIGV4_HEADERS_MAX && zt_view_split(&rest, '\n', &line) && line.n) {
		size_t colon = zt_view_find(line, ':');
		headers[request.header_count++] = (zt_sigv4_header){ { line.p, colon }, zt_view_from(line, colon + 1) };
	}
	request.body = rest;
	return request;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_sigv4_header headers[ZT_SIGV4_HEADERS_MAX];
	zt_sigv4_request request = parse((zt_view){ bytes, n }, headers);
	ZT_CLEANUP(zt_str_free) zt_str scratch = ZT_STR(ZT_SIGV4_CANONICAL_MAX);
	zt_sigv4_claim claim;
	zt_error error;
	if (zt_sigv4_claim_read(&request, &claim, &scratch, &error) != ZT_OK || !claim.present)
		return 0;
	/* Nobody can sign with a secret that is never given away. */
	if (zt_sigv4_verify(&claim, &request, ZT_LIT("b5b1c9f2-7d7e-4d8d-9a53-secret"), &error) == ZT_OK)
		__builtin_trap();
	return 0;
}
