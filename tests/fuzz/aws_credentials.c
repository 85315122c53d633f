/* What a program or a machine's address answers, of any bytes: keys that are taken can be sent in a header. */
#include <stdlib.h>

#include "aws/credentials_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	ZT_CLEANUP(zt_aws_credentials_wipe) zt_aws_credentials keys = { .expires_ms = 0 };
	int64_t ms;
	if (zt_aws_credentials_time(zt_view_make(bytes, n), &ms) == ZT_OK)
		return 0;
	if (zt_json_parse(zt_view_make(bytes, n), &answer, NULL) != ZT_OK ||
	    zt_aws_credentials_read(answer, "Token", "a test", &keys, NULL) != ZT_OK)
		return 0;
	zt_view id = zt_view_of(keys.access_key_id), token = zt_secret_view(&keys.token);
	if (id.n == 0 || keys.secret.n == 0 || zt_view_find(id, '\n') < id.n || zt_view_find(token, '\r') < token.n)
		abort();
	return 0;
}
