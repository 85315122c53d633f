/* Memory of the running apps and the version of the OS. */
#ifndef APPLIBS_APPLICATIONS_H
#define APPLIBS_APPLICATIONS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OS_VERSION_MAX_LEN 15

typedef struct Applications_OsVersion {
	char version[OS_VERSION_MAX_LEN + 1];
} Applications_OsVersion;

/* The app's own data and heap: what TLS and libcurl of a desktop take would exceed the device's 256 KiB at once, and an
 * app that watches its memory would end. */
size_t Applications_GetTotalMemoryUsageInKB(void);
size_t Applications_GetUserModeMemoryUsageInKB(void);
size_t Applications_GetPeakUserModeMemoryUsageInKB(void);
int Applications_GetOsVersion(Applications_OsVersion *outVersion);

#ifdef __cplusplus
}
#endif
#endif
