/* SHA-256 (FIPS 180-4) and HMAC (RFC 2104). Two bodies: digest_openssl.c, digest_mbedtls.c;
 * a program links exactly one. Neither call can fail once the library is loaded. */
#ifndef ZT_BASE_DIGEST_H
#define ZT_BASE_DIGEST_H

#include "zerotouch/view.h"

enum { ZT_SHA256_BYTES = 32, ZT_SHA256_HEX = 64 };

typedef struct {
	uint8_t bytes[ZT_SHA256_BYTES];
} zt_sha256;

/* Digest of the pieces one behind the other. */
void zt_sha256_of(const zt_view *pieces, size_t count, zt_sha256 *ret);
void zt_hmac_sha256(zt_view key, zt_view message, zt_sha256 *ret);
/* 64 lower-case digits and a NUL. */
void zt_sha256_hex(const zt_sha256 *digest, char ret_hex[ZT_SHA256_HEX + 1]);
/* zt_sha256_of one piece, as hex. */
void zt_sha256_hex_of(zt_view bytes, char ret_hex[ZT_SHA256_HEX + 1]);

#endif
