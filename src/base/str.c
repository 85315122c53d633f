#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void zt_str_free(zt_str *s)
{
	free(s->p);
	*s = (zt_str){ .max = s->max };
}

void zt_str_clear(zt_str *s)
{
	s->n = 0;
	if (s->p)
		s->p[0] = 0;
}

/* Room for `more` bytes and a NUL; doubles, bounded by the ceiling. */
static zt_status str_reserve(zt_str *s, size_t more)
{
	size_t need;
	if (__builtin_add_overflow(s->n, more, &need) || need > s->max)
		return ZT_E_LIMIT;
	if (need < s->cap)
		return ZT_OK;
	size_t cap = s->cap ? s->cap : 64;
	while (cap <= need)
		cap = cap > s->max / 2 ? s->max + 1 : cap * 2;
	char *p = realloc(s->p, cap);
	ENSURE(p, ZT_E_NOMEM);
	s->p = p;
	s->cap = cap;
	return ZT_OK;
}

zt_status zt_str_put(zt_str *s, zt_view v)
{
	TRY(str_reserve(s, v.n));
	if (v.n)
		memcpy(s->p + s->n, v.p, v.n);
	s->n += v.n;
	s->p[s->n] = 0;
	return ZT_OK;
}

zt_status zt_str_put_text(zt_str *s, const char *text)
{
	return zt_str_put(s, zt_view_of(text));
}

zt_status zt_str_put_u8(zt_str *s, uint8_t byte)
{
	return zt_str_put(s, (zt_view){ &byte, 1 });
}

zt_status zt_str_printf(zt_str *s, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	zt_status status = n < 0 ? ZT_E_INVALID : str_reserve(s, (size_t)n);
	if (status == ZT_OK) {
		(void)vsnprintf(s->p + s->n, (size_t)n + 1, format, again);
		s->n += (size_t)n;
	}
	va_end(again);
	return status;
}

zt_view zt_str_view(const zt_str *s)
{
	return (zt_view){ (const uint8_t *)s->p, s->n };
}

const char *zt_str_text(const zt_str *s)
{
	return s->p ? s->p : "";
}

char *zt_str_steal(zt_str *s)
{
	char *p = s->p;
	*s = (zt_str){ .max = s->max };
	return p;
}

char *zt_view_dup(zt_view v)
{
	char *p = malloc(v.n + 1);
	if (!p)
		return NULL;
	if (v.n)
		memcpy(p, v.p, v.n);
	p[v.n] = 0;
	return p;
}

zt_status zt_text_copy(char *array, size_t cap, zt_view v)
{
	ENSURE(v.n < cap, ZT_E_SPACE);
	if (v.n)
		memcpy(array, v.p, v.n);
	array[v.n] = 0;
	return ZT_OK;
}

void zt_text_cut(char *array, size_t cap, zt_view v)
{
	size_t n = v.n < cap ? v.n : cap - 1;
	if (n)
		memcpy(array, v.p, n);
	array[n] = 0;
}
