/* An own CURLOPT_SSL_CTX_FUNCTION that knows libcurl's context to be wolfSSL's, as on the device. argv: URL, roots, and
 * "func" or "chain" or "file" or "memory": which call loads the device certificate; "memory" has the roots in memory
 * too. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <wolfssl/ssl.h>

#include <applibs/application.h>
#include <applibs/log.h>
#include <applibs/storage.h>
#include <tlsutils/deviceauth.h>
#include <tlsutils/deviceauth_curl.h>

#define FILE_MAX 16384

static long ReadFile(int fd, unsigned char *bytes)
{
	long n = read(fd, bytes, FILE_MAX);
	close(fd);
	return n;
}

static int LoadFromMemory(WOLFSSL_CTX *ctx)
{
	unsigned char bytes[FILE_MAX];
	long n = ReadFile(Storage_OpenFileInImagePackage("certs/roots.pem"), bytes);
	if (wolfSSL_CTX_load_verify_buffer(ctx, bytes, n, WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS) {
		return WOLFSSL_FAILURE;
	}
	n = ReadFile(open(DeviceAuth_GetCertificatePath(), O_RDONLY), bytes);
	return wolfSSL_CTX_use_certificate_buffer(ctx, bytes, n, WOLFSSL_FILETYPE_PEM);
}

static int Load(WOLFSSL_CTX *ctx, const char *how)
{
	if (strcmp(how, "memory") == 0) {
		return LoadFromMemory(ctx);
	}
	return strcmp(how, "chain") == 0
		   ? wolfSSL_CTX_use_certificate_chain_file(ctx, DeviceAuth_GetCertificatePath())
		   : wolfSSL_CTX_use_certificate_file(ctx, DeviceAuth_GetCertificatePath(), WOLFSSL_FILETYPE_PEM);
}

static CURLcode UserSslFunc(CURL *curl, void *sslCtx, void *userCtx)
{
	const char *how = userCtx;
	(void)curl;
	if (strcmp(how, "func") == 0) {
		return DeviceAuth_SslCtxFunc(sslCtx) == DeviceAuthSslResult_Success ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
	}
	WOLFSSL_CTX *ctx = sslCtx;
	if (Load(ctx, how) != WOLFSSL_SUCCESS || wolfSSL_CTX_SetMinVersion(ctx, WOLFSSL_TLSV1_2) != WOLFSSL_SUCCESS ||
	    wolfSSL_CTX_set_timeout(ctx, 60) != WOLFSSL_SUCCESS ||
	    wolfSSL_CTX_set_session_cache_mode(ctx, WOLFSSL_SESS_CACHE_OFF) != WOLFSSL_SUCCESS) {
		return CURLE_SSL_CERTPROBLEM;
	}
	wolfSSL_CTX_SetEccSignCb(ctx, NULL);
	wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, NULL);
	return CURLE_OK;
}

int main(int argc, char *argv[])
{
	bool ready = false;
	long status = 0;
	while (!ready) {
		Application_IsDeviceAuthReady(&ready);
		usleep(20 * 1000);
	}
	if (argc < 4) {
		return 2;
	}
	char *roots = Storage_GetAbsolutePathInImagePackage(argv[2]);
	for (int tries = 0; status != 200 && tries < 100; tries++) {
		CURL *curl = curl_easy_init();
		curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
		curl_easy_setopt(curl, CURLOPT_CAINFO, strcmp(argv[3], "memory") == 0 ? NULL : roots);
		curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, UserSslFunc);
		curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, argv[3]);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{}");
		CURLcode result = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		Log_Debug("curl %d, HTTP %ld\n", result, status);
		curl_easy_cleanup(curl);
		usleep(100 * 1000);
	}
	free(roots);
	return status == 200 ? 0 : 9;
}
