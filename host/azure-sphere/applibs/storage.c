#include <applibs/storage.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/grants.h"

static bool is_allowed(const char *path)
{
	return path[0] && path[0] != '/' && path[0] != '.' && !strstr(path, "..");
}

char *Storage_GetAbsolutePathInImagePackage(const char *relativePath)
{
	const char *image = zt_grant("image");
	char *path = NULL;
	errno = !relativePath ? EFAULT : !is_allowed(relativePath) ? EINVAL : !image ? EACCES : 0;
	if (errno)
		return NULL;
	if (asprintf(&path, "%s/%s", image, relativePath) < 0) {
		errno = ENOMEM;
		return NULL;
	}
	return path;
}

int Storage_OpenFileInImagePackage(const char *relativePath)
{
	char *path = Storage_GetAbsolutePathInImagePackage(relativePath);
	if (!path)
		return -1;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	int cause = errno;
	free(path);
	errno = cause;
	return fd;
}

int Storage_OpenMutableFile(void)
{
	const char *path = zt_grant("storage");
	if (!path)
		return zt_refuse(EACCES);
	return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

int Storage_DeleteMutableFile(void)
{
	const char *path = zt_grant("storage");
	return path ? unlink(path) : zt_refuse(EACCES);
}
