/* Versions of IoT policies (AWS IoT API reference). */
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/policies.h"

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name, document;
	bool set_default = false;
	const zt_policy_version *version;
	char id[16];
	TRY(zt_in_label(call, 0, &zt_param_policy_name, &name, ret_error));
	TRY(zt_in_json(call->body, &zt_param_policy_document, ZT_REQUIRED, &document, ret_error));
	TRY(zt_in_query_bool(call, "setAsDefault", &set_default, ret_error));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_policy_version_create(txn, name, document, set_default, &version, ret_error));
	(void)snprintf(id, sizeof id, "%u", version->id);
	const zt_iot_policy *policy = zt_registry_policy(call->registry, name);
	ENSURE(policy, ZT_E_INTERNAL);
	return zt_call_reply(call, json_pack("{s:o, s:s, s:s, s:b}", "policyArn",
					     zt_json_iot_arn(call->registry, "policy", policy->name), "policyDocument",
					     version->document, "policyVersionId", id, "isDefaultVersion",
					     version->is_default));
}

static zt_status read_version(const zt_call *call, zt_view *ret_name, unsigned *ret_version, zt_error *ret_error)
{
	zt_view text;
	uint64_t number = 0;
	TRY(zt_in_label(call, 0, &zt_param_policy_name, ret_name, ret_error));
	TRY(zt_in_label(call, 1, &zt_param_policy_version_id, &text, ret_error));
	ENSURE(zt_view_to_u64(text, &number), ZT_E_INTERNAL);
	*ret_version = (unsigned)number;
	return ZT_OK;
}

static zt_status find_policy(const zt_call *call, zt_view name, const zt_iot_policy **ret, zt_error *ret_error)
{
	*ret = zt_registry_policy(call->registry, name);
	return *ret ? ZT_OK : zt_not_found(ret_error, "Policy", name);
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	zt_view name;
	unsigned wanted;
	char id[16];
	const zt_iot_policy *policy;
	const zt_policy_version *version = NULL;
	TRY(read_version(call, &name, &wanted, ret_error));
	TRY(find_policy(call, name, &policy, ret_error));
	for (size_t i = 0; i < policy->version_count; i++)
		if (policy->versions[i].id == wanted)
			version = &policy->versions[i];
	if (!version)
		return zt_not_found(ret_error, "Policy version", call->labels[1]);
	(void)snprintf(id, sizeof id, "%u", version->id);
	return zt_call_reply(call,
			     json_pack("{s:o, s:s, s:s, s:s, s:b, s:o, s:o, s:s}", "policyArn",
				       zt_json_iot_arn(call->registry, "policy", policy->name), "policyName",
				       policy->name, "policyDocument", version->document, "policyVersionId", id,
				       "isDefaultVersion", version->is_default, "creationDate",
				       zt_json_seconds(version->created_ms), "lastModifiedDate",
				       zt_json_seconds(version->created_ms), "generationId", policy->generation_id));
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	zt_view name;
	const zt_iot_policy *policy;
	TRY(zt_in_label(call, 0, &zt_param_policy_name, &name, ret_error));
	TRY(find_policy(call, name, &policy, ret_error));
	json_t *versions = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "policyVersions", versions)));
	for (size_t i = policy->version_count; i > 0; i--) {
		const zt_policy_version *version = &policy->versions[i - 1];
		char id[16];
		(void)snprintf(id, sizeof id, "%u", version->id);
		ENSURE(json_array_append_new(versions, json_pack("{s:s, s:b, s:o}", "versionId", id, "isDefaultVersion",
								 version->is_default, "createDate",
								 zt_json_seconds(version->created_ms))) == 0,
		       ZT_E_NOMEM);
	}
	return ZT_OK;
}

static zt_status set_default(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	unsigned version;
	TRY(read_version(call, &name, &version, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_policy_version_default(txn, name, version, ret_error);
}

static zt_status delete_version(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	unsigned version;
	TRY(read_version(call, &name, &version, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_policy_version_delete(txn, name, version, ret_error);
}

#define POLICY "policy/{}"
static const zt_operation rows[] = {
	{ ZT_REST("CreatePolicyVersion", "POST", "/policies/{}/version", POLICY, create) },
	{ ZT_REST("GetPolicyVersion", "GET", "/policies/{}/version/{}", POLICY, get) },
	{ ZT_REST("ListPolicyVersions", "GET", "/policies/{}/version", POLICY, list) },
	{ ZT_REST("SetDefaultPolicyVersion", "PATCH", "/policies/{}/version/{}", POLICY, set_default) },
	{ ZT_REST("DeletePolicyVersion", "DELETE", "/policies/{}/version/{}", POLICY, delete_version) },
};
const zt_operations zt_iot_policy_version_operations = ZT_OPERATIONS(rows);
