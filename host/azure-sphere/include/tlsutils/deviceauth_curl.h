/* The device certificate for libcurl, through CURLOPT_SSL_CTX_FUNCTION. */
#ifndef TLSUTILS_DEVICEAUTH_CURL_H
#define TLSUTILS_DEVICEAUTH_CURL_H

#include <stdint.h>

#include <curl/curl.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum DeviceAuthSslResult {
	DeviceAuthSslResult_Success = 0,
	DeviceAuthSslResult_GetTenantIdError = 1,          /* no DeviceAuthentication in the manifest */
	DeviceAuthSslResult_GetTenantCertificateError = 2, /* no valid certificate of that tenant */
	DeviceAuthSslResult_EnableHwSignError = 3,         /* its key cannot be used */
} DeviceAuthSslResult;

/* sslctx: on the device a WOLFSSL_CTX; here libcurl's SSL_CTX as well. */
DeviceAuthSslResult DeviceAuth_SslCtxFunc(void *sslctx);

/* For curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, DeviceAuth_CurlSslFunc). */
static inline CURLcode DeviceAuth_CurlSslFunc(CURL *curl, void *sslctx, void *userCtx)
{
	(void)curl;
	(void)userCtx;
	return DeviceAuth_SslCtxFunc(sslctx) == DeviceAuthSslResult_Success ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

#ifdef __cplusplus
}
#endif
#endif
