/* The provisioning template of --mode jitp, in the place of function, rule and permission. */
#include "aws/iot_template.h"
#include "setup/documents.h"

enum { VERSIONS_MAX = 5 }; /* AWS IoT Core quotas, "provisioning template versions" */

static const char *const members[] = { "enabled", "provisioningRoleArn", "type" };

static zt_status desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	(void)item;
	*ret = json_pack(
	    "{s:o, s:b, s:o, s:s}", "templateBody", zt_document_template(setup), "enabled", 1, "provisioningRoleArn",
	    zt_setup_arn_json(setup, "iam", "role/", zt_setup_role_name(setup, ZT_ROLE_PROVISIONING)), "type", "JITP");
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status observe(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	json_t *body = NULL;
	TRY(zt_iot_template_describe(setup->client, zt_view_of(item->name), &answer, ret_error));
	TRY(zt_setup_has_tag(setup, zt_json_view(answer, "templateArn"), ret_ours, ret_error));
	TRY(zt_json_parse(zt_json_view(answer, "templateBody"), &body, ret_error));
	ZT_JSON_CLEANUP json_t *seen = zt_setup_pick(answer, members, ZT_COUNT(members));
	ENSURE(json_object_set_new(seen, "templateBody", body) == 0, zt_setup_no_memory(ret_error));
	*ret = ZT_STEAL(seen);
	return ZT_OK;
}

static zt_status create(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	ZT_JSON_CLEANUP json_t *body = json_copy(item->desired);
	TRY(zt_setup_desired_text(item, "templateBody", &text, ret_error));
	json_t *more = json_pack("{s:s, s:s, s:s, s:o}", "templateName", item->name, "templateBody", zt_str_text(&text),
				 "description", "Devices that zerotouch's CAs bring", "tags", zt_setup_tags(setup));
	if (json_object_update_new(body, more) != 0)
		return zt_setup_no_memory(ret_error);
	return zt_iot_template_create(setup->client, body, ret_error);
}

/* Versions that are not the default go, the first listed first, until `keep` are left. */
static zt_status drop_versions(zt_setup *setup, zt_view name, size_t keep, zt_error *ret_error)
{
	size_t i;
	json_t *version;
	ZT_JSON_CLEANUP json_t *versions = json_array();
	TRY(zt_iot_template_each_version(setup->client, name, zt_aws_collect, versions, ret_error));
	size_t left = json_array_size(versions);
	json_array_foreach(versions, i, version) {
		if (left <= keep || json_is_true(json_object_get(version, "isDefaultVersion")))
			continue;
		int64_t id = json_integer_value(json_object_get(version, "versionId"));
		TRY(zt_iot_template_version_delete(setup->client, name, id, ret_error));
		left--;
	}
	return ZT_OK;
}

static zt_status new_version(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	TRY(zt_setup_desired_text(item, "templateBody", &text, ret_error));
	TRY(drop_versions(setup, zt_view_of(item->name), VERSIONS_MAX - 1, ret_error));
	return zt_iot_template_version_create(setup->client, zt_view_of(item->name), zt_str_view(&text), ret_error);
}

static zt_status update(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *body = json_copy(item->desired);
	ENSURE(body, zt_setup_no_memory(ret_error));
	if (json_object_get(body, "type"))
		return zt_error_set(ret_error, ZT_E_CONFLICT,
				    "template %s is not of type JITP, and AWS never changes that: tear down first",
				    item->name);
	if (json_object_get(body, "templateBody"))
		TRY(new_version(setup, item, ret_error));
	(void)json_object_del(body, "templateBody");
	return json_object_size(body) ? zt_iot_template_update(setup->client, zt_view_of(item->name), body, ret_error)
				      : ZT_OK;
}

static zt_status remove_template(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	TRY(drop_versions(setup, zt_view_of(item->name), 1, ret_error));
	return zt_iot_template_delete(setup->client, zt_view_of(item->name), ret_error);
}

#define TEMPLATE                                  \
	{                                         \
		"provisioningtemplate/{template}" \
	}
static const zt_operator_action actions[] = {
	{ "iot:DescribeProvisioningTemplate", TEMPLATE },     { "iot:ListTagsForResource", TEMPLATE },
	{ "iot:CreateProvisioningTemplate", TEMPLATE },       { "iot:TagResource", TEMPLATE },
	{ "iot:UpdateProvisioningTemplate", TEMPLATE },       { "iot:CreateProvisioningTemplateVersion", TEMPLATE },
	{ "iot:ListProvisioningTemplateVersions", TEMPLATE }, { "iot:DeleteProvisioningTemplateVersion", TEMPLATE },
	{ "iot:DeleteProvisioningTemplate", TEMPLATE },       { "iam:PassRole", { "role/{provisioning-role}" } },
};

const zt_resource zt_resource_template = {
	"provisioning template", desired, observe, create, update, remove_template, ZT_OPERATOR_ACTIONS(actions)
};
