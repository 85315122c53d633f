/* The devices' IoT policy. */
#include "aws/iot_policy.h"
#include "setup/documents.h"

static zt_status desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	(void)item;
	json_t *document = NULL;
	TRY(zt_document_device_policy(setup, &document, ret_error));
	json_t *old = setup->spec.prune ? json_array() : NULL;
	*ret = json_pack("{s:o, s:o*}", "policyDocument", document, "oldVersions", old);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

/* Those that are not the default: what AWS keeps of earlier documents. */
static zt_status old_versions(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	size_t i;
	json_t *version;
	ZT_JSON_CLEANUP json_t *answer = NULL;
	ZT_JSON_CLEANUP json_t *old = json_array();
	if (!setup->spec.prune)
		return ZT_OK;
	TRY(zt_iot_policy_versions(setup->client, zt_view_of(item->name), &answer, ret_error));
	json_array_foreach(json_object_get(answer, "policyVersions"), i, version)
		if (!json_is_true(json_object_get(version, "isDefaultVersion")) &&
		    json_array_append(old, json_object_get(version, "versionId")) != 0)
			return zt_setup_no_memory(ret_error);
	*ret = ZT_STEAL(old);
	return ZT_OK;
}

static zt_status observe(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *policy = NULL;
	ZT_JSON_CLEANUP json_t *old = NULL;
	json_t *document = NULL;
	TRY(zt_iot_policy_get(setup->client, zt_view_of(item->name), &policy, ret_error));
	TRY(zt_setup_has_tag(setup, zt_json_view(policy, "policyArn"), ret_ours, ret_error));
	TRY(old_versions(setup, item, &old, ret_error));
	TRY(zt_json_parse(zt_json_view(policy, "policyDocument"), &document, ret_error));
	*ret = json_pack("{s:o, s:O*}", "policyDocument", document, "oldVersions", old);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status create(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	ZT_JSON_CLEANUP json_t *tags = zt_setup_tags(setup);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_setup_desired_text(item, "policyDocument", &text, ret_error));
	return zt_iot_policy_create(setup->client, zt_view_of(item->name), zt_str_view(&text), tags, &answer,
				    ret_error);
}

/* Deletes versions that are not the default, oldest first (by number), until `keep` are left. */
static zt_status drop_versions(zt_setup *setup, const zt_setup_item *item, size_t keep, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_iot_policy_versions(setup->client, zt_view_of(item->name), &answer, ret_error));
	const json_t *versions = json_object_get(answer, "policyVersions");
	for (size_t left = json_array_size(versions); left > keep; left--) {
		const json_t *oldest = NULL;
		uint64_t oldest_number = UINT64_MAX, number;
		for (size_t i = 0; i < json_array_size(versions); i++) {
			json_t *version = json_array_get(versions, i);
			bool candidate = !json_is_true(json_object_get(version, "isDefaultVersion")) &&
					 zt_view_to_u64(zt_json_view(version, "versionId"), &number);
			if (candidate && number < oldest_number) {
				oldest = version;
				oldest_number = number;
			}
		}
		if (!oldest)
			return ZT_OK;
		zt_view id = zt_json_view(oldest, "versionId");
		TRY(zt_iot_policy_version_delete(setup->client, zt_view_of(item->name), id, ret_error));
		/* No candidate any more. */
		(void)json_object_set_new((json_t *)oldest, "isDefaultVersion", json_true());
	}
	return ZT_OK;
}

static zt_status replace(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_setup_desired_text(item, "policyDocument", &text, ret_error));
	TRY(drop_versions(setup, item, ZT_POLICY_VERSIONS_MAX - 1, ret_error));
	return zt_iot_policy_version_create(setup->client, zt_view_of(item->name), zt_str_view(&text), &answer,
					    ret_error);
}

static zt_status update(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	if (json_object_get(item->desired, "policyDocument"))
		TRY(replace(setup, item, ret_error));
	return setup->spec.prune ? drop_versions(setup, item, 1, ret_error) : ZT_OK;
}

static zt_status remove_policy(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	zt_view name = zt_view_of(item->name);
	ZT_JSON_CLEANUP json_t *targets = json_array();
	TRY(zt_iot_policy_each_target(setup->client, name, zt_aws_collect, targets, ret_error));
	for (size_t i = 0; i < json_array_size(targets); i++)
		TRY(zt_iot_policy_detach(setup->client, name, zt_view_of(json_string_value(json_array_get(targets, i))),
					 ret_error));
	TRY(drop_versions(setup, item, 1, ret_error));
	return zt_iot_policy_delete(setup->client, name, ret_error);
}

static const zt_operator_action actions[] = {
	{ "iot:GetPolicy", { "policy/{device}" } },
	{ "iot:ListTagsForResource", { "policy/{device}" } },
	{ "iot:CreatePolicy", { "policy/{device}" } },
	{ "iot:TagResource", { "policy/{device}" } },
	{ "iot:ListPolicyVersions", { "policy/{device}" } },
	{ "iot:CreatePolicyVersion", { "policy/{device}" } },
	{ "iot:DeletePolicyVersion", { "policy/{device}" } },
	{ "iot:ListTargetsForPolicy", { "policy/{device}" } },
	{ "iot:DetachPolicy", { "cert/*", "policy/{device}" } },
	{ "iot:DeletePolicy", { "policy/{device}" } },
};

const zt_resource zt_resource_policy = {
	"IoT policy", desired, observe, create, update, remove_policy, ZT_OPERATOR_ACTIONS(actions)
};
