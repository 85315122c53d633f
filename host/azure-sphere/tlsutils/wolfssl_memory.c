/* Certificates and keys that an app gives wolfSSL from memory, in front of wolfSSL's own functions as in wolfssl.c: a
 * device certificate that was read from its file is loaded with its key, and libcurl's context gets OpenSSL's. */
#include "tlsutils/wolfssl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/grants.h"
#include "tlsutils/curl_context.h"

enum { CERTIFICATE_MAX = 64 * 1024 };

typedef int load_fn(void *, const unsigned char *, long, int);
typedef int load_chain_fn(void *, const unsigned char *, long);

/* The bytes begin with the first certificate in the device's file, or the file with them. */
static bool is_device_certificate(const unsigned char *bytes, long n)
{
	zt_identity_pair pair;
	if (!bytes || n <= 0 || !zt_grant("tenant") || !zt_identity_open(&pair))
		return false;
	char *file = malloc(CERTIFICATE_MAX);
	ssize_t have = file ? read(pair.certificate_fd, file, CERTIFICATE_MAX) : -1;
	zt_identity_close(&pair);
	/* An app may count the NUL that it put behind. */
	size_t given = strnlen((const char *)bytes, (size_t)n);
	bool same = have > 0 && given > 0 && memcmp(file, bytes, given < (size_t)have ? given : (size_t)have) == 0;
	free(file);
	return same;
}

static int load(void *context, const char *name, const unsigned char *in, long size, int format)
{
	load_fn *real = ZT_WOLFSSL(load_fn *, name);
	return real ? real(context, in, size, format) : ZT_WOLFSSL_FAILED;
}

int wolfSSL_CTX_use_certificate_buffer(void *context, const unsigned char *in, long size, int format);
int wolfSSL_CTX_use_certificate_buffer(void *context, const unsigned char *in, long size, int format)
{
	bool device = format == ZT_WOLFSSL_PEM && is_device_certificate(in, size);
	if (zt_is_curls(context))
		return device ? zt_curl_use_certificate(context, "", true)
			      : zt_curl_use_certificate_memory(context, in, size, format == ZT_WOLFSSL_PEM);
	return device ? zt_load_wolfssl_device(context)
		      : load(context, "wolfSSL_CTX_use_certificate_buffer", in, size, format);
}

int wolfSSL_CTX_use_certificate_chain_buffer(void *context, const unsigned char *in, long size);
int wolfSSL_CTX_use_certificate_chain_buffer(void *context, const unsigned char *in, long size)
{
	bool device = is_device_certificate(in, size);
	if (zt_is_curls(context))
		return device ? zt_curl_use_certificate(context, "", true)
			      : zt_curl_use_certificate_memory(context, in, size, true);
	load_chain_fn *real = ZT_WOLFSSL(load_chain_fn *, "wolfSSL_CTX_use_certificate_chain_buffer");
	if (device)
		return zt_load_wolfssl_device(context);
	return real ? real(context, in, size) : ZT_WOLFSSL_FAILED;
}

int wolfSSL_CTX_use_PrivateKey_buffer(void *context, const unsigned char *in, long size, int format);
int wolfSSL_CTX_use_PrivateKey_buffer(void *context, const unsigned char *in, long size, int format)
{
	if (zt_is_curls(context))
		return zt_curl_use_key_memory(context, in, size, format == ZT_WOLFSSL_PEM);
	return load(context, "wolfSSL_CTX_use_PrivateKey_buffer", in, size, format);
}

int wolfSSL_CTX_load_verify_buffer(void *context, const unsigned char *in, long size, int format);
int wolfSSL_CTX_load_verify_buffer(void *context, const unsigned char *in, long size, int format)
{
	if (zt_is_curls(context))
		return zt_curl_trust_memory(context, in, size, format == ZT_WOLFSSL_PEM);
	return load(context, "wolfSSL_CTX_load_verify_buffer", in, size, format);
}
