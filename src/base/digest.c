#include "base/digest.h"

#include "zerotouch/buf.h"

void zt_sha256_hex(const zt_sha256 *digest, char ret_hex[ZT_SHA256_HEX + 1])
{
	zt_buf b = zt_buf_make(ret_hex, ZT_SHA256_HEX);
	zt_buf_put_hex(&b, (zt_view){ digest->bytes, sizeof digest->bytes });
	ret_hex[ZT_SHA256_HEX] = 0;
}

void zt_sha256_hex_of(zt_view bytes, char ret_hex[ZT_SHA256_HEX + 1])
{
	zt_sha256 digest;
	zt_sha256_of(&bytes, 1, &digest);
	zt_sha256_hex(&digest, ret_hex);
}
