/* What an app asks about itself: is its device certificate ready; a socket to another app. */
#ifndef APPLIBS_APPLICATION_H
#define APPLIBS_APPLICATION_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A socket to the app with that component id. Here there is none: EACCES when the manifest does not list it under
 * AllowedApplicationConnections, ECONNREFUSED otherwise. */
int Application_Connect(const char *componentId);
/* *outIsDeviceAuthReady: the device certificate of the manifest's tenant is there and valid now. EFAULT. */
int Application_IsDeviceAuthReady(bool *outIsDeviceAuthReady);

#ifdef __cplusplus
}
#endif
#endif
