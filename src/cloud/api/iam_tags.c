/* Tags of roles (IAM API reference: Tags.member.1.Key=…). */
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/iam_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/tags.h"

/* Adds member `number` of the list to *tags; *ret_more is false behind the last one. */
static zt_status read_tag(const zt_call *call, unsigned number, json_t *tags, bool *ret_more, zt_error *ret_error)
{
	char name[48];
	zt_view key, value = ZT_VIEW_EMPTY;
	(void)snprintf(name, sizeof name, "Tags.member.%u.Key", number);
	*ret_more = zt_form_get(&call->form, name, &key);
	if (!*ret_more)
		return ZT_OK;
	(void)snprintf(name, sizeof name, "Tags.member.%u.Value", number);
	(void)zt_form_get(&call->form, name, &value);
	TRY(zt_param_check(&zt_param_tag_key, key, ret_error));
	TRY(zt_param_check(&zt_param_tag_value, value, ret_error));
	char text[129];
	TRY(zt_text_copy(text, sizeof text, key));
	return json_object_set_new(tags, text, zt_json_string(value)) == 0 ? ZT_OK : ZT_E_NOMEM;
}

zt_status zt_iam_tags_put(zt_call *call, zt_view arn, zt_error *ret_error)
{
	zt_txn *txn;
	bool more = true;
	ZT_JSON_CLEANUP json_t *tags = json_object();
	ENSURE(tags, ZT_E_NOMEM);
	for (unsigned i = 1; more; i++)
		TRY(read_tag(call, i, tags, &more, ret_error));
	if (json_object_size(tags) == 0)
		return ZT_OK;
	TRY(zt_authorise_action(call, "iam:TagRole", arn, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_put(txn, arn, tags, ret_error);
}

static zt_status show_tag(zt_str *xml, const char *key, const json_t *value)
{
	TRY(zt_xml_open(xml, "member"));
	TRY(zt_xml_text(xml, "Key", zt_view_of(key)));
	TRY(zt_xml_text(xml, "Value", zt_view_of(json_string_value(value))));
	return zt_xml_close(xml, "member");
}

zt_status zt_iam_tags_show(zt_call *call, zt_view arn)
{
	const char *key;
	json_t *value;
	json_t *tags = (json_t *)(uintptr_t)zt_registry_tags(call->registry, arn);
	if (json_object_size(tags) == 0)
		return ZT_OK;
	TRY(zt_xml_open(&call->xml, "Tags"));
	json_object_foreach(tags, key, value)
		TRY(show_tag(&call->xml, key, value));
	return zt_xml_close(&call->xml, "Tags");
}

static zt_status role_arn(const zt_call *call, zt_str *out, zt_error *ret_error)
{
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	return zt_role_arn(call->registry, role, out);
}

static zt_status tag_role(zt_call *call, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(role_arn(call, &arn, ret_error));
	return zt_iam_tags_put(call, zt_str_view(&arn), ret_error);
}

static zt_status untag_role(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view key;
	char name[32];
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	ZT_JSON_CLEANUP json_t *keys = json_array();
	TRY(role_arn(call, &arn, ret_error));
	for (unsigned i = 1;; i++) {
		(void)snprintf(name, sizeof name, "TagKeys.member.%u", i);
		if (!zt_form_get(&call->form, name, &key))
			break;
		ENSURE(json_array_append_new(keys, zt_json_string(key)) == 0, ZT_E_NOMEM);
	}
	TRY(zt_call_txn(call, &txn));
	return zt_txn_tags_remove(txn, zt_str_view(&arn), keys, ret_error);
}

/* The next in order of key; NULL at the end. */
static const char *next_key(const json_t *tags, zt_view after)
{
	const char *key, *next = NULL;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)tags, key, value)
		if (zt_view_compare(zt_view_of(key), after) > 0 && (!next || strcmp(key, next) < 0))
			next = key;
	return next;
}

static zt_status show_page(zt_call *call, const json_t *tags, const zt_iam_page *page)
{
	zt_view last = zt_str_view(&page->after);
	const char *key = next_key(tags, last);
	TRY(zt_xml_open(&call->xml, "Tags"));
	for (size_t shown = 0; key && shown < page->limit; shown++, key = next_key(tags, last)) {
		TRY(show_tag(&call->xml, key, json_object_get(tags, key)));
		last = zt_view_of(key);
	}
	TRY(zt_xml_close(&call->xml, "Tags"));
	return zt_iam_page_end(call, key ? last : ZT_VIEW_EMPTY);
}

static zt_status list_tags(zt_call *call, zt_error *ret_error)
{
	zt_iam_page page;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(role_arn(call, &arn, ret_error));
	zt_status status = zt_iam_page_read(call, &page, ret_error);
	if (status == ZT_OK)
		status = show_page(call, zt_registry_tags(call->registry, zt_str_view(&arn)), &page);
	zt_str_free(&page.after);
	return status;
}

static const zt_operation rows[] = {
	{ ZT_QUERY("TagRole", zt_iam_resource, tag_role) },
	{ ZT_QUERY("UntagRole", zt_iam_resource, untag_role) },
	{ ZT_QUERY("ListRoleTags", zt_iam_resource, list_tags) },
};
const zt_operations zt_iam_tag_operations = ZT_OPERATIONS(rows);
