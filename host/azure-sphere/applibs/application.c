#include <applibs/application.h>
#include <applibs/applications.h>

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/sphere_meter.h"
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

/* Sums up the writable segments of the first object, the program. */
static int add_data(struct dl_phdr_info *info, size_t size, void *context)
{
	size_t *total = context;
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_W)
			*total += info->dlpi_phdr[i].p_memsz;
	return 1;
}

static const zt_meter *meter;

__attribute__((constructor)) static void open_meter(void)
{
	const char *path = zt_grant("meter");
	int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
	void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *meter, PROT_READ, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	meter = shared == MAP_FAILED ? NULL : shared;
}

static size_t usage_kb(size_t heap)
{
	size_t total = heap;
	(void)dl_iterate_phdr(add_data, &total);
	return (total + 1023) / 1024;
}

size_t Applications_GetUserModeMemoryUsageInKB(void)
{
	return usage_kb(meter ? meter->now[ZT_METER_APP] : 0);
}

size_t Applications_GetTotalMemoryUsageInKB(void)
{
	return Applications_GetUserModeMemoryUsageInKB();
}

size_t Applications_GetPeakUserModeMemoryUsageInKB(void)
{
	return usage_kb(meter ? meter->peak[ZT_METER_APP] : 0);
}

int Applications_GetOsVersion(Applications_OsVersion *outVersion)
{
	if (!outVersion)
		return zt_refuse(EFAULT);
	(void)snprintf(outVersion->version, sizeof outVersion->version, "host");
	return 0;
}
