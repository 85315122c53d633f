/* The files that an app sees: its package, the device certificate, and what the libraries of the system need. On the
 * device there is nothing else, no system-wide store of root certificates either; here all else does not exist.
 *
 * This finds apps that would fail on the device. It does not contain an app that wants to get out. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/grants.h"

static const char *const system_folders[] = { "/dev/",
					      "/proc/",
					      "/sys/",
					      "/lib/",
					      "/lib64/",
					      "/usr/lib/",
					      "/usr/local/lib/",
					      "/usr/share/zoneinfo/",
					      "/usr/share/locale/",
					      "/etc/",
					      "/run/",
					      NULL };
static const char *const hidden_folders[] = { "/etc/ssl/certs/", "/etc/ssl/private/", "/usr/lib/ssl/certs/",
					      "/usr/lib/ssl/cert.pem", NULL };

static bool is_in(const char *path, const char *const *folders)
{
	for (; *folders; folders++)
		if (strncmp(path, *folders, strlen(*folders)) == 0)
			return true;
	return false;
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = folder ? strlen(folder) : 0;
	return n && strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == 0);
}

static bool is_same_file(const char *path, const char *other)
{
	char resolved[PATH_MAX];
	return other && realpath(other, resolved) && strcmp(path, resolved) == 0;
}

/* The errno of an open that the device would refuse; 0 for one that goes on. */
static int why_not(const char *path, bool writes)
{
	char real[PATH_MAX], image[PATH_MAX];
	if (!zt_grant("image"))
		return 0;
	if (is_in(path, hidden_folders))
		return ENOENT;
	if (is_in(path, system_folders) && strncmp(path, "/run/", 5) != 0)
		return 0;
	if (!realpath(path, real))
		return writes ? EACCES : errno;
	if (is_in(real, hidden_folders))
		return ENOENT;
	if (realpath(zt_grant("image"), image) && is_below(real, image))
		return writes ? EROFS : 0;
	bool seen = is_in(real, system_folders) || is_same_file(real, zt_grant("certificate"));
	return !seen ? ENOENT : writes ? EACCES : 0;
}

static bool is_refused(const char *path, bool writes)
{
	int saved = errno;
	int cause = path ? why_not(path, writes) : 0;
	if (cause == 0) {
		errno = saved;
		return false;
	}
	zt_host_explain("%s is not there on the device: %s", path,
			writes ? "only the mutable file can be written (Storage_OpenMutableFile)"
			       : "it is no file of the image package");
	errno = cause;
	return true;
}

static bool writes_flags(int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
}

static bool writes_mode(const char *mode)
{
	return strpbrk(mode, "wa+") != NULL;
}

typedef int open_fn(const char *, int, ...);
typedef int openat_fn(int, const char *, int, ...);
typedef FILE *fopen_fn(const char *, const char *);

static int open_by(const char *name, const char *path, int flags, mode_t mode)
{
	open_fn *real = (open_fn *)dlsym(RTLD_NEXT, name);
	return is_refused(path, writes_flags(flags)) ? -1 : real(path, flags, mode);
}

static int openat_by(const char *name, int dir, const char *path, int flags, mode_t mode)
{
	openat_fn *real = (openat_fn *)dlsym(RTLD_NEXT, name);
	bool relative = path && path[0] != '/' && dir != AT_FDCWD;
	return !relative && is_refused(path, writes_flags(flags)) ? -1 : real(dir, path, flags, mode);
}

#define MODE_OF(flags, mode)                                               \
	do {                                                               \
		if ((flags)&O_CREAT || ((flags)&O_TMPFILE) == O_TMPFILE) { \
			va_list args_;                                     \
			va_start(args_, flags);                            \
			(mode) = va_arg(args_, mode_t);                    \
			va_end(args_);                                     \
		}                                                          \
	} while (0)

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	MODE_OF(flags, mode);
	return open_by("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	MODE_OF(flags, mode);
	return open_by("open64", path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	MODE_OF(flags, mode);
	return openat_by("openat", dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	MODE_OF(flags, mode);
	return openat_by("openat64", dir, path, flags, mode);
}

/* What open becomes with _FORTIFY_SOURCE. */
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	return open_by("open", path, flags, 0);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
	return open_by("open64", path, flags, 0);
}

int creat(const char *path, mode_t mode)
{
	return open_by("open", path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

FILE *fopen(const char *path, const char *mode)
{
	fopen_fn *real = (fopen_fn *)dlsym(RTLD_NEXT, "fopen");
	return is_refused(path, writes_mode(mode)) ? NULL : real(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	fopen_fn *real = (fopen_fn *)dlsym(RTLD_NEXT, "fopen64");
	return is_refused(path, writes_mode(mode)) ? NULL : real(path, mode);
}
