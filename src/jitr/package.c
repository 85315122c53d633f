/* Writes a Lambda package: a zip whose bytes depend on its files alone. Usage: zt_package OUT.zip FILE[:MODE]… */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"

enum { FILE_MAX = 250 * 1024 * 1024 /* Lambda quotas: unpacked package */ };

/* 1980-01-01T00:00:00Z, the first moment that a zip can tell. */
#define NO_TIME 315532800

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static zt_status add_file(struct archive *zip, const char *path, mode_t mode, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str bytes = ZT_STR(FILE_MAX);
	TRY(zt_file_read(path, &bytes, ret_error));
	struct archive_entry *entry = archive_entry_new();
	ENSURE(entry, ZT_E_NOMEM);
	archive_entry_set_pathname(entry, base_name(path));
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, mode);
	archive_entry_set_mtime(entry, NO_TIME, 0);
	archive_entry_set_size(entry, (la_int64_t)bytes.n);
	bool written = archive_write_header(zip, entry) == ARCHIVE_OK &&
		       archive_write_data(zip, bytes.p, bytes.n) == (la_ssize_t)bytes.n;
	archive_entry_free(entry);
	return written ? ZT_OK : zt_error_set(ret_error, ZT_E_IO, "%s: %s", path, archive_error_string(zip));
}

/* "bootstrap:755". */
static zt_status add_argument(struct archive *zip, char *argument, zt_error *ret_error)
{
	char *colon = strrchr(argument, ':');
	unsigned long mode = 0644;
	if (colon) {
		*colon = 0;
		mode = strtoul(colon + 1, NULL, 8);
	}
	return add_file(zip, argument, (mode_t)mode, ret_error);
}

static zt_status write_zip(const char *out, char **files, int count, zt_error *ret_error)
{
	struct archive *zip = archive_write_new();
	ENSURE(zip, ZT_E_NOMEM);
	zt_status status =
	    archive_write_set_format_zip(zip) == ARCHIVE_OK &&
		    archive_write_set_options(zip, "zip:compression=deflate,zip:compression-level=9") == ARCHIVE_OK &&
		    archive_write_open_filename(zip, out) == ARCHIVE_OK
		? ZT_OK
		: zt_error_set(ret_error, ZT_E_IO, "%s: %s", out, archive_error_string(zip));
	for (int i = 0; i < count && status == ZT_OK; i++)
		status = add_argument(zip, files[i], ret_error);
	if (archive_write_close(zip) != ARCHIVE_OK && status == ZT_OK)
		status = zt_error_set(ret_error, ZT_E_IO, "%s: %s", out, archive_error_string(zip));
	archive_write_free(zip);
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		(void)fprintf(stderr, "usage: %s OUT.zip FILE[:MODE]…\n", argv[0]);
		return zt_status_exit(ZT_E_USAGE);
	}
	zt_error error = { 0 };
	zt_status status = write_zip(argv[1], argv + 2, argc - 2, &error);
	if (status != ZT_OK)
		(void)fprintf(stderr, "%s: %s\n", argv[0], error.text);
	return zt_status_exit(status);
}
