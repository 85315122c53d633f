/* Who is calling, and sessions of roles (IAM API reference). */
#include "cloud/api/sts_words.h"
#include "cloud/api/tables.h"

static zt_status get_caller(zt_call *call, zt_error *ret_error)
{
	(void)ret_error;
	TRY(zt_xml_text(&call->xml, "Arn", zt_view_of(call->caller.arn)));
	TRY(zt_xml_text(&call->xml, "UserId", zt_view_of(call->caller.user_id)));
	return zt_xml_text(&call->xml, "Account", zt_view_of(zt_registry_account(call->registry)->account));
}

static zt_status refuse(const zt_call *call, zt_view arn, zt_error *ret_error)
{
	return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDenied",
			      "User: %s is not authorized to perform: sts:AssumeRole on resource: %.*s",
			      call->caller.arn, ZT_PRI(arn));
}

static zt_status assume_role(zt_call *call, zt_error *ret_error)
{
	zt_sts_session session;
	TRY(zt_sts_session_read(call, &session, ret_error));
	/* AWS lets no root assume a role. Here the root key stands for the account's administrator, for whom a trust
	 * policy that names the account speaks. */
	if (!session.role || !zt_role_trusts(session.role, zt_view_of(call->caller.arn)))
		return refuse(call, session.role_arn, ret_error);
	return zt_sts_session_begin(call, &session, ret_error);
}

static zt_status role_of_form(const zt_call *call, zt_str *out)
{
	zt_view arn;
	return zt_form_get(&call->form, zt_param_sts_role_arn.name, &arn) ? zt_str_put(out, arn) : ZT_OK;
}

static const zt_operation rows[] = {
	{ ZT_QUERY("GetCallerIdentity", NULL, get_caller), .flags = ZT_OP_NO_PERMISSION },
	{ ZT_QUERY("AssumeRole", role_of_form, assume_role) },
	{ ZT_QUERY("AssumeRoleWithWebIdentity", NULL, zt_sts_assume_role_with_web_identity), .flags = ZT_OP_ANONYMOUS },
};
const zt_operations zt_sts_operations = ZT_OPERATIONS(rows);
