#include <applibs/networking.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/grants.h"

struct Networking_ProxyConfig {
	Networking_ProxyOptions options;
	Networking_ProxyAuthType authentication;
	uint16_t port;
	char address[PROXY_ADDRESS_MAX_LENGTH + 1], none[PROXY_NO_PROXY_ADDRESSES_MAX_LENGTH + 1];
	char username[PROXY_USERNAME_MAX_LENGTH + 1], password[PROXY_PASSWORD_MAX_LENGTH + 1];
};

static int copy(char *array, size_t cap, const char *text)
{
	size_t n = strnlen(text, cap);
	if (n == cap)
		return zt_refuse(ERANGE);
	memcpy(array, text, n + 1);
	return 0;
}

static const char *text_of(const char *text, const Networking_ProxyConfig *config)
{
	if (!config)
		errno = EFAULT;
	return config ? text : NULL;
}

Networking_ProxyConfig *Networking_Proxy_Create(void)
{
	Networking_ProxyConfig *config = calloc(1, sizeof *config);
	if (config)
		config->options = Networking_ProxyOptions_Enabled;
	return config;
}

void Networking_Proxy_Destroy(Networking_ProxyConfig *proxyConfig)
{
	free(proxyConfig);
}

int Networking_Proxy_Apply(const Networking_ProxyConfig *proxyConfig)
{
	if (!zt_granted("capability", "NetworkConfig"))
		return zt_refuse(EACCES);
	return proxyConfig ? 0 : zt_refuse(EFAULT);
}

int Networking_Proxy_Get(Networking_ProxyConfig *proxyConfig)
{
	if (!zt_granted("capability", "NetworkConfig") && !zt_granted("capability", "ReadNetworkProxyConfig"))
		return zt_refuse(EACCES);
	return zt_refuse(proxyConfig ? ENOENT : EFAULT);
}

int Networking_Proxy_SetProxyOptions(Networking_ProxyConfig *proxyConfig, Networking_ProxyOptions proxyOptions)
{
	if (!proxyConfig)
		return zt_refuse(EFAULT);
	proxyConfig->options = proxyOptions;
	return 0;
}

int Networking_Proxy_SetProxyAddress(Networking_ProxyConfig *proxyConfig, const char *proxyAddress, uint16_t proxyPort)
{
	if (!proxyConfig || !proxyAddress)
		return zt_refuse(EFAULT);
	if (copy(proxyConfig->address, sizeof proxyConfig->address, proxyAddress) != 0)
		return -1;
	proxyConfig->port = proxyPort;
	return 0;
}

int Networking_Proxy_SetAnonymousAuthentication(Networking_ProxyConfig *proxyConfig)
{
	if (!proxyConfig)
		return zt_refuse(EFAULT);
	proxyConfig->authentication = Networking_ProxyAuthType_Anonymous;
	explicit_bzero(proxyConfig->username, sizeof proxyConfig->username);
	explicit_bzero(proxyConfig->password, sizeof proxyConfig->password);
	return 0;
}

int Networking_Proxy_SetBasicAuthentication(Networking_ProxyConfig *proxyConfig, const char *username,
					    const char *password)
{
	if (!proxyConfig || !username || !password)
		return zt_refuse(EFAULT);
	if (copy(proxyConfig->username, sizeof proxyConfig->username, username) != 0 ||
	    copy(proxyConfig->password, sizeof proxyConfig->password, password) != 0)
		return -1;
	proxyConfig->authentication = Networking_ProxyAuthType_Basic;
	return 0;
}

int Networking_Proxy_SetProxyNoProxyAddresses(Networking_ProxyConfig *proxyConfig, const char *noProxyAddresses)
{
	if (!proxyConfig || !noProxyAddresses)
		return zt_refuse(EFAULT);
	return copy(proxyConfig->none, sizeof proxyConfig->none, noProxyAddresses);
}

int Networking_Proxy_GetProxyOptions(const Networking_ProxyConfig *proxyConfig, Networking_ProxyOptions *proxyOptions)
{
	if (!proxyConfig || !proxyOptions)
		return zt_refuse(EFAULT);
	*proxyOptions = proxyConfig->options;
	return 0;
}

const char *Networking_Proxy_GetProxyAddress(const Networking_ProxyConfig *proxyConfig)
{
	return text_of(proxyConfig ? proxyConfig->address : NULL, proxyConfig);
}

int Networking_Proxy_GetProxyPort(const Networking_ProxyConfig *proxyConfig, uint16_t *proxyPort)
{
	if (!proxyConfig || !proxyPort)
		return zt_refuse(EFAULT);
	*proxyPort = proxyConfig->port;
	return 0;
}

Networking_ProxyType Networking_Proxy_GetProxyType(const Networking_ProxyConfig *proxyConfig)
{
	if (!proxyConfig)
		errno = EFAULT;
	return proxyConfig ? Networking_ProxyType_HTTP : Networking_ProxyType_Invalid;
}

const char *Networking_Proxy_GetProxyUsername(const Networking_ProxyConfig *proxyConfig)
{
	return text_of(proxyConfig ? proxyConfig->username : NULL, proxyConfig);
}

const char *Networking_Proxy_GetProxyPassword(const Networking_ProxyConfig *proxyConfig)
{
	return text_of(proxyConfig ? proxyConfig->password : NULL, proxyConfig);
}

Networking_ProxyAuthType Networking_Proxy_GetAuthType(const Networking_ProxyConfig *proxyConfig)
{
	if (!proxyConfig)
		errno = EFAULT;
	return proxyConfig ? proxyConfig->authentication : Networking_ProxyAuthType_Invalid;
}

const char *Networking_Proxy_GetNoProxyAddresses(const Networking_ProxyConfig *proxyConfig)
{
	return text_of(proxyConfig ? proxyConfig->none : NULL, proxyConfig);
}

int Networking_Proxy_GetProxyStatus(Networking_ProxyStatus *proxyStatus)
{
	if (!proxyStatus)
		return zt_refuse(EFAULT);
	*proxyStatus = 0;
	return 0;
}
