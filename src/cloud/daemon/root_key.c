#include "cloud/daemon/root_key.h"

#include "base/fs.h"
#include "base/random.h"
#include "base/secret.h"
#include "cloud/registry/roles.h"

typedef struct {
	char id[129];
	zt_secret secret;
} root_key;

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
static zt_status make(root_key *ret)
{
	char secret[SECRET_CHARACTERS + 1];
	memcpy(ret->id, "AKIA", 4);
	random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ret->id + 4, ID_RANDOM);
	random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", secret, SECRET_CHARACTERS);
	zt_status status = zt_secret_set(&ret->secret, zt_view_of(secret));
	zt_wipe(secret, sizeof secret);
	return status;
}

static zt_status set(zt_view id, zt_view secret, const char *path, root_key *ret, zt_error *ret_error)
{
	if (id.n < 16 || secret.n < 16 || zt_text_copy(ret->id, sizeof ret->id, id) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s: id and secret want at least 16 characters each",
				    path);
	return zt_secret_set(&ret->secret, secret);
}

static zt_status from_key_file(const char *path, root_key *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free_wiped) zt_str text = ZT_STR(FILE_MAX);
	TRY(zt_file_read_private(path, &text, ret_error));
	zt_view secret = zt_view_trim(zt_str_view(&text)), id;
	if (!zt_view_split(&secret, ':', &id))
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s: one line ID:SECRET is expected", path);
	return set(id, secret, path, ret, ret_error);
}

/* Our own file: the lines after '=' in the order that write_key gives them. */
static zt_status from_credentials(const char *path, root_key *ret, zt_error *ret_error)
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

static zt_status read_key(const char *data_dir, const char *file, root_key *ret, zt_error *ret_error)
{
	if (file)
		return from_key_file(file, ret, ret_error);
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(4096);
	TRY(zt_path_join(&path, data_dir, "credentials"));
	zt_status status = from_credentials(zt_str_text(&path), ret, ret_error);
	return status == ZT_E_NOT_FOUND ? make(ret) : status;
}

static zt_status write_key(const char *data_dir, const root_key *key, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(4096);
	ZT_CLEANUP(zt_str_free_wiped) zt_str text = ZT_STR(FILE_MAX);
	TRY(zt_path_join(&path, data_dir, "credentials"));
	TRY(zt_str_printf(&text, "[default]\naws_access_key_id = %s\naws_secret_access_key = %.*s\n", key->id,
			  ZT_PRI(zt_secret_view(&key->secret))));
	return zt_file_write(zt_str_text(&path), zt_str_view(&text), 0600, ret_error);
}

typedef struct {
	bool ended;
	zt_status status;
} commit_wait;

static void commit_ended(void *context, zt_status status)
{
	commit_wait *wait = context;
	wait->status = status;
	wait->ended = true;
}

static zt_status keep(struct event_base *loop, zt_registry *registry, const root_key *key, zt_error *ret_error)
{
	zt_txn *txn;
	TRY(zt_txn_begin(registry, &txn));
	zt_status status = zt_txn_root_key_put(txn, zt_view_of(key->id), zt_secret_view(&key->secret), ret_error);
	if (status != ZT_OK) {
		zt_txn_abort(txn);
		return status;
	}
	commit_wait wait = { 0 };
	zt_txn_commit(txn, commit_ended, &wait);
	while (!wait.ended)
		ENSURE(event_base_loop(loop, EVLOOP_ONCE) >= 0, ZT_E_INTERNAL);
	if (wait.status != ZT_OK)
		return zt_error_set(ret_error, wait.status, "the root key cannot be kept: %s",
				    zt_status_text(wait.status));
	return ZT_OK;
}

zt_status zt_root_key_open(struct event_base *loop, zt_registry *registry, const char *data_dir, const char *file,
			   zt_error *ret_error)
{
	root_key key = { 0 };
	zt_status status = read_key(data_dir, file, &key, ret_error);
	if (status == ZT_OK)
		status = keep(loop, registry, &key, ret_error);
	if (status == ZT_OK)
		status = write_key(data_dir, &key, ret_error);
	zt_wipe(&key, sizeof key);
	return status;
}
