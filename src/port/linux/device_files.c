#include "port/linux/device_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/secret.h"
#include "port/linux/identity_files.h"

enum { KEY_FILE_MAX = 16 * 1024 };

zt_status zt_device_files_init(zt_device_files *files, const char *dir)
{
	*files = (zt_device_files){ dir, ZT_STR(ZT_STATE_PATH_MAX), ZT_STR(ZT_STATE_PATH_MAX),
				    ZT_STR(ZT_STATE_PATH_MAX), ZT_STR(ZT_STATE_PATH_MAX) };
	TRY(zt_path_join(&files->root_key, dir, "root-key.pem"));
	TRY(zt_path_join(&files->identity, dir, "identity"));
	TRY(zt_path_join(&files->certificate, dir, "identity/certificate.pem"));
	return zt_path_join(&files->tls_key, dir, "identity/tls-key.pem");
}

void zt_device_files_deinit(zt_device_files *files)
{
	zt_str_free(&files->root_key);
	zt_str_free(&files->identity);
	zt_str_free(&files->certificate);
	zt_str_free(&files->tls_key);
}

static zt_status make_root_key(const zt_device_files *files, zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *key = NULL;
	ZT_CLEANUP(zt_str_free_wiped) zt_str pem = ZT_STR(KEY_FILE_MAX);
	TRY(zt_key_new(ZT_KEY_P256, &key, ret_error));
	TRY(zt_key_write_pem(key, &pem, ret_error));
	return zt_file_write(zt_str_text(&files->root_key), zt_str_view(&pem), 0600, ret_error);
}

/* Names that people and other programs use, which keep their place while the folder behind them is exchanged. */
static zt_status make_link(const zt_device_files *files, const char *name, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str link = ZT_STR(ZT_STATE_PATH_MAX), target = ZT_STR(ZT_STATE_PATH_MAX);
	TRY(zt_path_join(&link, files->dir, name));
	TRY(zt_path_join(&target, "identity", name));
	if (symlink(zt_str_text(&target), zt_str_text(&link)) != 0 && errno != EEXIST)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot create %s", zt_str_text(&link));
	return ZT_OK;
}

zt_status zt_device_files_make(const zt_device_files *files, bool *ret_made, zt_error *ret_error)
{
	TRY(zt_dir_make(files->dir, 0700, ret_error));
	if (chmod(files->dir, 0700) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot close %s to others", files->dir);
	bool missing = access(zt_str_text(&files->root_key), F_OK) != 0;
	if (missing)
		TRY(make_root_key(files, ret_error));
	TRY(make_link(files, "certificate.pem", ret_error));
	TRY(make_link(files, "tls-key.pem", ret_error));
	*ret_made = missing;
	return ZT_OK;
}

zt_status zt_device_files_root_key(const zt_device_files *files, zt_key **ret, zt_error *ret_error)
{
	const char *path = zt_str_text(&files->root_key);
	ZT_CLEANUP(zt_str_free_wiped) zt_str pem = ZT_STR(KEY_FILE_MAX);
	struct stat seen;
	zt_error cause;
	if (stat(path, &seen) != 0)
		return zt_error_errno(ret_error, ZT_E_CREDENTIALS,
				      "there is no root key %s (zerotouch-device init makes one)", path);
	if (seen.st_mode & 077)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "others may read the root key: chmod 600 %s", path);
	if (zt_file_read(path, &pem, &cause) != ZT_OK || zt_key_read_pem(zt_str_view(&pem), ret, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "the root key %s cannot be used: %s", path,
				    cause.text);
	return ZT_OK;
}

/* Loads both as a connection will. */
static zt_status check_pair(const char *certificate_file, const char *key_file, zt_error *ret_error)
{
	zt_identity_files files;
	zt_identity_info info;
	zt_identity identity = zt_identity_from_files(
	    &files, &(zt_identity_source){ .certificate_file = certificate_file, .key_file = key_file });
	zt_status status = identity.current(identity.context, &info);
	if (status != ZT_OK)
		(void)zt_error_set(ret_error, status, "%s", files.error.text);
	zt_identity_files_deinit(&files);
	return status;
}

static zt_status fill_folder(const char *folder, zt_view certificate_pem, zt_view key_pem, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str certificate = ZT_STR(ZT_STATE_PATH_MAX), key = ZT_STR(ZT_STATE_PATH_MAX);
	TRY(zt_path_join(&certificate, folder, "certificate.pem"));
	TRY(zt_path_join(&key, folder, "tls-key.pem"));
	TRY(zt_file_write(zt_str_text(&certificate), certificate_pem, 0600, ret_error));
	TRY(zt_file_write(zt_str_text(&key), key_pem, 0600, ret_error));
	return check_pair(zt_str_text(&certificate), zt_str_text(&key), ret_error);
}

/* Where the file system cannot exchange two names, there is a moment without either. */
static bool put_in_place(const char *fresh, const char *identity)
{
	if (renameat2(AT_FDCWD, fresh, AT_FDCWD, identity, RENAME_EXCHANGE) == 0)
		return true;
	if (errno == ENOENT)
		return rename(fresh, identity) == 0;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	return zt_path_remove(identity, NULL) == ZT_OK && rename(fresh, identity) == 0;
}

static bool sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	return done;
}

static zt_status replace_with(const zt_device_files *files, const char *fresh, zt_view certificate_pem, zt_view key_pem,
			      zt_error *ret_error)
{
	TRY(fill_folder(fresh, certificate_pem, key_pem, ret_error));
	if (!put_in_place(fresh, zt_str_text(&files->identity)) || !sync_folder(files->dir))
		return zt_error_errno(ret_error, ZT_E_IO, "cannot replace %s", zt_str_text(&files->identity));
	return ZT_OK;
}

zt_status zt_device_files_replace(const zt_device_files *files, zt_view certificate_pem, zt_view key_pem,
				  zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str fresh = ZT_STR(ZT_STATE_PATH_MAX);
	TRY(zt_path_join(&fresh, files->dir, "identity.XXXXXX"));
	if (!mkdtemp(fresh.p))
		return zt_error_errno(ret_error, ZT_E_IO, "cannot create a folder in %s", files->dir);
	zt_status status = replace_with(files, fresh.p, certificate_pem, key_pem, ret_error);
	/* After an exchange this name holds the old pair, after a failure the new one; neither is wanted. */
	zt_status removed = zt_path_remove(fresh.p, NULL);
	return status != ZT_OK ? status : removed;
}
