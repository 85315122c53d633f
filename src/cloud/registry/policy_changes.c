/* Making and deleting IoT policies and their versions (AWS IoT Core policies; AWS IoT API reference). */
#include "base/random.h"
#include "cloud/registry/fields.h"
#include "cloud/registry/link.h"
#include "cloud/registry/policy_row.h"

static zt_status check_size(zt_view document, zt_error *ret_error)
{
	size_t characters = zt_field_characters(document);
	if (characters > ZT_POLICY_CHARS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_POLICY,
				 "The policy has %zu characters without white space, %d are allowed", characters,
				 ZT_POLICY_CHARS_MAX);
	return ZT_OK;
}

/* Any document is checked, not only the one that becomes the default. */
static zt_status check_document(zt_view document, zt_error *ret_error)
{
	ZT_CLEANUP(zt_policy_freep) zt_policy *compiled = NULL;
	zt_error cause = { 0 };
	TRY(check_size(document, ret_error));
	zt_status status = zt_policy_parse(document, ZT_POLICY_IOT, &compiled, &cause);
	if (status != ZT_OK && status != ZT_E_NOMEM)
		return zt_refuse(ret_error, ZT_REFUSE_POLICY, "%s", cause.text);
	return status;
}

static zt_status add_version(zt_policy_row *row, zt_view document, bool is_default, int64_t now_ms)
{
	zt_iot_policy *policy = &row->policy;
	char *copy = zt_view_dup(document);
	ENSURE(copy, ZT_E_NOMEM);
	for (size_t i = 0; is_default && i < policy->version_count; i++)
		policy->versions[i].is_default = false;
	policy->versions[policy->version_count++] =
	    (zt_policy_version){ row->next_version++, is_default, copy, now_ms };
	policy->modified_ms = now_ms;
	return ZT_OK;
}

zt_status zt_txn_policy_create(zt_txn *txn, zt_view name, zt_view document, const zt_iot_policy **ret,
			       zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_policy_row_freep) zt_policy_row *row = NULL;
	TRY(zt_field_check(&zt_field_policy_name, name, ret_error));
	TRY(check_document(document, ret_error));
	if (zt_registry_policy(registry, name))
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS,
				 "Policy cannot be created - name already exists (name=%.*s)", ZT_PRI(name));
	TRY(zt_policy_row_new(name, &row));
	row->policy.created_ms = zt_registry_now_ms(registry);
	zt_uuid(row->policy.generation_id);
	TRY(add_version(row, document, true, row->policy.created_ms));
	TRY(zt_policy_row_seal(row, ret_error));
	const zt_iot_policy *policy = &row->policy;
	TRY(zt_txn_put(txn, &zt_noun_policy, &ZT_STEAL(row)->row));
	*ret = policy;
	return ZT_OK;
}

static zt_status find_policy(const zt_registry *registry, zt_view name, zt_policy_row **ret, zt_error *ret_error)
{
	zt_row *row = zt_row_find(registry, ZT_KIND_POLICY, name);
	if (!row)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Policy not found (name=%.*s)", ZT_PRI(name));
	*ret = (zt_policy_row *)row;
	return ZT_OK;
}

zt_status zt_txn_policy_delete(zt_txn *txn, zt_view name, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_policy_row *row = NULL;
	TRY(find_policy(registry, name, &row, ret_error));
	if (zt_registry_target_of_policy(registry, name, 0).n)
		return zt_refuse(
		    ret_error, ZT_REFUSE_DELETE,
		    "The policy cannot be deleted as the policy is attached to one or more principals (name=%s)",
		    row->policy.name);
	if (row->policy.version_count > 1)
		return zt_refuse(
		    ret_error, ZT_REFUSE_DELETE,
		    "Cannot delete the policy because it has one or more policy versions attached to it (name=%s)",
		    row->policy.name);
	return zt_txn_drop_tagged_iot(txn, &zt_noun_policy, &row->row, "policy");
}

zt_status zt_txn_policy_version_create(zt_txn *txn, zt_view name, zt_view document, bool set_default,
				       const zt_policy_version **ret, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_policy_row_freep) zt_policy_row *row = NULL;
	zt_policy_row *old = NULL;
	TRY(find_policy(registry, name, &old, ret_error));
	TRY(check_document(document, ret_error));
	if (old->policy.version_count == ZT_POLICY_VERSIONS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_VERSIONS,
				 "The policy %s already has the maximum number of versions (%d)", old->policy.name,
				 ZT_POLICY_VERSIONS_MAX);
	TRY(zt_policy_row_copy(old, &row));
	TRY(add_version(row, document, set_default, zt_registry_now_ms(registry)));
	TRY(zt_policy_row_seal(row, ret_error));
	const zt_policy_version *version = &row->policy.versions[row->policy.version_count - 1];
	TRY(zt_txn_put(txn, &zt_noun_policy, &ZT_STEAL(row)->row));
	*ret = version;
	return ZT_OK;
}

static zt_status find_version(const zt_iot_policy *policy, unsigned id, size_t *ret, zt_error *ret_error)
{
	for (size_t i = 0; i < policy->version_count; i++)
		if (policy->versions[i].id == id) {
			*ret = i;
			return ZT_OK;
		}
	return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Policy version not found (name=%s, version=%u)", policy->name,
			 id);
}

zt_status zt_txn_policy_version_default(zt_txn *txn, zt_view name, unsigned version, zt_error *ret_error)
{
	ZT_CLEANUP(zt_policy_row_freep) zt_policy_row *row = NULL;
	zt_policy_row *old = NULL;
	size_t at = 0;
	TRY(find_policy(zt_txn_registry(txn), name, &old, ret_error));
	TRY(find_version(&old->policy, version, &at, ret_error));
	TRY(zt_policy_row_copy(old, &row));
	for (size_t i = 0; i < row->policy.version_count; i++)
		row->policy.versions[i].is_default = i == at;
	row->policy.modified_ms = zt_registry_now_ms(zt_txn_registry(txn));
	TRY(zt_policy_row_seal(row, ret_error));
	return zt_txn_put(txn, &zt_noun_policy, &ZT_STEAL(row)->row);
}

zt_status zt_txn_policy_version_delete(zt_txn *txn, zt_view name, unsigned version, zt_error *ret_error)
{
	ZT_CLEANUP(zt_policy_row_freep) zt_policy_row *row = NULL;
	zt_policy_row *old = NULL;
	size_t at = 0;
	TRY(find_policy(zt_txn_registry(txn), name, &old, ret_error));
	TRY(find_version(&old->policy, version, &at, ret_error));
	if (old->policy.versions[at].is_default)
		return zt_refuse(ret_error, ZT_REFUSE_DELETE, "Cannot delete the default version of a policy");
	TRY(zt_policy_row_copy(old, &row));
	zt_policy_version *versions = row->policy.versions;
	free(versions[at].document);
	row->policy.version_count--;
	memmove(&versions[at], &versions[at + 1], (row->policy.version_count - at) * sizeof *versions);
	TRY(zt_policy_row_seal(row, ret_error));
	return zt_txn_put(txn, &zt_noun_policy, &ZT_STEAL(row)->row);
}
