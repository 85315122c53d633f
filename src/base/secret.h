/* Secrets are a type: wiped when they go out of scope, not printable by accident. */
#ifndef ZT_BASE_SECRET_H
#define ZT_BASE_SECRET_H

#include <stdbool.h>

#include "base/str.h"
#include "zerotouch/status.h"
#include "zerotouch/view.h"

enum { ZT_SECRET_MAX = 4096 };

/* Fixed room; use zt_secret_view to read it, never print it. */
typedef struct {
	uint8_t zt_secret_bytes[ZT_SECRET_MAX];
	size_t n;
} zt_secret;

ZT_NODISCARD zt_status zt_secret_set(zt_secret *secret, zt_view bytes);
zt_view zt_secret_view(const zt_secret *secret);
/* Overwrites in a way that the compiler keeps. */
void zt_secret_wipe(zt_secret *secret);
void zt_wipe(void *memory, size_t n);
/* zt_str_free that overwrites the bytes first. */
void zt_str_free_wiped(zt_str *s);
/* Compares in time that depends on the lengths alone. */
bool zt_equal_ct(zt_view a, zt_view b);

#endif
