/* Making, changing and deleting roles (IAM user guide, "IAM and AWS STS quotas"). */
#include "base/json.h"
#include "cloud/registry/fields.h"
#include "cloud/registry/iam_id.h"
#include "cloud/registry/role_row.h"

enum {
	TRUST_CHARS_MAX = 2048,
	INLINE_CHARS_MAX = 10240, /* all inline policies of a role together */
	ATTACHED_MAX = 10,
	ROLES_MAX = 1000,
	DESCRIPTION_MAX = 1000,
	SESSION_MIN_S = 3600,
	SESSION_MAX_S = 43200,
};

static zt_status check_trust_size(zt_view document, zt_error *ret_error)
{
	if (zt_field_characters(document) > TRUST_CHARS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_LIMIT, "Cannot exceed quota for ACLSizePerRole: %d",
				 TRUST_CHARS_MAX);
	return ZT_OK;
}

static zt_status check_path(zt_view path, zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_role_path, path, ret_error));
	if (path.p[0] != '/' || path.p[path.n - 1] != '/')
		return zt_refuse(
		    ret_error, ZT_REFUSE_IAM_VALUE,
		    "The specified value for path is invalid. It must begin and end with / and contain only "
		    "alphanumeric characters and/or / characters.");
	return ZT_OK;
}

static zt_status check_spec(const zt_role_spec *spec, zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_role_name, spec->name, ret_error));
	if (spec->path.n)
		TRY(check_path(spec->path, ret_error));
	if (spec->description.n > DESCRIPTION_MAX || !zt_view_is_utf8(spec->description))
		return zt_refuse(ret_error, ZT_REFUSE_IAM_VALUE,
				 "description must have length less than or equal to %d", DESCRIPTION_MAX);
	if (spec->max_session_s && (spec->max_session_s < SESSION_MIN_S || spec->max_session_s > SESSION_MAX_S))
		return zt_refuse(ret_error, ZT_REFUSE_IAM_VALUE,
				 "maxSessionDuration must have a value between %d and %d", SESSION_MIN_S,
				 SESSION_MAX_S);
	return check_trust_size(spec->trust_document, ret_error);
}

static zt_status fill(const zt_registry *registry, const zt_role_spec *spec, zt_role_row *row, zt_error *ret_error)
{
	zt_role *role = &row->role;
	zt_iam_id("AROA", role->id, sizeof role->id);
	zt_text_cut(role->path, sizeof role->path, spec->path.n ? spec->path : ZT_LIT("/"));
	role->max_session_s = spec->max_session_s ? spec->max_session_s : SESSION_MIN_S;
	role->created_ms = zt_registry_now_ms(registry);
	role->attached = json_array();
	role->description = spec->description.n ? zt_view_dup(spec->description) : NULL;
	ENSURE(role->attached && (role->description || spec->description.n == 0), ZT_E_NOMEM);
	return zt_role_row_set_trust(row, spec->trust_document, ret_error);
}

zt_status zt_txn_role_create(zt_txn *txn, const zt_role_spec *spec, const zt_role **ret, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_role_row_freep) zt_role_row *row = NULL;
	TRY(check_spec(spec, ret_error));
	if (zt_registry_role(registry, spec->name))
		return zt_refuse(ret_error, ZT_REFUSE_IAM_EXISTS, "Role with name %.*s already exists.",
				 ZT_PRI(spec->name));
	if (zt_index_count(&registry->rows[ZT_KIND_ROLE]) >= ROLES_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_LIMIT, "Cannot exceed quota for RolesPerAccount: %d",
				 ROLES_MAX);
	TRY(zt_role_row_new(spec->name, &row));
	TRY(fill(registry, spec, row, ret_error));
	const zt_role *role = &row->role;
	TRY(zt_txn_put(txn, &zt_noun_role, &ZT_STEAL(row)->row));
	*ret = role;
	return ZT_OK;
}

static zt_status find_role(zt_txn *txn, zt_view name, const zt_role **ret, zt_error *ret_error)
{
	const zt_role *role = zt_registry_role(zt_txn_registry(txn), name);
	if (!role)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_NOT_FOUND, "The role with name %.*s cannot be found.",
				 ZT_PRI(name));
	*ret = role;
	return ZT_OK;
}

zt_status zt_txn_role_trust(zt_txn *txn, zt_view name, zt_view trust_document, zt_error *ret_error)
{
	ZT_CLEANUP(zt_role_row_freep) zt_role_row *row = NULL;
	const zt_role *role = NULL;
	TRY(find_role(txn, name, &role, ret_error));
	TRY(check_trust_size(trust_document, ret_error));
	TRY(zt_role_row_copy(role, 0, &row));
	TRY(zt_role_row_set_trust(row, trust_document, ret_error));
	return zt_txn_put(txn, &zt_noun_role, &ZT_STEAL(row)->row);
}

zt_status zt_txn_role_delete(zt_txn *txn, zt_view name, zt_error *ret_error)
{
	const zt_role *role = NULL;
	TRY(find_role(txn, name, &role, ret_error));
	if (role->policy_count)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_DELETE, "Cannot delete entity, must delete policies first.");
	if (json_array_size(role->attached))
		return zt_refuse(ret_error, ZT_REFUSE_IAM_DELETE,
				 "Cannot delete entity, must detach all policies first.");
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	TRY(zt_account_role_arn(&registry->account, name, &arn));
	return zt_txn_drop_tagged(txn, &zt_noun_role, zt_row_find(registry, ZT_KIND_ROLE, name), zt_str_view(&arn));
}

/* Where the policy stands in the order of names, or would stand. */
static size_t place_of(const zt_role *role, zt_view policy)
{
	size_t at = 0;
	while (at < role->policy_count && zt_view_compare(zt_view_of(role->policies[at].name), policy) < 0)
		at++;
	return at;
}

static bool has_at(const zt_role *role, size_t at, zt_view policy)
{
	return at < role->policy_count && zt_view_equal(zt_view_of(role->policies[at].name), policy);
}

static zt_status check_inline_size(const zt_role *role, zt_view policy, zt_view document, zt_error *ret_error)
{
	size_t characters = zt_field_characters(document);
	for (size_t i = 0; i < role->policy_count; i++)
		if (!zt_view_equal(zt_view_of(role->policies[i].name), policy))
			characters += zt_field_characters(zt_view_of(role->policies[i].document));
	if (characters > INLINE_CHARS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_LIMIT, "Maximum policy size of %d bytes exceeded for role %s",
				 INLINE_CHARS_MAX, role->name);
	return ZT_OK;
}

zt_status zt_txn_role_policy_put(zt_txn *txn, zt_view name, zt_view policy, zt_view document, zt_error *ret_error)
{
	ZT_CLEANUP(zt_role_row_freep) zt_role_row *row = NULL;
	const zt_role *role = NULL;
	TRY(find_role(txn, name, &role, ret_error));
	TRY(zt_field_check(&zt_field_role_policy_name, policy, ret_error));
	TRY(check_inline_size(role, policy, document, ret_error));
	TRY(zt_role_row_copy(role, 1, &row));
	size_t at = place_of(role, policy);
	if (!has_at(role, at, policy)) {
		memmove(&row->policies[at + 1], &row->policies[at], (role->policy_count - at) * sizeof *row->policies);
		row->policies[at] = (zt_inline_policy){ .document = NULL };
		row->role.policy_count++;
	}
	TRY(zt_inline_policy_set(&row->policies[at], policy, document, ret_error));
	return zt_txn_put(txn, &zt_noun_role, &ZT_STEAL(row)->row);
}

zt_status zt_txn_role_policy_delete(zt_txn *txn, zt_view name, zt_view policy, zt_error *ret_error)
{
	ZT_CLEANUP(zt_role_row_freep) zt_role_row *row = NULL;
	const zt_role *role = NULL;
	TRY(find_role(txn, name, &role, ret_error));
	size_t at = place_of(role, policy);
	if (!has_at(role, at, policy))
		return zt_refuse(ret_error, ZT_REFUSE_IAM_NOT_FOUND, "The role policy with name %.*s cannot be found.",
				 ZT_PRI(policy));
	TRY(zt_role_row_copy(role, 0, &row));
	zt_inline_policy_clear(&row->policies[at]);
	row->role.policy_count--;
	memmove(&row->policies[at], &row->policies[at + 1], (row->role.policy_count - at) * sizeof *row->policies);
	return zt_txn_put(txn, &zt_noun_role, &ZT_STEAL(row)->row);
}

/* AWS's own managed policies; nothing makes others here. */
static bool is_managed(const zt_registry *registry, zt_view arn)
{
	zt_view rest = arn;
	return zt_view_take_prefix(&rest, ZT_LIT("arn:")) &&
	       zt_view_take_prefix(&rest, zt_view_of(registry->account.partition)) &&
	       zt_view_take_prefix(&rest, ZT_LIT(":iam::aws:policy/")) && rest.n > 0 && zt_view_is_utf8(rest);
}

static size_t attached_at(const zt_role *role, zt_view arn)
{
	size_t at = 0;
	while (at < json_array_size(role->attached) &&
	       !zt_view_equal(zt_view_of(json_string_value(json_array_get(role->attached, at))), arn))
		at++;
	return at;
}

static zt_status check_attach(const zt_registry *registry, const zt_role *role, zt_view arn, zt_error *ret_error)
{
	if (!is_managed(registry, arn))
		return zt_refuse(ret_error, ZT_REFUSE_IAM_NOT_FOUND, "Policy %.*s does not exist or is not attachable.",
				 ZT_PRI(arn));
	if (json_array_size(role->attached) >= ATTACHED_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_LIMIT, "Cannot exceed quota for PoliciesPerRole: %d",
				 ATTACHED_MAX);
	return ZT_OK;
}

zt_status zt_txn_role_attach(zt_txn *txn, zt_view name, zt_view arn, bool attach, zt_error *ret_error)
{
	ZT_CLEANUP(zt_role_row_freep) zt_role_row *row = NULL;
	const zt_role *role = NULL;
	TRY(find_role(txn, name, &role, ret_error));
	size_t at = attached_at(role, arn);
	bool attached = at < json_array_size(role->attached);
	if (attach && attached)
		return ZT_OK;
	if (!attach && !attached)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_NOT_FOUND, "Policy %.*s was not found.", ZT_PRI(arn));
	if (attach)
		TRY(check_attach(zt_txn_registry(txn), role, arn, ret_error));
	TRY(zt_role_row_copy(role, 0, &row));
	int failed = attach ? json_array_append_new(row->role.attached, zt_json_string(arn))
			    : json_array_remove(row->role.attached, at);
	ENSURE(failed == 0, ZT_E_NOMEM);
	return zt_txn_put(txn, &zt_noun_role, &ZT_STEAL(row)->row);
}
