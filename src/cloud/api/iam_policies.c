/* A role's policies: its own, and AWS's that are attached (IAM API reference). */
#include "cloud/api/front.h"
#include "cloud/api/iam_words.h"
#include "cloud/api/tables.h"

static const zt_param arn_param = { "PolicyArn", 20, 2048, NULL };

static zt_status put(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name, document;
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	TRY(zt_in_form(call, &zt_param_role_policy_name, ZT_REQUIRED, &name, ret_error));
	TRY(zt_in_form(call, &zt_param_role_policy_document, ZT_REQUIRED, &document, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_role_policy_put(txn, zt_view_of(role->name), name, document, ret_error);
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	zt_view name;
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	TRY(zt_in_form(call, &zt_param_role_policy_name, ZT_REQUIRED, &name, ret_error));
	for (size_t i = 0; i < role->policy_count; i++) {
		if (!zt_view_equal(name, zt_view_of(role->policies[i].name)))
			continue;
		TRY(zt_xml_text(&call->xml, "RoleName", zt_view_of(role->name)));
		TRY(zt_xml_text(&call->xml, "PolicyName", name));
		return zt_iam_document(&call->xml, "PolicyDocument", role->policies[i].document);
	}
	return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "NoSuchEntity",
			      "The role policy with name %.*s cannot be found.", ZT_PRI(name));
}

static zt_status delete_policy(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name;
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	TRY(zt_in_form(call, &zt_param_role_policy_name, ZT_REQUIRED, &name, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_role_policy_delete(txn, zt_view_of(role->name), name, ret_error);
}

typedef zt_status (*show_fn)(zt_call *call, const zt_role *role, const zt_iam_page *page);

static zt_status list_page(zt_call *call, show_fn show, zt_error *ret_error)
{
	zt_iam_page page;
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	zt_status status = zt_iam_page_read(call, &page, ret_error);
	if (status == ZT_OK)
		status = show(call, role, &page);
	zt_str_free(&page.after);
	return status;
}

/* The names behind the page's mark, in order. */
static zt_status show_names(zt_call *call, const zt_role *role, const zt_iam_page *page)
{
	size_t shown = 0;
	zt_view last = ZT_VIEW_EMPTY;
	bool more = false;
	TRY(zt_xml_open(&call->xml, "PolicyNames"));
	for (size_t i = 0; i < role->policy_count && !more; i++) {
		zt_view name = zt_view_of(role->policies[i].name);
		if (zt_view_compare(name, zt_str_view(&page->after)) <= 0)
			continue;
		more = shown++ == page->limit;
		if (more)
			break;
		TRY(zt_xml_text(&call->xml, "member", name));
		last = name;
	}
	TRY(zt_xml_close(&call->xml, "PolicyNames"));
	return zt_iam_page_end(call, more ? last : ZT_VIEW_EMPTY);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	return list_page(call, show_names, ret_error);
}

static zt_status attach(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view arn;
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	TRY(zt_in_form(call, &arn_param, ZT_REQUIRED, &arn, ret_error));
	if (!zt_managed_policy(call->api->managed, arn))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "NoSuchEntity",
				      "Policy %.*s does not exist or is not attachable.", ZT_PRI(arn));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_role_attach(txn, zt_view_of(role->name), arn, true, ret_error);
}

static bool is_attached(const zt_role *role, zt_view arn)
{
	size_t i;
	const json_t *attached;
	json_array_foreach(role->attached, i, attached)
		if (zt_view_equal(arn, zt_view_of(json_string_value(attached))))
			return true;
	return false;
}

static zt_status detach(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view arn;
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	TRY(zt_in_form(call, &arn_param, ZT_REQUIRED, &arn, ret_error));
	if (!is_attached(role, arn))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "NoSuchEntity", "Policy %.*s was not found.",
				      ZT_PRI(arn));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_role_attach(txn, zt_view_of(role->name), arn, false, ret_error);
}

/* The next in order of ARN; NULL at the end. */
static const char *next_attached(const zt_role *role, zt_view after)
{
	size_t i;
	const json_t *attached;
	const char *next = NULL;
	json_array_foreach(role->attached, i, attached) {
		const char *arn = json_string_value(attached);
		if (zt_view_compare(zt_view_of(arn), after) > 0 && (!next || strcmp(arn, next) < 0))
			next = arn;
	}
	return next;
}

static zt_status show_attached(zt_call *call, const zt_role *role, const zt_iam_page *page)
{
	zt_str *xml = &call->xml;
	zt_view last = zt_str_view(&page->after);
	const char *arn = next_attached(role, last);
	TRY(zt_xml_open(xml, "AttachedPolicies"));
	for (size_t shown = 0; arn && shown < page->limit; shown++, arn = next_attached(role, last)) {
		const char *slash = strrchr(arn, '/');
		TRY(zt_xml_open(xml, "member"));
		TRY(zt_xml_text(xml, "PolicyName", zt_view_of(slash ? slash + 1 : arn)));
		TRY(zt_xml_text(xml, "PolicyArn", zt_view_of(arn)));
		TRY(zt_xml_close(xml, "member"));
		last = zt_view_of(arn);
	}
	TRY(zt_xml_close(xml, "AttachedPolicies"));
	return zt_iam_page_end(call, arn ? last : ZT_VIEW_EMPTY);
}

static zt_status list_attached(zt_call *call, zt_error *ret_error)
{
	return list_page(call, show_attached, ret_error);
}

static const zt_operation rows[] = {
	{ ZT_QUERY("PutRolePolicy", zt_iam_resource, put) },
	{ ZT_QUERY("GetRolePolicy", zt_iam_resource, get) },
	{ ZT_QUERY("DeleteRolePolicy", zt_iam_resource, delete_policy) },
	{ ZT_QUERY("ListRolePolicies", zt_iam_resource, list) },
	{ ZT_QUERY("AttachRolePolicy", zt_iam_resource, attach) },
	{ ZT_QUERY("DetachRolePolicy", zt_iam_resource, detach) },
	{ ZT_QUERY("ListAttachedRolePolicies", zt_iam_resource, list_attached) },
};
const zt_operations zt_iam_policy_operations = ZT_OPERATIONS(rows);
