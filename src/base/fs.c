#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static zt_status open_to_read(const char *path, int *ret_fd, zt_error *ret_error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return zt_error_errno(ret_error, errno == ENOENT ? ZT_E_NOT_FOUND : ZT_E_IO, "cannot open %s", path);
	*ret_fd = fd;
	return ZT_OK;
}

static zt_status read_all(int fd, const char *path, zt_str *out, zt_error *ret_error)
{
	for (;;) {
		uint8_t chunk[16384];
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return zt_error_errno(ret_error, ZT_E_IO, "cannot read %s", path);
		if (got == 0)
			return ZT_OK;
		zt_status status = zt_str_put(out, (zt_view){ chunk, (size_t)got });
		if (status != ZT_OK)
			return zt_error_set(ret_error, status, "%s is larger than %zu bytes", path, out->max);
	}
}

zt_status zt_file_read(const char *path, zt_str *out, zt_error *ret_error)
{
	ZT_CLEANUP(close_fd) int fd = -1;
	TRY(open_to_read(path, &fd, ret_error));
	return read_all(fd, path, out, ret_error);
}

zt_status zt_file_read_private(const char *path, zt_str *out, zt_error *ret_error)
{
	ZT_CLEANUP(close_fd) int fd = -1;
	struct stat seen;
	TRY(open_to_read(path, &fd, ret_error));
	if (fstat(fd, &seen) != 0 || (seen.st_mode & 077) != 0)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s can be read by others: chmod 600 it", path);
	return read_all(fd, path, out, ret_error);
}

static zt_status write_all(int fd, zt_view bytes)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);
		if (put < 0 && errno == EINTR)
			continue;
		ENSURE(put > 0, ZT_E_IO);
		bytes = zt_view_from(bytes, (size_t)put);
	}
	return ZT_OK;
}

/* The rename itself is durable only once the folder is. */
static zt_status sync_parent(const char *path)
{
	ZT_CLEANUP(zt_str_free) zt_str dir = ZT_STR(4096);
	const char *slash = strrchr(path, '/');
	zt_view parent = !slash          ? ZT_LIT(".")
			 : slash == path ? ZT_LIT("/")
					 : zt_view_make(path, (size_t)(slash - path));
	TRY(zt_str_put(&dir, parent));
	ZT_CLEANUP(close_fd) int fd = open(zt_str_text(&dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 ? ZT_OK : ZT_E_IO;
}

static zt_status fill_and_rename(int fd, const char *beside, const char *path, zt_view bytes, mode_t mode)
{
	ENSURE(fchmod(fd, mode) == 0, ZT_E_IO);
	TRY(write_all(fd, bytes));
	ENSURE(fsync(fd) == 0 && rename(beside, path) == 0, ZT_E_IO);
	return sync_parent(path);
}

zt_status zt_file_write(const char *path, zt_view bytes, mode_t mode, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str beside = ZT_STR(4096);
	TRY(zt_str_printf(&beside, "%s.XXXXXX", path));
	ZT_CLEANUP(close_fd) int fd = mkostemp(beside.p, O_CLOEXEC);
	if (fd < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot create a file beside %s", path);
	zt_status status = fill_and_rename(fd, beside.p, path, bytes, mode);
	if (status == ZT_OK)
		return ZT_OK;
	status = zt_error_errno(ret_error, status, "cannot write %s", path);
	(void)unlink(beside.p);
	return status;
}

zt_status zt_dir_make(const char *path, mode_t mode, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str part = ZT_STR(4096);
	TRY(zt_str_put_text(&part, path));
	/* "dir/" is "dir", or its last part would be made as a parent, open to all. */
	while (part.n > 1 && part.p[part.n - 1] == '/')
		part.p[--part.n] = 0;
	for (size_t i = 1; i < part.n; i++) {
		if (part.p[i] != '/')
			continue;
		part.p[i] = 0;
		if (mkdir(part.p, 0755) != 0 && errno != EEXIST)
			return zt_error_errno(ret_error, ZT_E_IO, "cannot create %s", part.p);
		part.p[i] = '/';
	}
	if (mkdir(zt_str_text(&part), mode) == 0)
		return ZT_OK;
	struct stat seen;
	if (errno == EEXIST && stat(path, &seen) == 0 && S_ISDIR(seen.st_mode))
		return ZT_OK;
	return zt_error_errno(ret_error, ZT_E_IO, "cannot create %s", path);
}

static int remove_entry(const char *path, const struct stat *seen, int type, struct FTW *walk)
{
	(void)seen;
	(void)type;
	(void)walk;
	return remove(path);
}

zt_status zt_path_remove(const char *path, zt_error *ret_error)
{
	if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
		return ZT_OK;
	return zt_error_errno(ret_error, ZT_E_IO, "cannot remove %s", path);
}

zt_status zt_path_join(zt_str *out, const char *dir, const char *name)
{
	zt_str_clear(out);
	return zt_str_printf(out, "%s/%s", dir, name);
}
