/* Gives a libcurl handle the configured proxy; there is none here, so CURLOPT_PROXY becomes NULL. -1 with errno EFAULT,
 * or EACCES without the capability NetworkConfig or ReadNetworkProxyConfig. */
#ifndef APPLIBS_NETWORKING_CURL_H
#define APPLIBS_NETWORKING_CURL_H

#include <curl/curl.h>
#include <errno.h>

#include <applibs/networking.h>

static inline int Networking_Curl_SetDefaultProxy(CURL *curlHandle)
{
	Networking_ProxyConfig *proxy = Networking_Proxy_Create();
	int result = curlHandle && proxy ? Networking_Proxy_Get(proxy) : -1;
	int cause = curlHandle ? errno : EFAULT;
	Networking_Proxy_Destroy(proxy);
	if (result == 0 || cause != ENOENT) {
		errno = cause;
		return result;
	}
	return curl_easy_setopt(curlHandle, CURLOPT_PROXY, NULL) == CURLE_OK ? 0 : -1;
}

#endif
