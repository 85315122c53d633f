/* The device certificate, as a file that the system keeps up to date. */
#ifndef TLSUTILS_DEVICEAUTH_H
#define TLSUTILS_DEVICEAUTH_H

#ifdef __cplusplus
extern "C" {
#endif

/* The path, valid for the life of the process; not to be freed. There may be no file behind it yet: see
 * Application_IsDeviceAuthReady. wolfSSL's functions that load this path load the key along with it, as on the device,
 * where the key cannot be read. */
const char *DeviceAuth_GetCertificatePath(void);

#ifdef __cplusplus
}
#endif
#endif
