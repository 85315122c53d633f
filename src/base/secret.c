#include "base/secret.h"

#include <string.h>

zt_status zt_secret_set(zt_secret *secret, zt_view bytes)
{
	ENSURE(bytes.n <= sizeof secret->zt_secret_bytes, ZT_E_LIMIT);
	zt_secret_wipe(secret);
	if (bytes.n)
		memcpy(secret->zt_secret_bytes, bytes.p, bytes.n);
	secret->n = bytes.n;
	return ZT_OK;
}

zt_view zt_secret_view(const zt_secret *secret)
{
	return (zt_view){ secret->zt_secret_bytes, secret->n };
}

void zt_secret_wipe(zt_secret *secret)
{
	zt_wipe(secret, sizeof *secret);
}

void zt_wipe(void *memory, size_t n)
{
	explicit_bzero(memory, n);
}

bool zt_equal_ct(zt_view a, zt_view b)
{
	if (a.n != b.n)
		return false;
	volatile uint8_t difference = 0;
	for (size_t i = 0; i < a.n; i++)
		difference |= (uint8_t)(a.p[i] ^ b.p[i]);
	return difference == 0;
}

void zt_str_free_wiped(zt_str *s)
{
	if (s->p)
		zt_wipe(s->p, s->n);
	zt_str_free(s);
}
