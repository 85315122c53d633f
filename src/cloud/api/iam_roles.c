/* Roles (IAM API reference). */
#include "cloud/api/iam_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/tags.h"

static const zt_param trust_document = { "AssumeRolePolicyDocument", 1, 131072, NULL };
static const zt_param path_param = { "Path", 1, 512, NULL };
static const zt_param description_param = { "Description", 0, 1000, NULL };
static const zt_param boundary_param = { "PermissionsBoundary", 20, 2048, NULL };

/* <Role>. A list leaves out what only GetRole gives. */
static zt_status show_role(zt_call *call, const char *element, const zt_role *role, bool whole)
{
	zt_str *xml = &call->xml;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_role_arn(call->registry, role, &arn));
	TRY(zt_xml_open(xml, element));
	TRY(zt_xml_text(xml, "Path", zt_view_of(role->path)));
	TRY(zt_xml_text(xml, "RoleName", zt_view_of(role->name)));
	TRY(zt_xml_text(xml, "RoleId", zt_view_of(role->id)));
	TRY(zt_xml_text(xml, "Arn", zt_str_view(&arn)));
	TRY(zt_xml_time(xml, "CreateDate", role->created_ms));
	TRY(zt_iam_document(xml, "AssumeRolePolicyDocument", role->trust_document));
	if (role->description && role->description[0])
		TRY(zt_xml_text(xml, "Description", zt_view_of(role->description)));
	TRY(zt_xml_number(xml, "MaxSessionDuration", role->max_session_s));
	if (whole)
		TRY(zt_iam_tags_show(call, zt_str_view(&arn)));
	if (whole)
		TRY(zt_str_put_text(xml, "<RoleLastUsed/>"));
	return zt_xml_close(xml, element);
}

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view boundary;
	zt_role_spec spec = { 0 };
	const zt_role *role;
	uint64_t session_s = 0;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_in_form(call, &zt_param_role_name, ZT_REQUIRED, &spec.name, ret_error));
	TRY(zt_in_form(call, &trust_document, ZT_REQUIRED, &spec.trust_document, ret_error));
	TRY(zt_in_form(call, &path_param, ZT_OPTIONAL, &spec.path, ret_error));
	TRY(zt_in_form(call, &description_param, ZT_OPTIONAL, &spec.description, ret_error));
	TRY(zt_in_form(call, &boundary_param, ZT_OPTIONAL, &boundary, ret_error));
	TRY(zt_in_form_number(call, "MaxSessionDuration", 3600, 43200, &session_s, ret_error));
	/* To take it and not enforce it would widen what the role may do. */
	if (boundary.n)
		return zt_error_coded(ret_error, ZT_E_UNSUPPORTED, "InvalidInput",
				      "Permissions boundaries are not supported here.");
	spec.max_session_s = (unsigned)session_s;
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_role_create(txn, &spec, &role, ret_error));
	TRY(zt_role_arn(call->registry, role, &arn));
	TRY(zt_iam_tags_put(call, zt_str_view(&arn), ret_error));
	role = zt_registry_role(call->registry, spec.name);
	ENSURE(role, ZT_E_INTERNAL);
	return show_role(call, "Role", role, true);
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	return show_role(call, "Role", role, true);
}

static zt_status list(zt_call *call, zt_error *ret_error)
{
	zt_iam_page page;
	zt_view prefix = ZT_LIT("/"), last = ZT_VIEW_EMPTY;
	zt_status status = zt_iam_page_read(call, &page, ret_error);
	(void)zt_form_get(&call->form, "PathPrefix", &prefix);
	size_t shown = 0;
	const zt_role *role = zt_registry_next_role(call->registry, zt_str_view(&page.after));
	if (status == ZT_OK)
		status = zt_xml_open(&call->xml, "Roles");
	for (; status == ZT_OK && role; role = zt_registry_next_role(call->registry, zt_view_of(role->name))) {
		if (!zt_view_starts(zt_view_of(role->path), prefix))
			continue;
		if (shown++ == page.limit)
			break;
		status = show_role(call, "member", role, false);
		last = zt_view_of(role->name);
	}
	zt_str_free(&page.after);
	TRY(status);
	TRY(zt_xml_close(&call->xml, "Roles"));
	return zt_iam_page_end(call, role ? last : ZT_VIEW_EMPTY);
}

static zt_status update_trust(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view document;
	const zt_role *role;
	TRY(zt_iam_role(call, &role, ret_error));
	TRY(zt_in_form(call, &zt_param_role_policy_document, ZT_REQUIRED, &document, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_role_trust(txn, zt_view_of(role->name), document, ret_error);
}

static zt_status delete_role(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const zt_role *role;
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_iam_role(call, &role, ret_error));
	TRY(zt_role_arn(call->registry, role, &arn));
	TRY(zt_call_txn(call, &txn));
	TRY(zt_txn_role_delete(txn, zt_view_of(role->name), ret_error));
	return zt_txn_tags_remove(txn, zt_str_view(&arn), NULL, ret_error);
}

static const zt_operation rows[] = {
	{ ZT_QUERY("CreateRole", zt_iam_resource, create) },
	{ ZT_QUERY("GetRole", zt_iam_resource, get) },
	{ ZT_QUERY("ListRoles", NULL, list) },
	{ ZT_QUERY("UpdateAssumeRolePolicy", zt_iam_resource, update_trust) },
	{ ZT_QUERY("DeleteRole", zt_iam_resource, delete_role) },
};
const zt_operations zt_iam_role_operations = ZT_OPERATIONS(rows);
