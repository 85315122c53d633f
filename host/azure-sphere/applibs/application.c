#include <applibs/application.h>
#include <applibs/applications.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/grants.h"
#include "common/identity.h"

int Application_Connect(const char *componentId)
{
	if (!componentId)
		return zt_refuse(EFAULT);
	return zt_refuse(zt_granted("component", componentId) ? ECONNREFUSED : EACCES);
}

int Application_IsDeviceAuthReady(bool *outIsDeviceAuthReady)
{
	if (!outIsDeviceAuthReady)
		return zt_refuse(EFAULT);
	*outIsDeviceAuthReady = zt_identity_look() == ZT_IDENTITY_READY;
	return 0;
}

/* Of this process: heap, stacks and data, without the pages of files, which lie in flash on the device. */
static size_t status_kb(const char *key)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[128];
	size_t kb = 0;
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, key, strlen(key)) == 0)
			(void)sscanf(line + strlen(key), "%zu", &kb);
	if (file)
		(void)fclose(file);
	return kb;
}

size_t Applications_GetUserModeMemoryUsageInKB(void)
{
	return status_kb("RssAnon:");
}

size_t Applications_GetTotalMemoryUsageInKB(void)
{
	return Applications_GetUserModeMemoryUsageInKB();
}

size_t Applications_GetPeakUserModeMemoryUsageInKB(void)
{
	static size_t peak;
	size_t now = Applications_GetUserModeMemoryUsageInKB();
	if (now > peak)
		peak = now;
	return peak;
}

int Applications_GetOsVersion(Applications_OsVersion *outVersion)
{
	if (!outVersion)
		return zt_refuse(EFAULT);
	(void)snprintf(outVersion->version, sizeof outVersion->version, "host");
	return 0;
}
