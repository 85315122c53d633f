/* Wi-Fi networks. A Linux machine's network is not ours to configure: with the capability WifiConfig the device has no
 * stored, scanned or connected network (ENODATA), and none can be added (ENETDOWN); without it every call is EACCES. */
#ifndef APPLIBS_WIFICONFIG_H
#define APPLIBS_WIFICONFIG_H

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include <applibs/certstore_structs.h>
#include <applibs/wificonfig_structs_v1.h>

#define WIFICONFIG_CONFIG_NAME_MAX_LENGTH 16
#define WIFICONFIG_EAP_IDENTITY_MAX_LENGTH 254

#ifndef WIFICONFIG_STRUCTS_VERSION
#define WIFICONFIG_STRUCTS_VERSION 1
#endif
#if WIFICONFIG_STRUCTS_VERSION == 1
typedef struct z__WifiConfig_StoredNetwork_v1 WifiConfig_StoredNetwork;
typedef struct z__WifiConfig_ConnectedNetwork_v1 WifiConfig_ConnectedNetwork;
typedef struct z__WifiConfig_ScannedNetwork_v1 WifiConfig_ScannedNetwork;
#else
#error "WIFICONFIG_STRUCTS_VERSION: only 1 is known"
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct WifiConfig_ClientIdentity {
	char identity[WIFICONFIG_EAP_IDENTITY_MAX_LENGTH + 1];
} WifiConfig_ClientIdentity;

typedef struct WifiConfig_NetworkDiagnostics {
	uint8_t isEnabled;
	uint8_t isConnected;
	int32_t error;
	time_t timestamp;
	int32_t certError;
	int32_t certDepth;
	CertStore_SubjectName certSubject;
} WifiConfig_NetworkDiagnostics;

int WifiConfig_StoreOpenNetwork(const uint8_t *ssid, size_t ssidLength);
int WifiConfig_StoreWpa2Network(const uint8_t *ssid, size_t ssidLength, const char *wpa2Key, size_t wpa2KeyLength);
int WifiConfig_ForgetNetwork(const WifiConfig_StoredNetwork *storedNetwork);
int WifiConfig_ForgetAllNetworks(void);
ssize_t WifiConfig_GetStoredNetworkCount(void);
ssize_t WifiConfig_GetStoredNetworks(WifiConfig_StoredNetwork *storedNetworkArray, size_t storedNetworkArrayCount);
int WifiConfig_GetCurrentNetwork(WifiConfig_ConnectedNetwork *connectedNetwork);
ssize_t WifiConfig_TriggerScanAndGetScannedNetworkCount(void);
ssize_t WifiConfig_GetScannedNetworks(WifiConfig_ScannedNetwork *scannedNetworkArray, size_t scannedNetworkArrayCount);
int WifiConfig_AddNetwork(void);
int WifiConfig_AddDuplicateNetwork(int networkId, const char *configName);
int WifiConfig_ForgetNetworkById(int networkId);
int WifiConfig_SetSSID(int networkId, const uint8_t *ssid, size_t ssidLength);
int WifiConfig_SetSecurityType(int networkId, WifiConfig_Security_Type securityType);
int WifiConfig_SetPSK(int networkId, const char *psk, size_t pskLength);
int WifiConfig_SetNetworkEnabled(int networkId, bool enabled);
int WifiConfig_SetTargetedScanEnabled(int networkId, bool enabled);
int WifiConfig_SetConfigName(int networkId, const char *configName);
int WifiConfig_GetNetworkIdByConfigName(const char *configName);
int WifiConfig_GetNetworkDiagnostics(int networkId, WifiConfig_NetworkDiagnostics *networkDiagnostics);
int WifiConfig_SetClientIdentity(int networkId, const char *identity);
int WifiConfig_GetClientIdentity(int networkId, WifiConfig_ClientIdentity *outIdentity);
int WifiConfig_SetClientCertStoreIdentifier(int networkId, const char *certStoreIdentifier);
int WifiConfig_GetClientCertStoreIdentifier(int networkId, CertStore_Identifier *outIdentifier);
int WifiConfig_SetRootCACertStoreIdentifier(int networkId, const char *certStoreIdentifier);
int WifiConfig_GetRootCACertStoreIdentifier(int networkId, CertStore_Identifier *outIdentifier);
int WifiConfig_PersistConfig(void);
int WifiConfig_ReloadConfig(void);

#ifdef __cplusplus
}
#endif
#endif
