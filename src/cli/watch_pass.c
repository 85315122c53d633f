#include "cli/watch_pass.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "aws/iot_certificate.h"
#include "aws/iot_policy.h"
#include "aws/sts.h"
#include "base/arn.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/random.h"
#include "base/timefmt.h"
#include "cli/place.h"
#include "mqtt/topic.h"

enum { DOCUMENT_MAX = 8192, FILE_MAX = 64 * 1024, DELETE_PATIENCE_MS = 10000, DELETE_PAUSE_MS = 300 };

/* ---- the policy ---- */

/* A filter's wildcards stand for '*' in a resource of iot:Receive; '+' and '#' would be literal there. */
static zt_status put_topic_pattern(zt_view filter, zt_str *out)
{
	filter = zt_filter_unshared(filter);
	for (size_t i = 0; i < filter.n; i++)
		TRY(zt_str_put_u8(out, filter.p[i] == '+' || filter.p[i] == '#' ? '*' : filter.p[i]));
	return ZT_OK;
}

static zt_status add_statement(json_t *statements, const char *action, const char *resource)
{
	json_t *one = json_pack("{s:s, s:s, s:s}", "Effect", "Allow", "Action", action, "Resource", resource);
	return one && json_array_append_new(statements, one) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status add_filter(json_t *statements, const char *arn_prefix, const char *filter)
{
	ZT_CLEANUP(zt_str_free) zt_str resource = ZT_STR(DOCUMENT_MAX);
	TRY(zt_str_printf(&resource, "%stopicfilter/%s", arn_prefix, filter));
	TRY(add_statement(statements, "iot:Subscribe", zt_str_text(&resource)));
	zt_str_clear(&resource);
	TRY(zt_str_printf(&resource, "%stopic/", arn_prefix));
	TRY(put_topic_pattern(zt_view_of(filter), &resource));
	return add_statement(statements, "iot:Receive", zt_str_text(&resource));
}

zt_status zt_pass_policy(const char *arn_prefix, const char *name, const char *const *filters, size_t count,
			 zt_str *ret_document)
{
	ZT_CLEANUP(zt_str_free) zt_str resource = ZT_STR(DOCUMENT_MAX);
	ZT_JSON_CLEANUP json_t *statements = json_array();
	ENSURE(statements, ZT_E_NOMEM);
	TRY(zt_str_printf(&resource, "%sclient/%s", arn_prefix, name));
	TRY(add_statement(statements, "iot:Connect", zt_str_text(&resource)));
	for (size_t i = 0; i < count; i++)
		TRY(add_filter(statements, arn_prefix, filters[i]));
	ZT_JSON_CLEANUP json_t *document = json_pack("{s:s, s:O}", "Version", "2012-10-17", "Statement", statements);
	ENSURE(document, ZT_E_NOMEM);
	return zt_json_write(document, ret_document);
}

/* ---- the folder ---- */

static zt_status passes_folder(zt_str *ret, zt_error *ret_error)
{
	TRY(zt_place_state("watch", ret, ret_error));
	return zt_dir_make(zt_str_text(ret), 0700, ret_error);
}

static zt_status file_in(const zt_pass *pass, const char *name, zt_str *ret_path)
{
	return zt_path_join(ret_path, pass->folder, name);
}

static zt_status write_in(const zt_pass *pass, const char *name, zt_view bytes, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(2 * ZT_PASS_PATH_MAX);
	TRY(file_in(pass, name, &path));
	return zt_file_write(zt_str_text(&path), bytes, 0600, ret_error);
}

static zt_status read_in(const zt_pass *pass, const char *name, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(2 * ZT_PASS_PATH_MAX);
	TRY(file_in(pass, name, &path));
	return zt_file_read(zt_str_text(&path), out, NULL);
}

/* Fills the names of `pass`; nothing is made. */
static zt_status name_it(zt_pass *pass, const char *folder, const char *name)
{
	int n = snprintf(pass->name, sizeof pass->name, "%s", name);
	ENSURE(n > 0 && (size_t)n < sizeof pass->name, ZT_E_LIMIT);
	n = snprintf(pass->folder, sizeof pass->folder, "%s/%s", folder, name);
	ENSURE(n > 0 && (size_t)n < sizeof pass->folder, ZT_E_LIMIT);
	(void)snprintf(pass->certificate_file, sizeof pass->certificate_file, "%s/certificate.pem", pass->folder);
	(void)snprintf(pass->key_file, sizeof pass->key_file, "%s/key.pem", pass->folder);
	return ZT_OK;
}

/* ZT_E_AGAIN when a living watcher holds it. */
static zt_status lock(zt_pass *pass, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(2 * ZT_PASS_PATH_MAX);
	TRY(file_in(pass, "lock", &path));
	pass->lock_fd = open(zt_str_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (pass->lock_fd < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot open %s", zt_str_text(&path));
	if (flock(pass->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return ZT_OK;
	(void)close(pass->lock_fd);
	pass->lock_fd = -1;
	return ZT_E_AGAIN;
}

static void unlock(zt_pass *pass)
{
	if (pass->lock_fd >= 0)
		(void)close(pass->lock_fd);
	pass->lock_fd = -1;
}

/* ---- the account ---- */

/* "arn:aws:iot:us-east-1:123456789012:" of the caller's account. */
static zt_status arn_prefix_of(zt_aws_client *client, zt_str *ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *identity = NULL;
	TRY(zt_sts_caller_identity(client, &identity, ret_error));
	zt_view partition = zt_arn_partition_of_region(zt_view_of(zt_aws_client_region(client)));
	return zt_str_printf(ret, "arn:%.*s:iot:%s:%.*s:", ZT_PRI(partition), zt_aws_client_region(client),
			     ZT_PRI(zt_json_view(identity, "Account")));
}

/* Which account a pass belongs to: one machine may watch several. */
static zt_status account_text(zt_aws_client *client, const char *arn_prefix, zt_str *ret)
{
	return zt_str_printf(ret, "%s %s\n", zt_aws_client_origin(client, ZT_AWS_IOT), arn_prefix);
}

static zt_status none_is_fine(zt_status status)
{
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

/* AWS may count a detached policy as attached for some seconds still. */
static zt_status delete_policy(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	const int64_t deadline = zt_time_mono_ms() + DELETE_PATIENCE_MS;
	for (;;) {
		zt_status status = none_is_fine(zt_iot_policy_delete(client, name, ret_error));
		if (status != ZT_E_CONFLICT || zt_time_mono_ms() > deadline)
			return status;
		(void)poll(NULL, 0, DELETE_PAUSE_MS);
	}
}

static zt_status remove_certificate(zt_aws_client *client, const zt_pass *pass, zt_view id, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *certificate = NULL;
	zt_status status = zt_iot_certificate_describe(client, id, &certificate, ret_error);
	if (status == ZT_E_NOT_FOUND)
		return ZT_OK;
	TRY(status);
	TRY(none_is_fine(zt_iot_certificate_update(client, id, ZT_LIT("INACTIVE"), ret_error)));
	TRY(none_is_fine(zt_iot_policy_detach(client, zt_view_of(pass->name),
					      zt_json_view(certificate, "certificateArn"), ret_error)));
	return none_is_fine(zt_iot_certificate_delete(client, id, true, ret_error));
}

zt_status zt_pass_remove(zt_aws_client *client, zt_pass *pass, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str id = ZT_STR(FILE_MAX);
	if (!pass->folder[0])
		return ZT_OK;
	if (read_in(pass, "certificate-id", &id) == ZT_OK)
		TRY(remove_certificate(client, pass, zt_view_trim(zt_str_view(&id)), ret_error));
	TRY(delete_policy(client, zt_view_of(pass->name), ret_error));
	TRY(zt_path_remove(pass->folder, ret_error));
	unlock(pass);
	pass->folder[0] = 0;
	return ZT_OK;
}

/* ---- making one ---- */

static zt_status keep_certificate(const zt_pass *pass, const json_t *made, zt_error *ret_error)
{
	TRY(write_in(pass, "certificate-id", zt_json_view(made, "certificateId"), ret_error));
	TRY(write_in(pass, "certificate.pem", zt_json_view(made, "certificatePem"), ret_error));
	return write_in(pass, "key.pem", zt_json_view(json_object_get(made, "keyPair"), "PrivateKey"), ret_error);
}

/* It stays inactive until its policy is on it and its id is on the disk: a kill in between leaves nothing that works.
 */
static zt_status make_certificate(zt_aws_client *client, const zt_pass *pass, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *made = NULL;
	TRY(zt_iot_certificate_create(client, false, &made, ret_error));
	TRY(keep_certificate(pass, made, ret_error));
	TRY(zt_iot_policy_attach(client, zt_view_of(pass->name), zt_json_view(made, "certificateArn"), ret_error));
	return zt_iot_certificate_update(client, zt_json_view(made, "certificateId"), ZT_LIT("ACTIVE"), ret_error);
}

zt_status zt_pass_make(zt_aws_client *client, const char *const *filters, size_t count, zt_pass *ret,
		       zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str folder = ZT_STR(ZT_PASS_PATH_MAX), prefix = ZT_STR(256), account = ZT_STR(1024);
	ZT_CLEANUP(zt_str_free) zt_str document = ZT_STR(DOCUMENT_MAX);
	ZT_JSON_CLEANUP json_t *policy = NULL;
	char uuid[ZT_UUID_TEXT], name[64];
	zt_uuid(uuid);
	(void)snprintf(name, sizeof name, "zerotouch-watch-%s", uuid);
	TRY(arn_prefix_of(client, &prefix, ret_error));
	TRY(passes_folder(&folder, ret_error));
	TRY(name_it(ret, zt_str_text(&folder), name));
	TRY(zt_dir_make(ret->folder, 0700, ret_error));
	TRY(lock(ret, ret_error));
	TRY(account_text(client, zt_str_text(&prefix), &account));
	TRY(write_in(ret, "account", zt_str_view(&account), ret_error));
	TRY(zt_pass_policy(zt_str_text(&prefix), name, filters, count, &document));
	TRY(zt_iot_policy_create(client, zt_view_of(name), zt_str_view(&document), NULL, &policy, ret_error));
	return make_certificate(client, ret, ret_error);
}

/* ---- the dead ---- */

/* Whether the pass is of this account and its watcher is dead; then it is locked. */
static bool is_dead(zt_pass *pass, zt_view account)
{
	ZT_CLEANUP(zt_str_free) zt_str kept = ZT_STR(FILE_MAX);
	if (lock(pass, NULL) != ZT_OK)
		return false;
	if (read_in(pass, "account", &kept) == ZT_OK && zt_view_equal(zt_str_view(&kept), account))
		return true;
	unlock(pass);
	return false;
}

static zt_status sweep_one(zt_aws_client *client, const char *folder, const char *name, zt_view account,
			   zt_error *ret_error)
{
	zt_pass pass = ZT_PASS_NONE;
	TRY(name_it(&pass, folder, name));
	if (!is_dead(&pass, account))
		return ZT_OK;
	zt_status status = zt_pass_remove(client, &pass, ret_error);
	unlock(&pass);
	return status;
}

zt_status zt_pass_sweep(zt_aws_client *client, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str folder = ZT_STR(ZT_PASS_PATH_MAX), prefix = ZT_STR(256), account = ZT_STR(1024);
	TRY(passes_folder(&folder, ret_error));
	TRY(arn_prefix_of(client, &prefix, ret_error));
	TRY(account_text(client, zt_str_text(&prefix), &account));
	DIR *dir = opendir(zt_str_text(&folder));
	if (!dir)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot read %s", zt_str_text(&folder));
	zt_status status = ZT_OK;
	for (struct dirent *entry; status == ZT_OK && (entry = readdir(dir));)
		if (zt_view_starts(zt_view_of(entry->d_name), ZT_LIT("zerotouch-watch-")))
			status =
			    sweep_one(client, zt_str_text(&folder), entry->d_name, zt_str_view(&account), ret_error);
	(void)closedir(dir);
	return status;
}
