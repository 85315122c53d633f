/* The root access key, a row of the store, and the sessions of roles, which a restart ends (IAM API reference). */
#include "cloud/registry/fields.h"
#include "cloud/registry/iam_id.h"
#include "cloud/registry/link.h"
#include "cloud/registry/record.h"
#include "cloud/registry/roles.h"

/* Sessions at once: each is a worker of a function or a caller of AssumeRole; ours, AWS has no such limit. */
enum { SESSIONS_MAX = 1024 };
/* AWS STS API, AssumeRole. */
enum { DURATION_MIN_S = 900, DURATION_MAX_S = 43200 };
/* Root keys: IAM API, accessKeyIdType; the secret's limit is ours. */
enum { ROOT_ID_MIN = 16, ROOT_SECRET_MIN = 1, ROOT_SECRET_MAX = 256 };

static const zt_field root_id_field = { "accessKeyId", "a-zA-Z0-9_", "[\\w]+", ROOT_ID_MIN, 128, ZT_REFUSE_IAM_VALUE };

typedef struct {
	zt_row row; /* a session's node is in registry->sessions instead of its kind's index */
	zt_access_key key;
	zt_link by_expiry; /* of sessions alone */
} key_row;

static void key_row_free(key_row *row)
{
	zt_secret_wipe(&row->key.secret);
	zt_secret_wipe(&row->key.token);
	zt_link_free(&row->by_expiry);
	free(row);
}
ZT_DEFINE_CLEANUP(key_row, key_row_free)

static void key_free(zt_row *row)
{
	key_row_free((key_row *)row);
}

static zt_status key_row_new(zt_view id, zt_view secret, key_row **ret)
{
	ZT_CLEANUP(key_row_freep) key_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	TRY(zt_text_copy(row->key.id, sizeof row->key.id, id));
	TRY(zt_secret_set(&row->key.secret, secret));
	row->row.node.key = zt_view_of(row->key.id);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static zt_status root_row_new(const zt_registry *registry, zt_view id, zt_view secret, key_row **ret)
{
	const zt_account *account = &registry->account;
	TRY(key_row_new(id, secret, ret));
	zt_access_key *key = &(*ret)->key;
	(void)snprintf(key->principal_arn, sizeof key->principal_arn, "arn:%s:iam::%s:root", account->partition,
		       account->account);
	(void)snprintf(key->user_id, sizeof key->user_id, "%s", account->account);
	key->expires_ms = INT64_MAX;
	return ZT_OK;
}

/* The secret is the body: the JSON library would leave copies of it in memory. */
static zt_status key_encode(const zt_row *row, zt_str *out)
{
	return zt_record_write(json_object(), zt_secret_view(&((const key_row *)row)->key.secret), out);
}

static zt_status key_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	key_row *row = NULL;
	TRY(zt_record_open(record->value, &reader, ret_error));
	if (reader.body.n < ROOT_SECRET_MIN || reader.body.n > ROOT_SECRET_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "its secret is missing or too long");
	TRY(root_row_new(registry, record->key, reader.body, &row));
	*ret = &row->row;
	return ZT_OK;
}

const zt_noun zt_noun_access_key = { ZT_KIND_ACCESS_KEY, "access key", key_decode, key_encode, key_free, NULL, NULL };

/* A role of the same name that was made later is another one: the user id begins with the role's own. */
static bool role_still_is(const zt_registry *registry, const zt_access_key *key)
{
	const zt_role *role = zt_registry_role(registry, zt_view_of(key->role));
	return role && zt_view_starts(zt_view_of(key->user_id), zt_view_of(role->id));
}

const zt_access_key *zt_registry_access_key(const zt_registry *registry, zt_view id)
{
	const zt_node *session = zt_index_find(&registry->sessions, id);
	if (session) {
		const zt_access_key *key = &((const key_row *)session)->key;
		return role_still_is(registry, key) ? key : NULL;
	}
	const zt_row *root = zt_row_find(registry, ZT_KIND_ACCESS_KEY, id);
	return root ? &((const key_row *)root)->key : NULL;
}

const zt_access_key *zt_registry_root_key(const zt_registry *registry)
{
	const zt_row *root = zt_row_after(registry, ZT_KIND_ACCESS_KEY, ZT_VIEW_EMPTY);
	return root ? &((const key_row *)root)->key : NULL;
}

static zt_status replace_root_key(zt_txn *txn, key_row *row)
{
	zt_row *old = zt_row_after(zt_txn_registry(txn), ZT_KIND_ACCESS_KEY, ZT_VIEW_EMPTY);
	if (old && !zt_view_equal(old->node.key, row->row.node.key)) {
		zt_status status = zt_txn_drop(txn, &zt_noun_access_key, old);
		if (status != ZT_OK) {
			key_row_free(row);
			return status;
		}
	}
	return zt_txn_put(txn, &zt_noun_access_key, &row->row);
}

zt_status zt_txn_root_key_put(zt_txn *txn, zt_view id, zt_view secret, zt_error *ret_error)
{
	key_row *row = NULL;
	TRY(zt_field_check(&root_id_field, id, ret_error));
	if (secret.n < ROOT_SECRET_MIN || secret.n > ROOT_SECRET_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_VALUE,
				 "The secret access key must have a length between %d and %d", ROOT_SECRET_MIN,
				 ROOT_SECRET_MAX);
	TRY(root_row_new(zt_txn_registry(txn), id, secret, &row));
	size_t mark = zt_txn_mark(txn);
	zt_status status = replace_root_key(txn, row);
	if (status != ZT_OK)
		zt_txn_rewind(txn, mark);
	return status;
}

static void end_session(zt_registry *registry, key_row *row)
{
	zt_index_take(&registry->sessions, &row->row.node);
	zt_index_take(&registry->sessions_by_expiry, &row->by_expiry.node);
	key_row_free(row);
}

static key_row *first_to_expire(const zt_registry *registry)
{
	return (key_row *)zt_link_at(&registry->sessions_by_expiry, ZT_VIEW_EMPTY, 0);
}

static void end_expired(zt_registry *registry)
{
	int64_t now_ms = zt_registry_now_ms(registry);
	for (key_row *row; (row = first_to_expire(registry)) && row->key.expires_ms <= now_ms;)
		end_session(registry, row);
}

void zt_sessions_free(zt_registry *registry)
{
	for (key_row *row; (row = first_to_expire(registry));)
		end_session(registry, row);
}

static zt_status fill_session(const zt_registry *registry, const zt_role *role, zt_view session_name,
			      unsigned duration_s, key_row *row)
{
	char token[ZT_IAM_TOKEN_CHARS + 1], time[ZT_TIME_KEY + 1];
	const zt_account *account = &registry->account;
	zt_access_key *key = &row->key;
	zt_iam_secret(token, sizeof token);
	TRY(zt_secret_set(&key->token, zt_view_of(token)));
	zt_wipe(token, sizeof token);
	(void)snprintf(key->principal_arn, sizeof key->principal_arn, "arn:%s:sts::%s:assumed-role/%s/%.*s",
		       account->partition, account->account, role->name, ZT_PRI(session_name));
	(void)snprintf(key->user_id, sizeof key->user_id, "%s:%.*s", role->id, ZT_PRI(session_name));
	memcpy(key->role, role->name, sizeof key->role);
	key->expires_ms = zt_registry_now_ms(registry) + (int64_t)duration_s * 1000;
	return ZT_LINK_MAKE(&row->by_expiry, &row->row, zt_time_key(key->expires_ms, time), row->row.node.key);
}

static zt_status check_session(const zt_registry *registry, const zt_role *role, zt_view session_name,
			       unsigned duration_s, zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_session_name, session_name, ret_error));
	if (duration_s < DURATION_MIN_S || duration_s > DURATION_MAX_S)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_VALUE, "durationSeconds must have a value between %d and %d",
				 DURATION_MIN_S, DURATION_MAX_S);
	if (duration_s > role->max_session_s)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_VALUE,
				 "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
	if (zt_index_count(&registry->sessions) >= SESSIONS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_LIMIT, "There are %d sessions already", SESSIONS_MAX);
	return ZT_OK;
}

zt_status zt_registry_session_new(zt_registry *registry, const zt_role *role, zt_view session_name, unsigned duration_s,
				  const zt_access_key **ret, zt_error *ret_error)
{
	ZT_CLEANUP(key_row_freep) key_row *row = NULL;
	char id[21], secret[ZT_IAM_SECRET_CHARS + 1];
	end_expired(registry);
	TRY(check_session(registry, role, session_name, duration_s, ret_error));
	do
		zt_iam_id("ASIA", id, sizeof id);
	while (zt_index_find(&registry->sessions, zt_view_of(id)));
	zt_iam_secret(secret, sizeof secret);
	zt_status status = key_row_new(zt_view_of(id), zt_view_of(secret), &row);
	zt_wipe(secret, sizeof secret);
	TRY(status);
	TRY(fill_session(registry, role, session_name, duration_s, row));
	zt_index_put(&registry->sessions, &row->row.node);
	zt_index_put(&registry->sessions_by_expiry, &row->by_expiry.node);
	*ret = &ZT_STEAL(row)->key;
	return ZT_OK;
}
