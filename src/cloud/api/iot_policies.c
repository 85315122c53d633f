/* IoT policies (AWS IoT API reference). */
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/policies.h"

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name, document;
	const zt_iot_policy *policy;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_in_label(call, 0, &zt_param_policy_name, &name, ret_error));
	TRY(zt_in_json(call->body, &zt_param_policy_document, ZT_REQUIRED, &document, ret_error));
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "policy", name, &arn));
	TRY(zt_call_resource(call, name, zt_str_view(&arn)));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_policy_create(txn, name, document, &policy, ret_error));
	TRY(zt_call_reply(call,
			  json_pack("{s:s, s:s, s:s%, s:s}", "policyName", policy->name, "policyArn", zt_str_text(&arn),
				    "policyDocument", (const char *)document.p, document.n, "policyVersionId", "1")));
	return zt_iot_tag_new(call, zt_str_view(&arn), ret_error);
}

static const zt_policy_version *default_version(const zt_iot_policy *policy)
{
	for (size_t i = 0; i < policy->version_count; i++)
		if (policy->versions[i].is_default)
			return &policy->versions[i];
	return NULL;
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	zt_view name;
	char version[16];
	TRY(zt_in_label(call, 0, &zt_param_policy_name, &name, ret_error));
	const zt_iot_policy *policy = zt_registry_policy(call->registry, name);
	if (!policy)
		return zt_not_found(ret_error, "Policy", name);
	const zt_policy_version *current = default_version(policy);
	ENSURE(current, ZT_E_INTERNAL);
	(void)snprintf(version, sizeof version, "%u", current->id);
	return zt_call_reply(call,
			     json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:s}", "policyName", policy->name, "policyArn",
				       zt_json_iot_arn(call->registry, "policy", policy->name), "policyDocument",
				       current->document, "defaultVersionId", version, "creationDate",
				       zt_json_seconds(policy->created_ms), "lastModifiedDate",
				       zt_json_seconds(policy->modified_ms), "generationId", policy->generation_id));
}

static zt_status delete_policy(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	TRY(zt_in_label(call, 0, &zt_param_policy_name, &name, ret_error));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_policy_delete(txn, name, ret_error));
	return zt_iot_untag_deleted(call, "policy", name, ret_error);
}

static const void *next_policy(void *context, zt_view after)
{
	return zt_registry_next_policy(context, after);
}

static zt_view policy_key(const void *entry)
{
	return zt_view_of(((const zt_iot_policy *)entry)->name);
}

static json_t *show_policy(void *context, const void *entry)
{
	const zt_iot_policy *policy = entry;
	return json_pack("{s:s, s:o}", "policyName", policy->name, "policyArn",
			 zt_json_iot_arn(context, "policy", policy->name));
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	const zt_page_source source = { next_policy, policy_key, NULL, show_policy, call->registry };
	return zt_page_reply(call, &zt_page_markers, false, &source, "policies", ret_error);
}

#define POLICY "policy/{}"
static const zt_operation rows[] = {
	{ ZT_REST("CreatePolicy", "POST", "/policies/{}", POLICY, create) },
	{ ZT_REST("GetPolicy", "GET", "/policies/{}", POLICY, get) },
	{ ZT_REST("DeletePolicy", "DELETE", "/policies/{}", POLICY, delete_policy) },
	{ ZT_REST("ListPolicies", "GET", "/policies", NULL, list) },
};
const zt_operations zt_iot_policy_operations = ZT_OPERATIONS(rows);
