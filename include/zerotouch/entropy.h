/* Randomness is a seam: a microcontroller passes its generator, a test a script. */
#ifndef ZEROTOUCH_ENTROPY_H
#define ZEROTOUCH_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/* fill MUST set all n bytes, MUST NOT block for long and cannot fail. The device library draws only the jitter of its
 * waits from it, no keys; two devices that start together MUST still draw different bytes. */
typedef struct {
	void (*fill)(void *context, uint8_t *bytes, size_t n);
	void *context;
} zt_entropy;

/* Uniform in [0, bound]. */
static inline uint32_t zt_entropy_upto(const zt_entropy *entropy, uint32_t bound)
{
	uint8_t b[4];
	entropy->fill(entropy->context, b, sizeof b);
	uint32_t drawn = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	return (uint32_t)((uint64_t)drawn * ((uint64_t)bound + 1) >> 32);
}

#endif
