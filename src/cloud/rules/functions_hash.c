/* Hash functions of texts, as hexadecimal digits. */
#include <mbedtls/md2.h>
#include <openssl/evp.h>

#include "cloud/rules/functions.h"
#include "zerotouch/buf.h"

enum { TEXT_MAX = 256 * 1024, HEX_MAX = 2 * EVP_MAX_MD_SIZE + 1 };

static json_t *hexadecimal(zt_view bytes)
{
	char hex[HEX_MAX];
	zt_buf out = ZT_BUF(hex);
	zt_buf_put_hex(&out, bytes);
	return zt_buf_finish_text(&out) == ZT_OK ? json_string(hex) : NULL;
}

static json_t *digest(const json_t *argument, const EVP_MD *algorithm)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	uint8_t bytes[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (zt_value_text(argument, &text) != ZT_OK ||
	    EVP_Digest(zt_str_text(&text), text.n, bytes, &n, algorithm, NULL) != 1)
		return NULL;
	return hexadecimal(zt_view_make(bytes, n));
}

/* RFC 1319; Debian's OpenSSL is built without it. */
static json_t *call_md2(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	uint8_t bytes[16];
	if (zt_value_text(arguments[0], &text) != ZT_OK ||
	    mbedtls_md2_ret((const uint8_t *)zt_str_text(&text), text.n, bytes) != 0)
		return NULL;
	return hexadecimal(zt_view_make(bytes, sizeof bytes));
}

#define HASH(name)                                                                                    \
	static json_t *call_##name(const zt_sql_input *input, json_t *const *arguments, size_t count) \
	{                                                                                             \
		(void)input, (void)count;                                                             \
		return digest(arguments[0], EVP_##name());                                            \
	}
HASH(md5)
HASH(sha1)
HASH(sha224)
HASH(sha256)
HASH(sha384)
HASH(sha512)
#undef HASH

const zt_sql_function zt_sql_hash_functions[] = {
	{ "md2", 1, 1, call_md2 },       { "md5", 1, 1, call_md5 },
	{ "sha1", 1, 1, call_sha1 },     { "sha224", 1, 1, call_sha224 },
	{ "sha256", 1, 1, call_sha256 }, { "sha384", 1, 1, call_sha384 },
	{ "sha512", 1, 1, call_sha512 }, { 0 },
};
