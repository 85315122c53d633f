#include "cloud/lambda/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/digest.h"
#include "base/fs.h"

enum { PATH_TEXT_MAX = 4096, CHUNK = 64 * 1024 };

static zt_status bad_zip(zt_error *ret_error, const char *why)
{
	return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidParameterValueException",
			      "Could not unzip uploaded file. Please check your file, then try to upload again. (%s)",
			      why);
}

static void reader_free(struct archive **reader)
{
	if (*reader)
		(void)archive_read_free(*reader);
}

static zt_status reader_open(zt_view zip, struct archive **ret, zt_error *ret_error)
{
	struct archive *reader = archive_read_new();
	ENSURE(reader, ZT_E_NOMEM);
	if (archive_read_support_format_zip_seekable(reader) == ARCHIVE_OK &&
	    archive_read_open_memory(reader, zip.p, zip.n) == ARCHIVE_OK) {
		*ret = reader;
		return ZT_OK;
	}
	zt_status status = bad_zip(ret_error, "no zip");
	(void)archive_read_free(reader);
	return status;
}

/* A relative path without "..", so that nothing lands outside of its folder. */
static bool is_inside(const char *path)
{
	zt_view rest = zt_view_of(path), part;
	if (rest.n == 0 || rest.n >= PATH_TEXT_MAX / 2 || path[0] == '/')
		return false;
	while (zt_view_split(&rest, '/', &part))
		if (zt_view_equal(part, ZT_LIT("..")))
			return false;
	return true;
}

static zt_status check_entry(struct archive_entry *entry, zt_error *ret_error)
{
	const char *path = archive_entry_pathname(entry);
	if (!path || !is_inside(path))
		return bad_zip(ret_error, "a path leads out of the package");
	if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != AE_IFDIR)
		return bad_zip(ret_error, "it holds something other than files and folders");
	return ZT_OK;
}

/* What happens to each entry; NULL data when a folder. */
typedef zt_status (*entry_fn)(void *context, struct archive *reader, struct archive_entry *entry, zt_error *ret_error);

static zt_status walk(zt_view zip, entry_fn each, void *context, zt_error *ret_error)
{
	ZT_CLEANUP(reader_free) struct archive *reader = NULL;
	struct archive_entry *entry;
	TRY(reader_open(zip, &reader, ret_error));
	for (unsigned count = 0;; count++) {
		int result = archive_read_next_header(reader, &entry);
		if (result == ARCHIVE_EOF)
			return count ? ZT_OK : bad_zip(ret_error, "it is empty");
		if (result != ARCHIVE_OK)
			return bad_zip(ret_error, "it is damaged");
		if (count == ZT_PACKAGE_ENTRIES_MAX)
			return bad_zip(ret_error, "it holds too many files");
		TRY(check_entry(entry, ret_error));
		TRY(each(context, reader, entry, ret_error));
	}
}

/* libarchive gives names in the thread's locale, and none that it cannot show. */
static zt_status each_entry(zt_view zip, entry_fn each, void *context, zt_error *ret_error)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	if (!utf8)
		return zt_error_errno(ret_error, ZT_E_INTERNAL, "there is no locale C.UTF-8");
	locale_t before = uselocale(utf8);
	zt_status status = walk(zip, each, context, ret_error);
	(void)uselocale(before);
	freelocale(utf8);
	return status;
}

/* ---- keeping ---- */

typedef struct {
	uint64_t unpacked;
	bool bootstrap;
} survey;

/* Reads every byte: sizes in headers may lie, and check sums tell damage. */
static zt_status look_at(void *context, struct archive *reader, struct archive_entry *entry, zt_error *ret_error)
{
	survey *s = context;
	const char *path = archive_entry_pathname(entry);
	uint8_t chunk[CHUNK];
	for (la_ssize_t n; (n = archive_read_data(reader, chunk, sizeof chunk)) != 0;) {
		if (n < 0)
			return bad_zip(ret_error, "it is damaged");
		s->unpacked += (uint64_t)n;
		if (s->unpacked > ZT_PACKAGE_UNPACKED_MAX)
			return zt_error_coded(ret_error, ZT_E_LIMIT, "InvalidParameterValueException",
					      "Unzipped size must be smaller than %d bytes", ZT_PACKAGE_UNPACKED_MAX);
	}
	if (strcmp(path, "bootstrap") == 0 && archive_entry_filetype(entry) == AE_IFREG)
		s->bootstrap = (archive_entry_perm(entry) & 0100) != 0;
	return ZT_OK;
}

static zt_status fill_package(zt_view zip, zt_package *package)
{
	ZT_CLEANUP(zt_str_free) zt_str base64 = ZT_STR(64);
	zt_sha256 digest;
	zt_sha256_of(&zip, 1, &digest);
	zt_sha256_hex(&digest, package->sha256_hex);
	TRY(zt_base64_encode(zt_view_make(digest.bytes, sizeof digest.bytes), &base64));
	package->size = zip.n;
	return zt_text_copy(package->sha256_base64, sizeof package->sha256_base64, zt_str_view(&base64));
}

zt_status zt_package_keep(const char *dir, zt_view zip, zt_package *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	survey seen = { 0 };
	zt_package package;
	if (zip.n > ZT_PACKAGE_BYTES_MAX)
		return zt_error_coded(ret_error, ZT_E_LIMIT, "InvalidParameterValueException",
				      "The package is larger than %d bytes", ZT_PACKAGE_BYTES_MAX);
	TRY(each_entry(zip, look_at, &seen, ret_error));
	if (!seen.bootstrap)
		return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidParameterValueException",
				      "The package has no executable file named bootstrap at its root");
	TRY(fill_package(zip, &package));
	TRY(zt_str_printf(&path, "%s/%s.zip", dir, package.sha256_hex));
	if (access(zt_str_text(&path), F_OK) != 0)
		TRY(zt_file_write(zt_str_text(&path), zip, 0600, ret_error));
	*ret = package;
	return ZT_OK;
}

/* ---- unpacking ---- */

static zt_status make_parents(const char *path, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str parent = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_str_put_text(&parent, path));
	*strrchr(parent.p, '/') = 0;
	return zt_dir_make(parent.p, 0700, ret_error);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static zt_status put_entry(void *context, struct archive *reader, struct archive_entry *entry, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&path, context, archive_entry_pathname(entry)));
	if (archive_entry_filetype(entry) == AE_IFDIR)
		return zt_dir_make(zt_str_text(&path), 0700, ret_error);
	TRY(make_parents(zt_str_text(&path), ret_error));
	const mode_t mode = (archive_entry_perm(entry) & 0100) ? 0700 : 0600;
	/* Of entries with one name the last counts, its mode too. */
	ZT_CLEANUP(close_fd)
	int fd = open(zt_str_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0 || fchmod(fd, mode) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot create %s", zt_str_text(&path));
	if (archive_read_data_into_fd(reader, fd) != ARCHIVE_OK)
		return zt_error_set(ret_error, ZT_E_IO, "cannot unpack %s: %s", zt_str_text(&path),
				    archive_error_string(reader));
	return ZT_OK;
}

/* Unpacked beside and renamed: a folder with the digest's name is whole. */
static zt_status unpack(const char *dir, const char *sha256_hex, const char *folder, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str zip_path = ZT_STR(PATH_TEXT_MAX), beside = ZT_STR(PATH_TEXT_MAX);
	ZT_CLEANUP(zt_str_free) zt_str zip = ZT_STR(ZT_PACKAGE_BYTES_MAX);
	TRY(zt_str_printf(&zip_path, "%s/%s.zip", dir, sha256_hex));
	TRY(zt_str_printf(&beside, "%s/%s.new", dir, sha256_hex));
	TRY(zt_file_read(zt_str_text(&zip_path), &zip, ret_error));
	TRY(zt_path_remove(zt_str_text(&beside), ret_error));
	TRY(zt_dir_make(zt_str_text(&beside), 0700, ret_error));
	TRY(each_entry(zt_str_view(&zip), put_entry, beside.p, ret_error));
	if (rename(zt_str_text(&beside), folder) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot rename to %s", folder);
	return ZT_OK;
}

zt_status zt_package_open(const char *dir, const char *sha256_hex, zt_str *ret_folder, zt_error *ret_error)
{
	TRY(zt_str_printf(ret_folder, "%s/%s", dir, sha256_hex));
	if (access(zt_str_text(ret_folder), F_OK) == 0)
		return ZT_OK;
	return unpack(dir, sha256_hex, zt_str_text(ret_folder), ret_error);
}
