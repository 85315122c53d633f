/* The device certificate and its key, put into a TLS library's context: OpenSSL's (Debian's libcurl) or wolfSSL's. */
#include <tlsutils/deviceauth.h>
#include <tlsutils/deviceauth_curl.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "common/grants.h"
#include "common/identity.h"
#include "tlsutils/curl_context.h"
#include "tlsutils/wolfssl.h"

/* Where no file can be: a path is always returned. */
#define NO_CERTIFICATE "/run/daa/daa.cert"

const char *DeviceAuth_GetCertificatePath(void)
{
	const char *path = zt_grant("certificate");
	return path ? path : NO_CERTIFICATE;
}

static bool load_openssl(SSL_CTX *context, const zt_identity_pair *pair)
{
	bool loaded = SSL_CTX_use_certificate_chain_file(context, pair->certificate) == 1 &&
		      SSL_CTX_use_PrivateKey_file(context, pair->key, SSL_FILETYPE_PEM) == 1 &&
		      SSL_CTX_check_private_key(context) == 1;
	ERR_clear_error();
	return loaded;
}

DeviceAuthSslResult DeviceAuth_SslCtxFunc(void *sslctx)
{
	zt_identity_pair pair;
	switch (zt_identity_look()) {
	case ZT_IDENTITY_NO_TENANT:
		zt_host_explain("the manifest has no DeviceAuthentication, so there is no device certificate");
		return DeviceAuthSslResult_GetTenantIdError;
	case ZT_IDENTITY_NO_CERTIFICATE:
		return DeviceAuthSslResult_GetTenantCertificateError;
	case ZT_IDENTITY_READY:
		break;
	}
	if (!sslctx || !zt_identity_open(&pair))
		return DeviceAuthSslResult_GetTenantCertificateError;
	bool loaded = zt_is_curls(sslctx) ? load_openssl(sslctx, &pair) : zt_load_wolfssl(sslctx, &pair);
	zt_identity_close(&pair);
	return loaded ? DeviceAuthSslResult_Success : DeviceAuthSslResult_EnableHwSignError;
}
