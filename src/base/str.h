/* zt_str: a growable byte string with a ceiling given at birth. Always NUL-terminated
 * once it holds anything; beyond the ceiling a put fails and changes nothing. */
#ifndef ZT_BASE_STR_H
#define ZT_BASE_STR_H

#include "zerotouch/status.h"
#include "zerotouch/view.h"

typedef struct {
	char *p;    /* NULL until the first put */
	size_t n;   /* bytes, without the NUL */
	size_t cap; /* allocated, with the NUL */
	size_t max; /* ceiling for n; a put beyond it is ZT_E_LIMIT */
} zt_str;

#define ZT_STR(ceiling) ((zt_str){ .max = (ceiling) })

void zt_str_free(zt_str *s);
/* Forgets the bytes, keeps the memory and the ceiling. */
void zt_str_clear(zt_str *s);
/* ZT_E_LIMIT or ZT_E_NOMEM. */
ZT_NODISCARD zt_status zt_str_put(zt_str *s, zt_view v);
ZT_NODISCARD zt_status zt_str_put_text(zt_str *s, const char *text);
ZT_NODISCARD zt_status zt_str_put_u8(zt_str *s, uint8_t byte);
ZT_NODISCARD zt_status zt_str_printf(zt_str *s, const char *format, ...) ZT_PRINTF(2, 3);
zt_view zt_str_view(const zt_str *s);
/* The bytes as a C string; "" when nothing was put. */
const char *zt_str_text(const zt_str *s);
/* Hands the memory to the caller (free it with free); the string is empty after. NULL when nothing was put. */
char *zt_str_steal(zt_str *s);

/* A NUL-terminated heap copy, NULL when out of memory. */
char *zt_view_dup(zt_view v);
/* Copies v and a NUL into array of `cap` bytes; ZT_E_SPACE when it does not fit. */
ZT_NODISCARD zt_status zt_text_copy(char *array, size_t cap, zt_view v);
/* As zt_text_copy, but cuts v where the array ends; for texts that people read. */
void zt_text_cut(char *array, size_t cap, zt_view v);

#endif
