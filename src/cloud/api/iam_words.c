#include "cloud/api/iam_words.h"

#include "base/arn.h"
#include "base/codec.h"
#include "cloud/api/page.h"

enum { ITEMS_MAX = 1000, ITEMS_DEFAULT = 100, DOCUMENT_MAX = 256 * 1024 };

const zt_param zt_param_role_name = { "RoleName", 1, 64, "\\w+=,.@-" };
const zt_param zt_param_role_policy_name = { "PolicyName", 1, 128, "\\w+=,.@-" };
const zt_param zt_param_role_policy_document = { "PolicyDocument", 1, 131072, NULL };

zt_status zt_iam_role(const zt_call *call, const zt_role **ret, zt_error *ret_error)
{
	zt_view name;
	TRY(zt_in_form(call, &zt_param_role_name, ZT_REQUIRED, &name, ret_error));
	*ret = zt_registry_role(call->registry, name);
	if (*ret)
		return ZT_OK;
	return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "NoSuchEntity", "The role with name %.*s cannot be found.",
			      ZT_PRI(name));
}

zt_status zt_iam_resource(const zt_call *call, zt_str *out)
{
	zt_view name, path = ZT_LIT("/");
	const zt_account *account = zt_registry_account(call->registry);
	if (!zt_form_get(&call->form, zt_param_role_name.name, &name))
		return ZT_OK;
	const zt_role *role = zt_registry_role(call->registry, name);
	if (role)
		return zt_role_arn(call->registry, role, out);
	(void)zt_form_get(&call->form, "Path", &path);
	return zt_str_printf(out, "arn:%s:iam::%s:role%.*s%.*s", account->partition, account->account, ZT_PRI(path),
			     ZT_PRI(name));
}

zt_status zt_iam_document(zt_str *out, const char *element, const char *document)
{
	ZT_CLEANUP(zt_str_free) zt_str encoded = ZT_STR(3 * DOCUMENT_MAX);
	TRY(zt_percent_encode(zt_view_of(document), false, &encoded));
	return zt_xml_text(out, element, zt_str_view(&encoded));
}

zt_status zt_iam_page_read(const zt_call *call, zt_iam_page *ret, zt_error *ret_error)
{
	uint64_t limit = ITEMS_DEFAULT;
	zt_view marker;
	ret->after = ZT_STR(ZT_PAGE_KEY_MAX);
	TRY(zt_in_form_number(call, "MaxItems", 1, ITEMS_MAX, &limit, ret_error));
	ret->limit = limit;
	if (zt_form_get(&call->form, "Marker", &marker) &&
	    zt_page_token_read(call->operation->name, marker, &ret->after) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "Invalid Marker.");
	return ZT_OK;
}

zt_status zt_iam_page_end(zt_call *call, zt_view last)
{
	TRY(zt_xml_bool(&call->xml, "IsTruncated", last.n > 0));
	if (last.n == 0)
		return ZT_OK;
	ZT_CLEANUP(zt_str_free) zt_str token = ZT_STR(2 * ZT_PAGE_KEY_MAX);
	TRY(zt_page_token_make(call->operation->name, last, &token));
	return zt_xml_text(&call->xml, "Marker", zt_str_view(&token));
}
