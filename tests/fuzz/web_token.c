/* A token of any bytes: signed by nobody it is refused, and what is read of one that was signed lies within its claims.
 */
#include <stdlib.h>

#include "cloud/api/web_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ZT_CLEANUP(zt_web_token_free) zt_web_token token = { .claims = NULL };
	zt_view value;
	if (zt_web_token_read(zt_view_make(bytes, n), ZT_LIT("secret"), &token, NULL) != ZT_OK)
		return 0;
	if (token.issuer.n == 0 || token.subject.n == 0)
		abort();
	(void)zt_web_token_value(&token, "aud", 0, &value);
	return 0;
}
