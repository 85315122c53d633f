/* IAM roles in memory and in the store. */
#include "base/arn.h"
#include "cloud/registry/record.h"
#include "cloud/registry/role_row.h"
#include "policy/evaluate.h"

static zt_status compile(zt_view document, zt_policy_kind kind, zt_policy **ret, zt_error *ret_error)
{
	zt_error cause = { 0 };
	zt_status status = zt_policy_parse(document, kind, ret, &cause);
	if (status != ZT_OK && status != ZT_E_NOMEM)
		return zt_refuse(ret_error, ZT_REFUSE_IAM_POLICY, "%s", cause.text);
	return status;
}

void zt_inline_policy_clear(zt_inline_policy *policy)
{
	free(policy->document);
	zt_policy_free((zt_policy *)(uintptr_t)policy->compiled);
	*policy = (zt_inline_policy){ .document = NULL };
}

zt_status zt_inline_policy_set(zt_inline_policy *policy, zt_view name, zt_view document, zt_error *ret_error)
{
	ZT_CLEANUP(zt_policy_freep) zt_policy *compiled = NULL;
	char kept[sizeof policy->name];
	TRY(zt_text_copy(kept, sizeof kept, name));
	TRY(compile(document, ZT_POLICY_IDENTITY, &compiled, ret_error));
	char *copy = zt_view_dup(document);
	ENSURE(copy, ZT_E_NOMEM);
	zt_inline_policy_clear(policy);
	memcpy(policy->name, kept, sizeof kept);
	policy->document = copy;
	policy->compiled = ZT_STEAL(compiled);
	return ZT_OK;
}

zt_status zt_role_row_set_trust(zt_role_row *row, zt_view document, zt_error *ret_error)
{
	ZT_CLEANUP(zt_policy_freep) zt_policy *compiled = NULL;
	TRY(compile(document, ZT_POLICY_TRUST, &compiled, ret_error));
	char *copy = zt_view_dup(document);
	ENSURE(copy, ZT_E_NOMEM);
	free(row->role.trust_document);
	zt_policy_free((zt_policy *)(uintptr_t)row->role.trust);
	row->role.trust_document = copy;
	row->role.trust = ZT_STEAL(compiled);
	return ZT_OK;
}

zt_status zt_role_row_new(zt_view name, zt_role_row **ret)
{
	ZT_CLEANUP(zt_role_row_freep) zt_role_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	TRY(zt_text_copy(row->role.name, sizeof row->role.name, name));
	row->row.node.key = zt_view_of(row->role.name);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static zt_status reserve_policies(zt_role_row *row, size_t count)
{
	row->role.policies = row->policies = calloc(count ? count : 1, sizeof *row->policies);
	return row->policies ? ZT_OK : ZT_E_NOMEM;
}

static zt_status copy_policies(const zt_role *role, size_t extra, zt_role_row *row)
{
	TRY(reserve_policies(row, role->policy_count + extra));
	for (size_t i = 0; i < role->policy_count; i++) {
		TRY(zt_inline_policy_set(&row->policies[i], zt_view_of(role->policies[i].name),
					 zt_view_of(role->policies[i].document), NULL));
		row->role.policy_count++;
	}
	return ZT_OK;
}

zt_status zt_role_row_copy(const zt_role *role, size_t extra, zt_role_row **ret)
{
	ZT_CLEANUP(zt_role_row_freep) zt_role_row *row = NULL;
	TRY(zt_role_row_new(zt_view_of(role->name), &row));
	memcpy(row->role.id, role->id, sizeof row->role.id);
	memcpy(row->role.path, role->path, sizeof row->role.path);
	row->role.max_session_s = role->max_session_s;
	row->role.created_ms = role->created_ms;
	row->role.attached = json_copy(role->attached);
	row->role.description = role->description ? zt_view_dup(zt_view_of(role->description)) : NULL;
	ENSURE(row->role.attached && (row->role.description || !role->description), ZT_E_NOMEM);
	TRY(zt_role_row_set_trust(row, zt_view_of(role->trust_document), NULL));
	TRY(copy_policies(role, extra, row));
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

void zt_role_row_free(zt_role_row *row)
{
	if (!row)
		return;
	for (size_t i = 0; i < row->role.policy_count; i++)
		zt_inline_policy_clear(&row->policies[i]);
	free(row->policies);
	free(row->role.description);
	free(row->role.trust_document);
	zt_policy_free((zt_policy *)(uintptr_t)row->role.trust);
	json_decref(row->role.attached);
	free(row);
}

static void role_free(zt_row *row)
{
	zt_role_row_free((zt_role_row *)row);
}

static json_t *policies_json(const zt_role *role)
{
	json_t *list = json_array();
	for (size_t i = 0; i < role->policy_count; i++)
		if (json_array_append_new(list,
					  json_pack("[ss]", role->policies[i].name, role->policies[i].document)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static zt_status role_encode(const zt_row *row, zt_str *out)
{
	const zt_role *role = &((const zt_role_row *)row)->role;
	return zt_record_write(json_pack("{ss ss ss* ss si sI so sO}", "id", role->id, "path", role->path,
					 "description", role->description, "trust", role->trust_document, "maxSession",
					 (int)role->max_session_s, "created", (json_int_t)role->created_ms, "policies",
					 policies_json(role), "attached", role->attached),
			       ZT_VIEW_EMPTY, out);
}

static zt_status read_policies(const zt_record_reader *reader, zt_role_row *row, zt_error *ret_error)
{
	const json_t *list = json_object_get(reader->head, "policies");
	TRY(reserve_policies(row, json_array_size(list)));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *name = json_string_value(json_array_get(item, 0)),
			   *document = json_string_value(json_array_get(item, 1));
		if (!name || !document)
			return zt_error_set(ret_error, ZT_E_INVALID, "policies is missing or wrong");
		TRY(zt_inline_policy_set(&row->policies[i], zt_view_of(name), zt_view_of(document), ret_error));
		row->role.policy_count++;
	}
	return ZT_OK;
}

static void read_attached(zt_record_reader *reader, zt_role *role)
{
	size_t i;
	json_t *arn;
	zt_record_json(reader, "attached", JSON_ARRAY, &role->attached);
	json_array_foreach(role->attached, i, arn)
		if (!json_is_string(arn))
			zt_record_damaged(reader, "attached");
}

static zt_status role_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_role_row_freep) zt_role_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	TRY(zt_role_row_new(record->key, &row));
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_text(&reader, "id", row->role.id, sizeof row->role.id);
	zt_record_text(&reader, "path", row->role.path, sizeof row->role.path);
	zt_record_dup(&reader, "description", &row->role.description);
	zt_record_unsigned(&reader, "maxSession", &row->role.max_session_s);
	zt_record_i64(&reader, "created", &row->role.created_ms);
	read_attached(&reader, &row->role);
	TRY(reader.status);
	TRY(zt_role_row_set_trust(row, zt_json_view(reader.head, "trust"), ret_error));
	TRY(read_policies(&reader, row, ret_error));
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_role = { ZT_KIND_ROLE, "role", role_decode, role_encode, role_free, NULL, NULL };

static const zt_role *role_of(const zt_row *row)
{
	return row ? &((const zt_role_row *)row)->role : NULL;
}

const zt_role *zt_registry_role(const zt_registry *registry, zt_view name)
{
	return role_of(zt_row_find(registry, ZT_KIND_ROLE, name));
}

const zt_role *zt_registry_next_role(const zt_registry *registry, zt_view after_name)
{
	return role_of(zt_row_after(registry, ZT_KIND_ROLE, after_name));
}

zt_status zt_role_arn(const zt_registry *registry, const zt_role *role, zt_str *out)
{
	const zt_account *account = zt_registry_account(registry);
	return zt_str_printf(out, "arn:%s:iam::%s:role%s%s", account->partition, account->account, role->path,
			     role->name);
}

const zt_role *zt_registry_role_of_arn(const zt_registry *registry, zt_view arn)
{
	zt_arn parts;
	zt_view name = ZT_VIEW_EMPTY, rest;
	ZT_CLEANUP(zt_str_free) zt_str own = ZT_STR(ZT_ARN_MAX);
	if (zt_arn_parse(arn, &parts) != ZT_OK || !zt_arn_resource_of(&parts, ZT_LIT("role"), &rest))
		return NULL;
	while (zt_view_split(&rest, '/', &name))
		continue;
	const zt_role *role = zt_registry_role(registry, name);
	bool same = role && zt_role_arn(registry, role, &own) == ZT_OK && zt_view_equal(arn, zt_str_view(&own));
	return same ? role : NULL;
}

bool zt_role_trusts(const zt_role *role, zt_view principal)
{
	const zt_policy_request request = { .action = ZT_LIT("sts:AssumeRole"), .principal = principal };
	return zt_policy_evaluate(&role->trust, 1, &request).kind == ZT_DECISION_ALLOW;
}
