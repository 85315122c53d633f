#include "cloud/daemon/credentials.h"

#include "base/fs.h"
#include "base/random.h"

enum { FILE_MAX = 8192, ID_RANDOM = 16, SECRET_CHARACTERS = 40 };

static void random_text(const char *alphabet, char *ret, size_t n)
{
	zt_view letters = zt_view_of(alphabet);
	for (size_t i = 0; i < n; i++)
		ret[i] = (char)letters.p[zt_random_below(letters.n)];
	ret[n] = 0;
}

/* AKIA marks a long-lived key; AWS's ids are base 32, its secrets 40 characters (IAM User Guide, "unique identifiers").
 */
static zt_status make(zt_root_key *ret)
{
	char secret[SECRET_CHARACTERS + 1];
	memcpy(ret->id, "AKIA", 4);
	random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ret->id + 4, ID_RANDOM);
	random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", secret, SECRET_CHARACTERS);
	zt_status status = zt_secret_set(&ret->secret, zt_view_of(secret));
	zt_wipe(secret, sizeof secret);
	return status;
}

static zt_status set(zt_view id, zt_view secret, const char *path, zt_root_key *ret, zt_error *ret_error)
{
	if (id.n < 16 || secret.n < 16 || zt_text_copy(ret->id, sizeof ret->id, id) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s: id and secret want at least 16 characters each",
				    path);
	return zt_secret_set(&ret->secret, secret);
}

static zt_status from_key_file(const char *path, zt_root_key *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free_wiped) zt_str text = ZT_STR(FILE_MAX);
	TRY(zt_file_read_private(path, &text, ret_error));
	zt_view secret = zt_view_trim(zt_str_view(&text)), id;
	if (!zt_view_split(&secret, ':', &id))
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s: one line ID:SECRET is expected", path);
	return set(id, secret, path, ret, ret_error);
}

/* Our own file: the lines after '=' in the order that zt_root_key_write gives them. */
static zt_status from_credentials(const char *path, zt_root_key *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free_wiped) zt_str text = ZT_STR(FILE_MAX);
	TRY(zt_file_read(path, &text, ret_error));
	zt_view rest = zt_str_view(&text), line, id = ZT_VIEW_EMPTY, secret = ZT_VIEW_EMPTY;
	while (zt_view_split(&rest, '\n', &line)) {
		if (zt_view_take_prefix(&line, ZT_LIT("aws_access_key_id = ")))
			id = zt_view_trim(line);
		else if (zt_view_take_prefix(&line, ZT_LIT("aws_secret_access_key = ")))
			secret = zt_view_trim(line);
	}
	return set(id, secret, path, ret, ret_error);
}

zt_status zt_root_key_read(const char *data_dir, const char *file, zt_root_key *ret, zt_error *ret_error)
{
	if (file)
		return from_key_file(file, ret, ret_error);
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(4096);
	TRY(zt_path_join(&path, data_dir, "credentials"));
	zt_status status = from_credentials(zt_str_text(&path), ret, ret_error);
	return status == ZT_E_NOT_FOUND ? make(ret) : status;
}

zt_status zt_root_key_write(const char *data_dir, const zt_root_key *key, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(4096);
	ZT_CLEANUP(zt_str_free_wiped) zt_str text = ZT_STR(FILE_MAX);
	TRY(zt_path_join(&path, data_dir, "credentials"));
	TRY(zt_str_printf(&text, "[default]\naws_access_key_id = %s\naws_secret_access_key = %.*s\n", key->id,
			  ZT_PRI(zt_secret_view(&key->secret))));
	return zt_file_write(zt_str_text(&path), zt_str_view(&text), 0600, ret_error);
}
