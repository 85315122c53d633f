#include <applibs/wificonfig.h>

#include <errno.h>

#include "common/grants.h"

static int refuse(int cause)
{
	return zt_refuse(zt_granted("capability", "WifiConfig") ? cause : EACCES);
}

/* Of a network that is not stored. */
static int unknown(const void *argument)
{
	return argument ? refuse(ENODEV) : zt_refuse(EFAULT);
}

static int unknown_enterprise(const void *argument)
{
	if (!argument)
		return zt_refuse(EFAULT);
	return zt_refuse(zt_granted("capability", "EnterpriseWifiConfig") ? ENODEV : EACCES);
}

static int none(void)
{
	return zt_granted("capability", "WifiConfig") ? 0 : zt_refuse(EACCES);
}

static ssize_t list(const void *array, size_t count)
{
	if (!array)
		return zt_refuse(EFAULT);
	return count ? none() : zt_refuse(ERANGE);
}

static int store(const uint8_t *ssid, size_t n)
{
	if (!ssid)
		return zt_refuse(EFAULT);
	return n > 0 && n <= WIFICONFIG_SSID_MAX_LENGTH ? refuse(ENETDOWN) : zt_refuse(ERANGE);
}

int WifiConfig_StoreOpenNetwork(const uint8_t *ssid, size_t ssidLength)
{
	return store(ssid, ssidLength);
}

int WifiConfig_StoreWpa2Network(const uint8_t *ssid, size_t ssidLength, const char *wpa2Key, size_t wpa2KeyLength)
{
	if (!wpa2Key)
		return zt_refuse(EFAULT);
	return wpa2KeyLength <= WIFICONFIG_WPA2_KEY_MAX_BUFFER_SIZE ? store(ssid, ssidLength) : zt_refuse(ERANGE);
}

int WifiConfig_ForgetNetwork(const WifiConfig_StoredNetwork *storedNetwork)
{
	return storedNetwork ? refuse(ENOENT) : zt_refuse(EFAULT);
}

int WifiConfig_ForgetAllNetworks(void)
{
	return none();
}

ssize_t WifiConfig_GetStoredNetworkCount(void)
{
	return none();
}

ssize_t WifiConfig_GetStoredNetworks(WifiConfig_StoredNetwork *storedNetworkArray, size_t storedNetworkArrayCount)
{
	return list(storedNetworkArray, storedNetworkArrayCount);
}

int WifiConfig_GetCurrentNetwork(WifiConfig_ConnectedNetwork *connectedNetwork)
{
	return connectedNetwork ? refuse(ENODATA) : zt_refuse(EFAULT);
}

ssize_t WifiConfig_TriggerScanAndGetScannedNetworkCount(void)
{
	return none();
}

ssize_t WifiConfig_GetScannedNetworks(WifiConfig_ScannedNetwork *scannedNetworkArray, size_t scannedNetworkArrayCount)
{
	return list(scannedNetworkArray, scannedNetworkArrayCount);
}

int WifiConfig_AddNetwork(void)
{
	return refuse(ENETDOWN);
}

int WifiConfig_AddDuplicateNetwork(int networkId, const char *configName)
{
	(void)networkId;
	return unknown(configName);
}

int WifiConfig_ForgetNetworkById(int networkId)
{
	return unknown(&networkId);
}

int WifiConfig_SetSSID(int networkId, const uint8_t *ssid, size_t ssidLength)
{
	(void)networkId;
	(void)ssidLength;
	return unknown(ssid);
}

int WifiConfig_SetSecurityType(int networkId, WifiConfig_Security_Type securityType)
{
	(void)securityType;
	return unknown(&networkId);
}

int WifiConfig_SetPSK(int networkId, const char *psk, size_t pskLength)
{
	(void)networkId;
	(void)pskLength;
	return unknown(psk);
}

int WifiConfig_SetNetworkEnabled(int networkId, bool enabled)
{
	(void)enabled;
	return unknown(&networkId);
}

int WifiConfig_SetTargetedScanEnabled(int networkId, bool enabled)
{
	(void)enabled;
	return unknown(&networkId);
}

int WifiConfig_SetConfigName(int networkId, const char *configName)
{
	(void)networkId;
	return unknown(configName);
}

int WifiConfig_GetNetworkIdByConfigName(const char *configName)
{
	return unknown(configName);
}

int WifiConfig_GetNetworkDiagnostics(int networkId, WifiConfig_NetworkDiagnostics *networkDiagnostics)
{
	(void)networkId;
	return unknown(networkDiagnostics);
}

int WifiConfig_SetClientIdentity(int networkId, const char *identity)
{
	(void)networkId;
	return unknown_enterprise(identity);
}

int WifiConfig_GetClientIdentity(int networkId, WifiConfig_ClientIdentity *outIdentity)
{
	(void)networkId;
	return unknown_enterprise(outIdentity);
}

int WifiConfig_SetClientCertStoreIdentifier(int networkId, const char *certStoreIdentifier)
{
	(void)networkId;
	return unknown_enterprise(certStoreIdentifier);
}

int WifiConfig_GetClientCertStoreIdentifier(int networkId, CertStore_Identifier *outIdentifier)
{
	(void)networkId;
	return unknown_enterprise(outIdentifier);
}

int WifiConfig_SetRootCACertStoreIdentifier(int networkId, const char *certStoreIdentifier)
{
	(void)networkId;
	return unknown_enterprise(certStoreIdentifier);
}

int WifiConfig_GetRootCACertStoreIdentifier(int networkId, CertStore_Identifier *outIdentifier)
{
	(void)networkId;
	return unknown_enterprise(outIdentifier);
}

int WifiConfig_PersistConfig(void)
{
	return none();
}

int WifiConfig_ReloadConfig(void)
{
	return none();
}
