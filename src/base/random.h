/* Random bytes from the kernel (getrandom). Cannot fail; ends the process where the kernel has none. */
#ifndef ZT_BASE_RANDOM_H
#define ZT_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { ZT_UUID_TEXT = 37 };

void zt_random_bytes(void *memory, size_t n);
/* Uniform in [0, bound); bound 0 gives 0. */
uint64_t zt_random_below(uint64_t bound);
/* Version 4 (RFC 9562 §5.4), lower-case, NUL-terminated. */
void zt_uuid(char ret_text[ZT_UUID_TEXT]);

#endif
