/* On the device libcurl hands its CURLOPT_SSL_CTX_FUNCTION a WOLFSSL_CTX; Debian's hands over OpenSSL's SSL_CTX. An app
 * that calls wolfSSL's functions on it gets OpenSSL's that do the same. All: 1, or 0. */
#ifndef ZT_HOST_CURL_CONTEXT_H
#define ZT_HOST_CURL_CONTEXT_H

#include <stdbool.h>

/* Whether this is a context of OpenSSL's; every other one is taken for wolfSSL's. */
bool zt_is_curls(const void *context);
/* A device's: the device certificate with its key. */
int zt_curl_use_certificate(void *context, const char *file, bool device);
int zt_curl_use_key(void *context, const char *file);
int zt_curl_trust(void *context, const char *file, const char *folder);
void zt_curl_set_verify(void *context, int mode);
/* wolfSSL's number: 3 for TLS 1.2, 4 for TLS 1.3. */
int zt_curl_set_least_version(void *context, int version);
int zt_curl_set_ciphers(void *context, const char *list);
/* PEM, or DER of one. */
int zt_curl_trust_memory(void *context, const unsigned char *bytes, long n, bool pem);
int zt_curl_use_certificate_memory(void *context, const unsigned char *bytes, long n, bool pem);
int zt_curl_use_key_memory(void *context, const unsigned char *bytes, long n, bool pem);
int zt_curl_set_timeout(void *context, unsigned seconds);
long zt_curl_set_session_cache(void *context, long mode);

#endif
