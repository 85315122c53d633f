#include "cloud/lambda/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
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

/* ---- unpacking ---- */

typedef struct {
	const char *folder;
	uint64_t bytes; /* so far, of all files */
} unpacking;

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static zt_status make_parents(const char *path, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str parent = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_str_put_text(&parent, path));
	*strrchr(parent.p, '/') = 0;
	return zt_dir_make(parent.p, 0700, ret_error);
}

static zt_status write_all(int fd, zt_view bytes, const char *path, zt_error *ret_error)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);
		if (put <= 0)
			return zt_error_errno(ret_error, ZT_E_IO, "cannot write %s", path);
		bytes = zt_view_from(bytes, (size_t)put);
	}
	return ZT_OK;
}

/* Counts the bytes themselves: sizes in headers may lie. */
static zt_status put_data(unpacking *u, struct archive *reader, int fd, const char *path, zt_error *ret_error)
{
	uint8_t chunk[CHUNK];
	for (la_ssize_t n; (n = archive_read_data(reader, chunk, sizeof chunk)) != 0;) {
		if (n < 0)
			return bad_zip(ret_error, "it is damaged");
		u->bytes += (uint64_t)n;
		if (u->bytes > ZT_PACKAGE_UNPACKED_MAX)
			return zt_error_coded(ret_error, ZT_E_LIMIT, "InvalidParameterValueException",
					      "Unzipped size must be smaller than %d bytes", ZT_PACKAGE_UNPACKED_MAX);
		TRY(write_all(fd, zt_view_make(chunk, (size_t)n), path, ret_error));
	}
	return ZT_OK;
}

static zt_status put_entry(unpacking *u, struct archive *reader, struct archive_entry *entry, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	TRY(zt_path_join(&path, u->folder, archive_entry_pathname(entry)));
	if (archive_entry_filetype(entry) == AE_IFDIR)
		return zt_dir_make(zt_str_text(&path), 0700, ret_error);
	TRY(make_parents(zt_str_text(&path), ret_error));
	const mode_t mode = (archive_entry_perm(entry) & 0100) ? 0700 : 0600;
	/* Of entries with one name the last counts, its mode too. */
	if (unlink(zt_str_text(&path)) != 0 && errno != ENOENT)
		return bad_zip(ret_error, "a file has the name of a folder");
	ZT_CLEANUP(close_fd)
	int fd = open(zt_str_text(&path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot create %s", zt_str_text(&path));
	return put_data(u, reader, fd, zt_str_text(&path), ret_error);
}

static zt_status walk(zt_view zip, const char *folder, zt_error *ret_error)
{
	ZT_CLEANUP(reader_free) struct archive *reader = NULL;
	struct archive_entry *entry;
	unpacking u = { .folder = folder };
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
		TRY(put_entry(&u, reader, entry, ret_error));
	}
}

/* libarchive gives names in the thread's locale, and none that it cannot show. */
static zt_status put_all(zt_view zip, const char *folder, zt_error *ret_error)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	if (!utf8)
		return zt_error_errno(ret_error, ZT_E_INTERNAL, "there is no locale C.UTF-8");
	locale_t before = uselocale(utf8);
	zt_status status = walk(zip, folder, ret_error);
	(void)uselocale(before);
	freelocale(utf8);
	return status;
}

static zt_status check_bootstrap(const char *folder, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	struct stat seen;
	TRY(zt_path_join(&path, folder, "bootstrap"));
	if (stat(zt_str_text(&path), &seen) == 0 && S_ISREG(seen.st_mode) && (seen.st_mode & 0100))
		return ZT_OK;
	return zt_error_coded(ret_error, ZT_E_INVALID, "InvalidParameterValueException",
			      "The package has no executable file named bootstrap at its root");
}

/* Unpacked beside and renamed by the caller: a folder with the digest's name is whole. */
static zt_status unpack(zt_view zip, const char *beside, zt_error *ret_error)
{
	TRY(zt_path_remove(beside, ret_error));
	TRY(zt_dir_make(beside, 0700, ret_error));
	zt_status status = put_all(zip, beside, ret_error);
	if (status == ZT_OK)
		status = check_bootstrap(beside, ret_error);
	if (status != ZT_OK && zt_path_remove(beside, NULL) != ZT_OK)
		return status; /* the next sweep removes it */
	return status;
}

/* ---- keeping ---- */

typedef struct {
	zt_str zip, folder, beside;
} places;

static void free_places(places *p)
{
	zt_str_free(&p->zip);
	zt_str_free(&p->folder);
	zt_str_free(&p->beside);
}

static zt_status find_places(const char *dir, const char *sha256_hex, places *ret)
{
	*ret = (places){ ZT_STR(PATH_TEXT_MAX), ZT_STR(PATH_TEXT_MAX), ZT_STR(PATH_TEXT_MAX) };
	TRY(zt_str_printf(&ret->zip, "%s/%s.zip", dir, sha256_hex));
	TRY(zt_str_printf(&ret->folder, "%s/%s", dir, sha256_hex));
	return zt_str_printf(&ret->beside, "%s/%s.new", dir, sha256_hex);
}

static bool exists(const zt_str *path)
{
	return access(zt_str_text(path), F_OK) == 0;
}

static zt_status move_in(const places *p, zt_error *ret_error)
{
	if (rename(p->beside.p, p->folder.p) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot rename to %s", p->folder.p);
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
	ZT_CLEANUP(free_places) places p = { 0 };
	zt_package package;
	if (zip.n > ZT_PACKAGE_BYTES_MAX)
		return zt_error_coded(ret_error, ZT_E_LIMIT, "InvalidParameterValueException",
				      "The package is larger than %d bytes", ZT_PACKAGE_BYTES_MAX);
	TRY(fill_package(zip, &package));
	TRY(find_places(dir, package.sha256_hex, &p));
	if (!exists(&p.folder) || !exists(&p.zip)) {
		TRY(zt_path_remove(p.folder.p, ret_error));
		TRY(unpack(zip, p.beside.p, ret_error));
		TRY(zt_file_write(p.zip.p, zip, 0600, ret_error));
		TRY(move_in(&p, ret_error));
	}
	*ret = package;
	return ZT_OK;
}

zt_status zt_package_open(const char *dir, const char *sha256_hex, zt_str *ret_folder, zt_error *ret_error)
{
	ZT_CLEANUP(free_places) places p = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str zip = ZT_STR(ZT_PACKAGE_BYTES_MAX);
	TRY(find_places(dir, sha256_hex, &p));
	if (!exists(&p.folder)) {
		TRY(zt_file_read(p.zip.p, &zip, ret_error));
		TRY(unpack(zt_str_view(&zip), p.beside.p, ret_error));
		TRY(move_in(&p, ret_error));
	}
	return zt_str_put(ret_folder, zt_str_view(&p.folder));
}

/* ---- sweeping ---- */

static bool is_used(const zt_registry *registry, const char *file)
{
	const zt_function *function = zt_registry_next_function(registry, ZT_VIEW_EMPTY);
	for (; function; function = zt_registry_next_function(registry, zt_view_of(function->name))) {
		zt_view rest = zt_view_of(file);
		if (zt_view_take_prefix(&rest, zt_view_of(function->code_sha256)) &&
		    zt_view_equal(rest, ZT_LIT(".zip")))
			return true;
	}
	return false;
}

zt_status zt_package_sweep(const char *dir, const zt_registry *registry, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(PATH_TEXT_MAX);
	DIR *entries = opendir(dir);
	zt_status status = ZT_OK;
	if (!entries)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot read %s", dir);
	for (const struct dirent *entry; status == ZT_OK && (entry = readdir(entries)) != NULL;) {
		if (entry->d_name[0] == '.' || is_used(registry, entry->d_name))
			continue;
		status = zt_path_join(&path, dir, entry->d_name);
		if (status == ZT_OK)
			status = zt_path_remove(zt_str_text(&path), ret_error);
	}
	(void)closedir(entries);
	return status;
}
