#include "port/linux/identity_files.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "base/secret.h"
#include "port/linux/key.h"
#include "port/linux/tls_context.h"

enum {
	LOOKS = 3, /* certificate and key are replaced one after the other: a moment later they may belong together */
	TICK_MS = 20, /* at least what file systems' times are apart: a file may change twice within it */
};

typedef struct {
	struct stat certificate, key;
	SSL_CTX *tls;
	zt_cert_info *leaf;
} pair;

static void free_pair(pair *p)
{
	SSL_CTX_free(p->tls);
	zt_cert_info_free(p->leaf);
}

static void free_key(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* By the clock that dates files. */
static bool is_settled(const struct stat *file)
{
	const struct timespec *then = &file->st_mtim;
	struct timespec now = { 0 };
	(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
	int64_t ms = ((int64_t)now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
	return ms >= TICK_MS;
}

static zt_status look_at(const char *path, struct stat *ret, zt_error *ret_error)
{
	if (stat(path, ret) != 0)
		return zt_error_errno(ret_error, errno == ENOENT ? ZT_E_NOT_FOUND : ZT_E_INVALID, "cannot look at %s",
				      path);
	/* A pipe would make us wait for whoever writes to it. */
	return S_ISREG(ret->st_mode) ? ZT_OK : zt_error_set(ret_error, ZT_E_INVALID, "%s is no file", path);
}

static zt_status look_at_both(const zt_identity_source *source, pair *ret, zt_error *ret_error)
{
	TRY(look_at(source->certificate_file, &ret->certificate, ret_error));
	if (!source->key && look_at(source->key_file, &ret->key, ret_error) != ZT_OK)
		return ZT_E_INVALID;
	return ZT_OK;
}

static zt_status read_key(const zt_identity_source *source, EVP_PKEY **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free_wiped) zt_str pem = ZT_STR(ZT_KEY_FILE_MAX);
	zt_error cause;
	if (source->key) {
		ENSURE(EVP_PKEY_up_ref(source->key) == 1, ZT_E_NOMEM);
		*ret = source->key;
		return ZT_OK;
	}
	TRY(zt_file_read(source->key_file, &pem, ret_error));
	zt_status status = zt_key_decode(zt_str_view(&pem), ret, &cause);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "%s: %s", source->key_file, cause.text);
}

static zt_status read_pair(const zt_identity_source *source, pair *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(ZT_CERTIFICATE_FILE_MAX);
	ZT_CLEANUP(free_key) EVP_PKEY *key = NULL;
	zt_error cause;
	TRY(look_at_both(source, ret, ret_error));
	TRY(zt_file_read(source->certificate_file, &pem, ret_error));
	TRY(read_key(source, &key, ret_error));
	TRY(zt_tls_context_new(source->roots, &ret->tls, ret_error));
	zt_status status = zt_cert_read_pem(zt_str_view(&pem), &ret->leaf, &cause);
	if (status == ZT_OK)
		status = zt_tls_context_show(ret->tls, zt_str_view(&pem), key, &cause);
	return status == ZT_OK ? ZT_OK
			       : zt_error_set(ret_error, status, "the certificate in %s cannot be used: %s",
					      source->certificate_file, cause.text);
}

static void take(zt_identity_files *files, pair *p)
{
	const zt_cert_info *leaf = p->leaf;
	zt_view name = zt_cert_common_name(leaf);
	bool is_other = strcmp(files->leaf_id, leaf->id) != 0;
	files->info = (zt_identity_info){ .not_before_ms = leaf->not_before_ms,
					  .not_after_ms = leaf->not_after_ms,
					  .generation = files->info.generation + is_other };
	if (name.n <= ZT_DEVICE_NAME_MAX && name.n)
		memcpy(files->info.name, name.p, name.n);
	memcpy(files->leaf_id, leaf->id, sizeof files->leaf_id);
	files->certificate = p->certificate;
	files->key = p->key;
	files->settled = is_settled(&p->certificate) && is_settled(&p->key);
	SSL_CTX_free(files->tls);
	files->tls = ZT_STEAL(p->tls);
}

static bool lies_there(const zt_identity_files *files)
{
	pair now = { 0 };
	return files->settled && look_at_both(&files->source, &now, NULL) == ZT_OK &&
	       is_same_file(&files->certificate, &now.certificate) && is_same_file(&files->key, &now.key);
}

static zt_status look(zt_identity_files *files)
{
	zt_status status = ZT_OK;
	files->settled = false;
	for (int i = 0; i < LOOKS; i++) {
		ZT_CLEANUP(free_pair) pair found = { 0 };
		status = read_pair(&files->source, &found, &files->error);
		if (status == ZT_OK) {
			take(files, &found);
			files->error = (zt_error){ 0 };
			return ZT_OK;
		}
	}
	return status == ZT_E_NOT_FOUND || status == ZT_E_NOMEM ? status : ZT_E_INVALID;
}

static zt_status current(void *context, zt_identity_info *ret)
{
	zt_identity_files *files = context;
	zt_status status = ZT_OK;
	if (lies_there(files))
		files->error = (zt_error){ 0 };
	else
		status = look(files);
	ENSURE(files->tls, status);
	*ret = files->info;
	return ZT_OK;
}

zt_identity zt_identity_from_files(zt_identity_files *files, const zt_identity_source *source)
{
	*files = (zt_identity_files){ .source = *source };
	return (zt_identity){ current, files };
}

void zt_identity_files_deinit(zt_identity_files *files)
{
	SSL_CTX_free(files->tls);
	files->tls = NULL;
}
