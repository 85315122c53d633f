#include "port/linux/identity_files.h"

#include <errno.h>
#include <string.h>

#include "base/fs.h"
#include "x509/read.h"

enum { CERTIFICATE_FILE_MAX = 64 * 1024 };

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static zt_status read_info(zt_identity_files *files, zt_identity_info *ret)
{
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(CERTIFICATE_FILE_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *cert = NULL;
	zt_status status = zt_file_read(files->certificate_file, &pem, &files->error);
	if (status != ZT_OK)
		return status == ZT_E_NOT_FOUND ? status : ZT_E_INVALID;
	ENSURE(zt_cert_read_pem(zt_str_view(&pem), &cert, &files->error) == ZT_OK, ZT_E_INVALID);
	zt_view name = zt_cert_common_name(cert);
	zt_identity_info info = { .not_before_ms = cert->not_before_ms,
				  .not_after_ms = cert->not_after_ms,
				  .generation = files->info.generation + 1 };
	if (name.n <= ZT_DEVICE_NAME_MAX && name.n)
		memcpy(info.name, name.p, name.n);
	*ret = info;
	return ZT_OK;
}

static zt_status current(void *context, zt_identity_info *ret)
{
	zt_identity_files *files = context;
	struct stat now;
	if (stat(files->certificate_file, &now) != 0)
		return zt_error_errno(&files->error, errno == ENOENT ? ZT_E_NOT_FOUND : ZT_E_INVALID,
				      "cannot look at %s", files->certificate_file);
	if (!files->known || !is_same_file(&files->seen, &now)) {
		TRY(read_info(files, &files->info));
		files->seen = now;
		files->known = true;
	}
	*ret = files->info;
	return ZT_OK;
}

zt_identity zt_identity_from_files(zt_identity_files *files, const char *certificate_file)
{
	*files = (zt_identity_files){ .certificate_file = certificate_file };
	return (zt_identity){ current, files };
}
