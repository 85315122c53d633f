/* What the app's manifest grants it, as `zerotouch azure-sphere run` wrote it down: lines of "key value" in the file
 * that ZT_AZURE_SPHERE names. Without it nothing is granted.
 *
 *	image DIR            the image package, unpacked
 *	storage FILE         the mutable file
 *	certificate FILE     the path that the app is told
 *	identity DIR         certificate.pem and tls-key.pem, exchanged together
 *	tenant GUID          DeviceAuthentication
 *	connect HOST         AllowedConnections
 *	listen-tcp PORT, listen-udp PORT
 *	component GUID       AllowedApplicationConnections
 *	capability NAME      a capability that is true, or a list that holds something
 *	power NAME           PowerControls
 *	gpio NUMBER          Gpio; "any" when the manifest has names
 *	update KIND          "app" or "system": an update to come
 *	update-warning S     how long before it the app is told
 *	meter FILE           where the heap is counted */
#ifndef ZT_HOST_GRANTS_H
#define ZT_HOST_GRANTS_H

#include <stdbool.h>

/* The first value of that key, or NULL. Lives as long as the process. */
const char *zt_grant(const char *key);
/* Letters compare without case. */
bool zt_granted(const char *key, const char *value);
/* -1, and errno. */
int zt_refuse(int cause);
/* A line on standard error for the developer: why something did not work that works elsewhere. */
void zt_host_explain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
