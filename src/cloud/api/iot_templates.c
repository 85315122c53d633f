/* Provisioning templates and their versions (AWS IoT API Reference). */
#include "base/json.h"
#include "cloud/api/fleet_hook.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/api/template.h"
#include "cloud/registry/certificates.h"
#include "cloud/registry/provisioning.h"

static const zt_param name_param = { "templateName", 1, 36, "0-9A-Za-z_-" };
static const zt_param body_param = { "templateBody", 1, ZT_TEMPLATE_MAX, NULL };
static const zt_param role_param = { "provisioningRoleArn", 20, 2048, NULL };
static const zt_param description_param = { "description", 0, 500, NULL };
static const zt_param type_param = { "type", 1, 32, NULL };

/* ---- words ---- */

static zt_status find(const zt_call *call, const zt_provisioning_template **ret, zt_error *ret_error)
{
	zt_view name;
	TRY(zt_in_label(call, 0, &name_param, &name, ret_error));
	*ret = zt_registry_template(call->registry, name);
	return *ret ? ZT_OK : zt_not_found(ret_error, "Provisioning template", name);
}

static json_t *versions_of(const json_t *content)
{
	return json_object_get(content, "versions");
}

static json_t *find_version(const json_t *content, json_int_t id)
{
	size_t i;
	json_t *version;
	json_array_foreach(versions_of(content), i, version)
		if (json_integer_value(json_object_get(version, "id")) == id)
			return version;
	return NULL;
}

static bool is_default(const json_t *version)
{
	return json_is_true(json_object_get(version, "default"));
}

static json_t *seconds_of(const json_t *version)
{
	return zt_json_seconds(json_integer_value(json_object_get(version, "created")));
}

static zt_status check_body(zt_view body, zt_error *ret_error)
{
	zt_error cause = { 0 };
	ZT_JSON_CLEANUP json_t *template = NULL;
	if (zt_json_parse(body, &template, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "Invalid templateBody: %s", cause.text);
	if (!json_is_object(json_object_get(template, "Resources")))
		return zt_error_set(ret_error, ZT_E_INVALID, "Invalid templateBody: it has no Resources");
	return ZT_OK;
}

static json_t *version_new(const zt_call *call, json_int_t id, zt_view body, bool as_default)
{
	return json_pack("{s:I, s:o, s:I, s:b}", "id", id, "body", zt_json_string(body), "created",
			 (json_int_t)zt_registry_now_ms(call->registry), "default", (int)as_default);
}

/* The members that creation and update have in common; absent ones stay. */
static zt_status read_settings(const zt_call *call, json_t *content, zt_error *ret_error)
{
	zt_view role, description;
	bool enabled = json_is_true(json_object_get(content, "enabled"));
	TRY(zt_in_json(call->body, &role_param, ZT_OPTIONAL, &role, ret_error));
	TRY(zt_in_json(call->body, &description_param, ZT_OPTIONAL, &description, ret_error));
	TRY(zt_in_json_bool(call->body, "enabled", &enabled, ret_error));
	TRY(zt_fleet_hook_read(call, content, ret_error));
	if (role.n) {
		TRY(zt_call_may_pass_role(call, role, ret_error));
		ENSURE(json_object_set_new(content, role_param.name, zt_json_string(role)) == 0, ZT_E_NOMEM);
	}
	if (description.p)
		ENSURE(json_object_set_new(content, description_param.name, zt_json_string(description)) == 0,
		       ZT_E_NOMEM);
	return json_object_set_new(content, "enabled", json_boolean(enabled)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

/* ---- templates ---- */

static zt_status read_new(const zt_call *call, json_t **ret, zt_error *ret_error)
{
	static const char *const types[] = { "FLEET_PROVISIONING", "JITP", NULL };
	zt_view body, role, type;
	unsigned index = 0;
	TRY(zt_in_json(call->body, &body_param, ZT_REQUIRED, &body, ret_error));
	TRY(zt_in_json(call->body, &role_param, ZT_REQUIRED, &role, ret_error));
	TRY(zt_in_json(call->body, &type_param, ZT_OPTIONAL, &type, ret_error));
	TRY(zt_word_index(type_param.name, type, types, &index, ret_error));
	TRY(check_body(body, ret_error));
	ZT_JSON_CLEANUP json_t *content = json_pack("{s:s, s:b, s:[o]}", "type", types[index], "enabled", 0, "versions",
						    version_new(call, 1, body, true));
	ENSURE(content, ZT_E_NOMEM);
	TRY(read_settings(call, content, ret_error));
	*ret = ZT_STEAL(content);
	return ZT_OK;
}

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	ZT_JSON_CLEANUP json_t *content = NULL;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_in_json(call->body, &name_param, ZT_REQUIRED, &name, ret_error));
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "provisioningtemplate", name, &arn));
	TRY(zt_call_resource(call, name, zt_str_view(&arn)));
	TRY(read_new(call, &content, ret_error));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_template_create(txn, name, content, ret_error));
	TRY(zt_call_reply(call, json_pack("{s:s, s:o, s:i}", "templateArn", zt_str_text(&arn), "templateName",
					  zt_json_string(name), "defaultVersionId", 1)));
	return zt_iot_tag_new(call, zt_str_view(&arn), ret_error);
}

static json_t *summary(const zt_registry *registry, const zt_provisioning_template *template)
{
	const json_t *content = template->content;
	return json_pack("{s:o, s:s, s:O*, s:o, s:o, s:O, s:O}", "templateArn",
			 zt_json_iot_arn(registry, "provisioningtemplate", template->name), "templateName",
			 template->name, "description", json_object_get(content, "description"), "creationDate",
			 zt_json_seconds(template->created_ms), "lastModifiedDate",
			 zt_json_seconds(template->modified_ms), "enabled", json_object_get(content, "enabled"), "type",
			 json_object_get(content, "type"));
}

static zt_status describe(zt_call *call, zt_error *ret_error)
{
	const zt_provisioning_template *template;
	TRY(find(call, &template, ret_error));
	const json_t *version = zt_template_default(template);
	ENSURE(version, ZT_E_INTERNAL);
	json_t *more = json_pack("{s:O, s:O, s:O, s:O*}", "defaultVersionId", json_object_get(version, "id"),
				 "templateBody", json_object_get(version, "body"), "provisioningRoleArn",
				 json_object_get(template->content, "provisioningRoleArn"), ZT_FLEET_HOOK,
				 json_object_get(template->content, ZT_FLEET_HOOK));
	TRY(zt_call_reply(call, summary(call->registry, template)));
	return json_object_update_new(call->reply, more) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status set_default(json_t *content, json_int_t id, zt_error *ret_error)
{
	size_t i;
	json_t *version;
	if (!find_version(content, id))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "The template has no version %d", (int)id);
	json_array_foreach(versions_of(content), i, version)
		(void)json_object_set_new(version, "default",
					  json_boolean(json_integer_value(json_object_get(version, "id")) == id));
	return ZT_OK;
}

static zt_status update(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	uint64_t version = 0;
	const zt_provisioning_template *template;
	TRY(find(call, &template, ret_error));
	ZT_JSON_CLEANUP json_t *content = json_deep_copy(template->content);
	ENSURE(content, ZT_E_NOMEM);
	TRY(read_settings(call, content, ret_error));
	TRY(zt_in_json_number(call->body, "defaultVersionId", 1, INT32_MAX, &version, ret_error));
	if (version)
		TRY(set_default(content, (json_int_t)version, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_template_update(txn, call->labels[0], content, ret_error);
}

/* Whether a CA goes by this template. */
static bool is_used(const zt_registry *registry, const char *name)
{
	const zt_ca *ca = zt_registry_next_ca(registry, ZT_VIEW_EMPTY);
	for (; ca; ca = zt_registry_next_ca(registry, zt_view_of(ca->id)))
		if (ca->registration.template_name && strcmp(ca->registration.template_name, name) == 0)
			return true;
	return false;
}

static zt_status delete_template(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const zt_provisioning_template *template;
	TRY(find(call, &template, ret_error));
	if (is_used(call->registry, template->name))
		return zt_error_coded(ret_error, ZT_E_CONFLICT, "DeleteConflictException",
				      "A CA certificate provisions by the template %s", template->name);
	TRY(zt_call_txn(call, &txn));
	return zt_txn_template_delete(txn, call->labels[0], ret_error);
}

static const void *next_template(void *context, zt_view after)
{
	return zt_registry_next_template(context, after);
}

static zt_view template_key(const void *entry)
{
	return zt_view_of(((const zt_provisioning_template *)entry)->name);
}

static json_t *show_template(void *context, const void *entry)
{
	return summary(context, entry);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	const zt_page_source source = {
		.next = next_template, .key = template_key, .show = show_template, .context = call->registry
	};
	return zt_page_reply(call, &zt_page_tokens, false, &source, "templates", ret_error);
}

/* ---- versions ---- */

/* The number of a version that was deleted is not given again. */
static json_int_t next_id(const json_t *content)
{
	const json_t *versions = versions_of(content);
	json_int_t last = json_integer_value(json_object_get(content, "lastVersion"));
	json_int_t newest =
	    json_integer_value(json_object_get(json_array_get(versions, json_array_size(versions) - 1), "id"));
	return (last > newest ? last : newest) + 1;
}

static zt_status create_version(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view body;
	bool as_default = false;
	const zt_provisioning_template *template;
	TRY(find(call, &template, ret_error));
	TRY(zt_in_json(call->body, &body_param, ZT_REQUIRED, &body, ret_error));
	TRY(zt_in_query_bool(call, "setAsDefault", &as_default, ret_error));
	TRY(check_body(body, ret_error));
	ZT_JSON_CLEANUP json_t *content = json_deep_copy(template->content);
	json_t *versions = versions_of(content);
	size_t count = json_array_size(versions);
	if (count >= ZT_TEMPLATE_VERSIONS_MAX)
		return zt_error_coded(ret_error, ZT_E_LIMIT, "VersionsLimitExceededException",
				      "The template has %d versions already", ZT_TEMPLATE_VERSIONS_MAX);
	json_int_t id = next_id(content);
	ENSURE(json_object_set_new(content, "lastVersion", json_integer(id)) == 0, ZT_E_NOMEM);
	ENSURE(json_array_append_new(versions, version_new(call, id, body, false)) == 0, ZT_E_NOMEM);
	if (as_default)
		TRY(set_default(content, id, ret_error));
	TRY(zt_call_reply(call, json_pack("{s:o, s:s, s:I, s:b}", "templateArn",
					  zt_json_iot_arn(call->registry, "provisioningtemplate", template->name),
					  "templateName", template->name, "versionId", id, "isDefaultVersion",
					  (int)as_default)));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_template_update(txn, call->labels[0], content, ret_error);
}

/* The version that the second label names, of a copy of the template's content. */
static zt_status copy_version(const zt_call *call, json_t **ret_content, json_t **ret_version, zt_error *ret_error)
{
	uint64_t id = 0;
	const zt_provisioning_template *template;
	TRY(find(call, &template, ret_error));
	ZT_JSON_CLEANUP json_t *content = json_deep_copy(template->content);
	ENSURE(content, ZT_E_NOMEM);
	if (zt_view_to_u64(call->labels[1], &id))
		*ret_version = find_version(content, (json_int_t)id);
	if (!*ret_version)
		return zt_not_found(ret_error, "Provisioning template version", call->labels[1]);
	*ret_content = ZT_STEAL(content);
	return ZT_OK;
}

static zt_status describe_version(zt_call *call, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *content = NULL;
	json_t *version = NULL;
	TRY(copy_version(call, &content, &version, ret_error));
	return zt_call_reply(call, json_pack("{s:O, s:o, s:O, s:O}", "versionId", json_object_get(version, "id"),
					     "creationDate", seconds_of(version), "templateBody",
					     json_object_get(version, "body"), "isDefaultVersion",
					     json_object_get(version, "default")));
}

static zt_status delete_version(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	size_t i;
	ZT_JSON_CLEANUP json_t *content = NULL;
	json_t *version = NULL, *other;
	TRY(copy_version(call, &content, &version, ret_error));
	if (is_default(version))
		return zt_error_coded(ret_error, ZT_E_CONFLICT, "DeleteConflictException",
				      "The default version of a template cannot be deleted");
	json_array_foreach(versions_of(content), i, other)
		if (other == version)
			break;
	ENSURE(json_array_remove(versions_of(content), i) == 0, ZT_E_INTERNAL);
	TRY(zt_call_txn(call, &txn));
	return zt_txn_template_update(txn, call->labels[0], content, ret_error);
}

/* Five at most: one page. */
/* A version's number as a key. */
typedef struct {
	char key[12];
	const json_t *version;
} version_entry;

typedef struct {
	version_entry entries[ZT_TEMPLATE_VERSIONS_MAX];
	size_t count;
} version_list;

static const void *next_version(void *context, zt_view after)
{
	const version_list *list = context;
	size_t i = 0;
	while (after.n && i < list->count && !zt_view_equal(zt_view_of(list->entries[i].key), after))
		i++;
	i += after.n > 0;
	return i < list->count ? &list->entries[i] : NULL;
}

static zt_view version_key(const void *entry)
{
	return zt_view_of(((const version_entry *)entry)->key);
}

static json_t *show_version(void *context, const void *entry)
{
	const json_t *version = ((const version_entry *)entry)->version;
	(void)context;
	return json_pack("{s:O, s:o, s:O}", "versionId", json_object_get(version, "id"), "creationDate",
			 seconds_of(version), "isDefaultVersion", json_object_get(version, "default"));
}

static zt_status list_versions(zt_call *call, zt_error *ret_error)
{
	size_t i;
	json_t *version;
	const zt_provisioning_template *template;
	version_list versions = { .count = 0 };
	const zt_page_source source = { next_version, version_key, NULL, show_version, &versions };
	TRY(find(call, &template, ret_error));
	json_array_foreach(versions_of(template->content), i, version) {
		ENSURE(versions.count < ZT_COUNT(versions.entries), ZT_E_INTERNAL);
		version_entry *entry = &versions.entries[versions.count++];
		(void)snprintf(entry->key, sizeof entry->key, "%u",
			       (unsigned)json_integer_value(json_object_get(version, "id")));
		entry->version = version;
	}
	return zt_page_reply(call, &zt_page_tokens, false, &source, "versions", ret_error);
}

static zt_status resource_of_body(const zt_call *call, zt_str *out)
{
	return zt_account_iot_arn(zt_registry_account(call->registry), "provisioningtemplate",
				  zt_json_view(call->body, name_param.name), out);
}

#define ALL "/provisioning-templates"
#define TEMPLATE "provisioningtemplate/{}"
static const zt_operation rows[] = {
	{ ZT_REST_OF("CreateProvisioningTemplate", "POST", ALL, resource_of_body, create) },
	{ ZT_REST("DescribeProvisioningTemplate", "GET", ALL "/{}", TEMPLATE, describe) },
	{ ZT_REST("UpdateProvisioningTemplate", "PATCH", ALL "/{}", TEMPLATE, update) },
	{ ZT_REST("DeleteProvisioningTemplate", "DELETE", ALL "/{}", TEMPLATE, delete_template) },
	{ ZT_REST("ListProvisioningTemplates", "GET", ALL, NULL, list) },
	{ ZT_REST("CreateProvisioningTemplateVersion", "POST", ALL "/{}/versions", TEMPLATE, create_version) },
	{ ZT_REST("DescribeProvisioningTemplateVersion", "GET", ALL "/{}/versions/{}", TEMPLATE, describe_version) },
	{ ZT_REST("ListProvisioningTemplateVersions", "GET", ALL "/{}/versions", TEMPLATE, list_versions) },
	{ ZT_REST("DeleteProvisioningTemplateVersion", "DELETE", ALL "/{}/versions/{}", TEMPLATE, delete_version) },
};
const zt_operations zt_iot_template_operations = ZT_OPERATIONS(rows);
