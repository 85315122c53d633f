#include "tlsutils/curl_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <tlsutils/deviceauth_curl.h>

enum { WOLFSSL_TLS_1_2 = 3, WOLFSSL_TLS_1_3 = 4 };

static int told(int openssl)
{
	ERR_clear_error();
	return openssl == 1;
}

int zt_curl_use_certificate(void *context, const char *file, bool device)
{
	if (!context || !file)
		return 0;
	if (device)
		return DeviceAuth_SslCtxFunc(context) == DeviceAuthSslResult_Success;
	return told(SSL_CTX_use_certificate_chain_file(context, file));
}

int zt_curl_use_key(void *context, const char *file)
{
	return context && file && told(SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM));
}

int zt_curl_trust(void *context, const char *file, const char *folder)
{
	return context && told(SSL_CTX_load_verify_locations(context, file, folder));
}

/* The modes have OpenSSL's values; a callback would get a certificate of the other library, so there is none. */
void zt_curl_set_verify(void *context, int mode)
{
	if (context)
		SSL_CTX_set_verify(context, mode, NULL);
}

int zt_curl_set_least_version(void *context, int version)
{
	if (!context || version < WOLFSSL_TLS_1_2 || version > WOLFSSL_TLS_1_3)
		return 0;
	return told(
	    (int)SSL_CTX_set_min_proto_version(context, version == WOLFSSL_TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION));
}

int zt_curl_set_ciphers(void *context, const char *list)
{
	return context && list && told(SSL_CTX_set_cipher_list(context, list));
}
