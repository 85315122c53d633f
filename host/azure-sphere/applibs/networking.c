#include <applibs/networking.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/grants.h"

#define INTERFACE_MAGIC 0xfa9a0001u
/* 2024-01-01T00:00:00Z: a clock before it was never set. */
#define CLOCK_SET_S 1704067200

static const struct {
	const char *name;
	Networking_InterfaceMedium medium;
	Networking_Interface_HardwareAddress address; /* locally administered */
} interfaces[] = {
	{ "wlan0", Networking_InterfaceMedium_Wifi, { { 0x02, 0, 0, 0, 0, 1 } } },
	{ "eth0", Networking_InterfaceMedium_Ethernet, { { 0x02, 0, 0, 0, 0, 2 } } },
};
enum { WLAN0, ETH0, INTERFACES };

static bool is_static[INTERFACES];

static int find(const char *name)
{
	int found = 0;
	while (found < INTERFACES && strcmp(interfaces[found].name, name) != 0)
		found++;
	return found;
}

/* Why a call about this interface is refused, 0 if it is not. */
static int why_not(const char *capability, const char *name, const void *argument)
{
	if (!name || !argument)
		return EFAULT;
	if (!zt_granted("capability", capability))
		return EACCES;
	return find(name) < INTERFACES ? 0 : ENOENT;
}

static int answer(int cause)
{
	return cause ? zt_refuse(cause) : 0;
}

int Networking_IsNetworkingReady(bool *outIsNetworkingReady)
{
	if (!outIsNetworkingReady)
		return zt_refuse(EFAULT);
	*outIsNetworkingReady = time(NULL) >= CLOCK_SET_S;
	return 0;
}

ssize_t Networking_GetInterfaceCount(void)
{
	return INTERFACES;
}

ssize_t Networking_GetInterfaces(Networking_NetworkInterface *outNetworkInterfacesArray,
				 size_t networkInterfacesArrayCount)
{
	if (!outNetworkInterfacesArray)
		return zt_refuse(EFAULT);
	if (networkInterfacesArrayCount == 0)
		return zt_refuse(ERANGE);
	size_t count = networkInterfacesArrayCount < INTERFACES ? networkInterfacesArrayCount : INTERFACES;
	for (size_t i = 0; i < count; i++) {
		Networking_NetworkInterface *out = &outNetworkInterfacesArray[i];
		*out = (Networking_NetworkInterface){ .z__magicAndVersion = INTERFACE_MAGIC,
						      .isEnabled = true,
						      .interfaceMediumType = (uint8_t)interfaces[i].medium };
		out->ipConfigurationType = is_static[i] ? Networking_IpType_DhcpNone : Networking_IpType_DhcpClient;
		(void)snprintf(out->interfaceName, sizeof out->interfaceName, "%s", interfaces[i].name);
	}
	return (ssize_t)count;
}

int Networking_GetInterfaceConnectionStatus(const char *networkInterfaceName,
					    Networking_InterfaceConnectionStatus *outStatus)
{
	if (!networkInterfaceName || !outStatus)
		return zt_refuse(EFAULT);
	if (find(networkInterfaceName) == INTERFACES)
		return zt_refuse(ENOENT);
	*outStatus =
	    Networking_InterfaceConnectionStatus_InterfaceUp | Networking_InterfaceConnectionStatus_ConnectedToNetwork |
	    Networking_InterfaceConnectionStatus_IpAvailable | Networking_InterfaceConnectionStatus_ConnectedToInternet;
	return 0;
}

int Networking_SetInterfaceState(const char *networkInterfaceName, bool isEnabled)
{
	return answer(why_not("NetworkConfig", networkInterfaceName, &isEnabled));
}

void Networking_IpConfig_Init(Networking_IpConfig *ipConfig)
{
	*ipConfig = (Networking_IpConfig){ { 0 } };
}

void Networking_IpConfig_Destroy(Networking_IpConfig *ipConfig)
{
	(void)ipConfig;
}

void Networking_IpConfig_EnableDynamicIp(Networking_IpConfig *ipConfig)
{
	Networking_IpConfig_Init(ipConfig);
}

void Networking_IpConfig_EnableStaticIp(Networking_IpConfig *ipConfig, struct in_addr ipAddress,
					struct in_addr subnetMask, struct in_addr gatewayAddress)
{
	ipConfig->reserved[0] = ipAddress.s_addr;
	ipConfig->reserved[1] = subnetMask.s_addr;
	ipConfig->reserved[2] = gatewayAddress.s_addr;
}

void Networking_IpConfig_EnableAutomaticDns(Networking_IpConfig *ipConfig)
{
	ipConfig->reserved[3] = ipConfig->reserved[4] = 0;
}

int Networking_IpConfig_EnableCustomDns(Networking_IpConfig *ipConfig, const struct in_addr *dnsServerAddresses,
					size_t serverCount)
{
	if (!ipConfig || !dnsServerAddresses)
		return zt_refuse(EFAULT);
	if (serverCount > 3)
		return zt_refuse(EINVAL);
	for (size_t i = 0; i < serverCount; i++)
		if (dnsServerAddresses[i].s_addr == INADDR_ANY)
			return zt_refuse(EINVAL);
	return 0;
}

int Networking_IpConfig_Apply(const char *networkInterfaceName, const Networking_IpConfig *ipConfig)
{
	int cause = why_not("NetworkConfig", networkInterfaceName, ipConfig);
	if (cause == 0)
		is_static[find(networkInterfaceName)] = ipConfig->reserved[0] != 0;
	return answer(cause);
}

static int time_sync(int cause)
{
	return answer(zt_granted("capability", "TimeSyncConfig") ? cause : EACCES);
}

int Networking_TimeSync_SetEnabled(bool enabled)
{
	(void)enabled;
	return time_sync(0);
}

int Networking_TimeSync_GetEnabled(bool *outIsEnabled)
{
	if (!outIsEnabled)
		return zt_refuse(EFAULT);
	*outIsEnabled = true;
	return 0;
}

int Networking_TimeSync_EnableDefaultNtp(void)
{
	return time_sync(0);
}

int Networking_TimeSync_EnableAutomaticNtp(Networking_NtpOption option)
{
	return time_sync(option <= Networking_NtpOption_FallbackServerEnabled ? 0 : EINVAL);
}

int Networking_TimeSync_EnableCustomNtp(const char *primaryNtpServer, const char *secondaryNtpServer,
					Networking_NtpOption option)
{
	(void)secondaryNtpServer;
	return primaryNtpServer ? Networking_TimeSync_EnableAutomaticNtp(option) : zt_refuse(EFAULT);
}

int Networking_TimeSync_GetNtpServer(char *outNtpServer, size_t *outNtpServerLength)
{
	return zt_refuse(outNtpServer && outNtpServerLength ? ENOENT : EFAULT);
}

int Networking_TimeSync_GetLastNtpSyncInfo(char *outNtpServer, size_t *ntpServerLength, struct tm *outTimeBeforeSync,
					   struct tm *outNtpTime)
{
	return zt_refuse(outNtpServer && ntpServerLength && outTimeBeforeSync && outNtpTime ? ENOENT : EFAULT);
}

void Networking_SntpServerConfig_Init(Networking_SntpServerConfig *sntpServerConfig)
{
	*sntpServerConfig = (Networking_SntpServerConfig){ { 0 } };
}

void Networking_SntpServerConfig_Destroy(Networking_SntpServerConfig *sntpServerConfig)
{
	(void)sntpServerConfig;
}

int Networking_SntpServer_Start(const char *networkInterfaceName, const Networking_SntpServerConfig *sntpServerConfig)
{
	return answer(why_not("SntpService", networkInterfaceName, sntpServerConfig));
}

void Networking_DhcpServerConfig_Init(Networking_DhcpServerConfig *dhcpServerConfig)
{
	*dhcpServerConfig = (Networking_DhcpServerConfig){ { 0 } };
}

void Networking_DhcpServerConfig_Destroy(Networking_DhcpServerConfig *dhcpServerConfig)
{
	(void)dhcpServerConfig;
}

int Networking_DhcpServerConfig_SetLease(Networking_DhcpServerConfig *dhcpServerConfig, struct in_addr startIpAddress,
					 uint8_t ipAddressCount, struct in_addr subnetMask,
					 struct in_addr gatewayAddress, uint32_t leaseTimeInHours)
{
	(void)gatewayAddress;
	if (!dhcpServerConfig)
		return zt_refuse(EFAULT);
	bool valid = startIpAddress.s_addr && ipAddressCount && subnetMask.s_addr && leaseTimeInHours;
	return valid ? 0 : zt_refuse(EINVAL);
}

int Networking_DhcpServerConfig_SetNtpServerAddresses(Networking_DhcpServerConfig *dhcpServerConfig,
						      const struct in_addr *ntpServerAddresses, size_t serverCount)
{
	if (!dhcpServerConfig || !ntpServerAddresses)
		return zt_refuse(EFAULT);
	return serverCount <= 3 ? 0 : zt_refuse(EINVAL);
}

/* It needs a static address. */
int Networking_DhcpServer_Start(const char *networkInterfaceName, const Networking_DhcpServerConfig *dhcpServerConfig)
{
	int cause = why_not("DhcpService", networkInterfaceName, dhcpServerConfig);
	return answer(cause ? cause : is_static[find(networkInterfaceName)] ? 0 : EPERM);
}

/* Only an Ethernet interface's can be set. */
int Networking_SetHardwareAddress(const char *networkInterfaceName, const uint8_t *hardwareAddress,
				  size_t hardwareAddressLength)
{
	int cause = why_not("HardwareAddressConfig", networkInterfaceName, hardwareAddress);
	if (cause == 0 && hardwareAddressLength > HARDWARE_ADDRESS_LENGTH)
		cause = ERANGE;
	return answer(cause ? cause : find(networkInterfaceName) == ETH0 ? 0 : EPERM);
}

int Networking_GetHardwareAddress(const char *networkInterfaceName, Networking_Interface_HardwareAddress *outAddress)
{
	if (!networkInterfaceName || !outAddress)
		return zt_refuse(outAddress ? EFAULT : EINVAL);
	if (find(networkInterfaceName) == INTERFACES)
		return zt_refuse(ENOENT);
	*outAddress = interfaces[find(networkInterfaceName)].address;
	return 0;
}
