/* State and configuration of the network. Here there are two interfaces, wlan0 and eth0, up as long as the machine is;
 * setting things is checked as on the device, needs the same capabilities, and changes nothing on the machine. All: 0,
 * or -1 with errno (EFAULT for NULL, ENOENT for another interface, EACCES without the capability). */
#ifndef APPLIBS_NETWORKING_H
#define APPLIBS_NETWORKING_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <applibs/networking_structs_v1.h>

#ifndef NETWORKING_STRUCTS_VERSION
#define NETWORKING_STRUCTS_VERSION 1
#endif
#if NETWORKING_STRUCTS_VERSION == 1
typedef struct z__Networking_NetworkInterface_v1 Networking_NetworkInterface;
#else
#error "NETWORKING_STRUCTS_VERSION: only 1 is known"
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t Networking_InterfaceConnectionStatus;
enum {
	Networking_InterfaceConnectionStatus_InterfaceUp = 1 << 0,
	Networking_InterfaceConnectionStatus_ConnectedToNetwork = 1 << 1,
	Networking_InterfaceConnectionStatus_IpAvailable = 1 << 2,
	Networking_InterfaceConnectionStatus_ConnectedToInternet = 1 << 3,
};

typedef uint32_t Networking_NtpOption;
enum {
	Networking_NtpOption_FallbackServerDisabled = 0,
	Networking_NtpOption_FallbackServerEnabled = 1,
};

/* The interface is up and the clock is right; not that the device certificate is there. */
int Networking_IsNetworkingReady(bool *outIsNetworkingReady);
ssize_t Networking_GetInterfaceCount(void);
/* ERANGE for a count of 0. */
ssize_t Networking_GetInterfaces(Networking_NetworkInterface *outNetworkInterfacesArray,
				 size_t networkInterfacesArrayCount);
int Networking_GetInterfaceConnectionStatus(const char *networkInterfaceName,
					    Networking_InterfaceConnectionStatus *outStatus);
int Networking_SetInterfaceState(const char *networkInterfaceName, bool isEnabled);

void Networking_IpConfig_Init(Networking_IpConfig *ipConfig);
void Networking_IpConfig_Destroy(Networking_IpConfig *ipConfig);
void Networking_IpConfig_EnableDynamicIp(Networking_IpConfig *ipConfig);
void Networking_IpConfig_EnableStaticIp(Networking_IpConfig *ipConfig, struct in_addr ipAddress,
					struct in_addr subnetMask, struct in_addr gatewayAddress);
void Networking_IpConfig_EnableAutomaticDns(Networking_IpConfig *ipConfig);
int Networking_IpConfig_EnableCustomDns(Networking_IpConfig *ipConfig, const struct in_addr *dnsServerAddresses,
					size_t serverCount);
int Networking_IpConfig_Apply(const char *networkInterfaceName, const Networking_IpConfig *ipConfig);

int Networking_TimeSync_SetEnabled(bool enabled);
int Networking_TimeSync_GetEnabled(bool *outIsEnabled);
int Networking_TimeSync_EnableDefaultNtp(void);
int Networking_TimeSync_EnableAutomaticNtp(Networking_NtpOption option);
int Networking_TimeSync_EnableCustomNtp(const char *primaryNtpServer, const char *secondaryNtpServer,
					Networking_NtpOption option);
int Networking_TimeSync_GetNtpServer(char *outNtpServer, size_t *outNtpServerLength);
int Networking_TimeSync_GetLastNtpSyncInfo(char *outNtpServer, size_t *ntpServerLength, struct tm *outTimeBeforeSync,
					   struct tm *outNtpTime);

void Networking_SntpServerConfig_Init(Networking_SntpServerConfig *sntpServerConfig);
void Networking_SntpServerConfig_Destroy(Networking_SntpServerConfig *sntpServerConfig);
int Networking_SntpServer_Start(const char *networkInterfaceName, const Networking_SntpServerConfig *sntpServerConfig);

void Networking_DhcpServerConfig_Init(Networking_DhcpServerConfig *dhcpServerConfig);
void Networking_DhcpServerConfig_Destroy(Networking_DhcpServerConfig *dhcpServerConfig);
int Networking_DhcpServerConfig_SetLease(Networking_DhcpServerConfig *dhcpServerConfig, struct in_addr startIpAddress,
					 uint8_t ipAddressCount, struct in_addr subnetMask,
					 struct in_addr gatewayAddress, uint32_t leaseTimeInHours);
int Networking_DhcpServerConfig_SetNtpServerAddresses(Networking_DhcpServerConfig *dhcpServerConfig,
						      const struct in_addr *ntpServerAddresses, size_t serverCount);
int Networking_DhcpServer_Start(const char *networkInterfaceName, const Networking_DhcpServerConfig *dhcpServerConfig);

int Networking_SetHardwareAddress(const char *networkInterfaceName, const uint8_t *hardwareAddress,
				  size_t hardwareAddressLength);
int Networking_GetHardwareAddress(const char *networkInterfaceName, Networking_Interface_HardwareAddress *outAddress);

#define PROXY_ADDRESS_MAX_LENGTH 255
#define PROXY_NO_PROXY_ADDRESSES_MAX_LENGTH 255
#define PROXY_USERNAME_MAX_LENGTH 63
#define PROXY_PASSWORD_MAX_LENGTH 63

typedef uint32_t Networking_ProxyStatus;
enum {
	Networking_ProxyStatus_Enabled = 1 << 0,
	Networking_ProxyStatus_ResolvingProxyName = 1 << 1,
	Networking_ProxyStatus_Ready = 1 << 2,
};

typedef uint32_t Networking_ProxyOptions;
enum {
	Networking_ProxyOptions_None = 1 << 0,
	Networking_ProxyOptions_Enabled = 1 << 1,
};

typedef int8_t Networking_ProxyType;
enum {
	Networking_ProxyType_Invalid = -1,
	Networking_ProxyType_HTTP = 0,
};

typedef int8_t Networking_ProxyAuthType;
enum {
	Networking_ProxyAuthType_Invalid = -1,
	Networking_ProxyAuthType_Anonymous = 0,
	Networking_ProxyAuthType_Basic = 1,
};

/* There is no proxy here: Networking_Proxy_Get is ENOENT with the capability NetworkConfig or ReadNetworkProxyConfig,
 * EACCES without. Names over their length are ERANGE. */
Networking_ProxyConfig *Networking_Proxy_Create(void);
void Networking_Proxy_Destroy(Networking_ProxyConfig *proxyConfig);
int Networking_Proxy_Apply(const Networking_ProxyConfig *proxyConfig);
int Networking_Proxy_Get(Networking_ProxyConfig *proxyConfig);
int Networking_Proxy_SetProxyOptions(Networking_ProxyConfig *proxyConfig, Networking_ProxyOptions proxyOptions);
int Networking_Proxy_SetProxyAddress(Networking_ProxyConfig *proxyConfig, const char *proxyAddress, uint16_t proxyPort);
int Networking_Proxy_SetAnonymousAuthentication(Networking_ProxyConfig *proxyConfig);
int Networking_Proxy_SetBasicAuthentication(Networking_ProxyConfig *proxyConfig, const char *username,
					    const char *password);
int Networking_Proxy_SetProxyNoProxyAddresses(Networking_ProxyConfig *proxyConfig, const char *noProxyAddresses);
int Networking_Proxy_GetProxyOptions(const Networking_ProxyConfig *proxyConfig, Networking_ProxyOptions *proxyOptions);
const char *Networking_Proxy_GetProxyAddress(const Networking_ProxyConfig *proxyConfig);
int Networking_Proxy_GetProxyPort(const Networking_ProxyConfig *proxyConfig, uint16_t *proxyPort);
Networking_ProxyType Networking_Proxy_GetProxyType(const Networking_ProxyConfig *proxyConfig);
const char *Networking_Proxy_GetProxyUsername(const Networking_ProxyConfig *proxyConfig);
const char *Networking_Proxy_GetProxyPassword(const Networking_ProxyConfig *proxyConfig);
Networking_ProxyAuthType Networking_Proxy_GetAuthType(const Networking_ProxyConfig *proxyConfig);
const char *Networking_Proxy_GetNoProxyAddresses(const Networking_ProxyConfig *proxyConfig);
int Networking_Proxy_GetProxyStatus(Networking_ProxyStatus *proxyStatus);

#ifdef __cplusplus
}
#endif
#endif
