#include "cloud/registry/iam_id.h"

#include "base/random.h"

static void fill(const char *letters, size_t count, char *text, size_t cap)
{
	for (size_t i = 0; i + 1 < cap; i++)
		text[i] = letters[zt_random_below(count)];
	text[cap - 1] = 0;
}

void zt_iam_id(const char *prefix, char *ret_id, size_t cap)
{
	size_t n = strlen(prefix);
	memcpy(ret_id, prefix, n);
	fill("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32, ret_id + n, cap - n);
}

void zt_iam_secret(char *ret_text, size_t cap)
{
	fill("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 64, ret_text, cap);
}
