#include "cloud/account.h"

static zt_status put_arn(const zt_account *account, const char *service, const char *region, const char *type,
			 char separator, zt_view name, zt_str *out)
{
	return zt_str_printf(out, "arn:%s:%s:%s:%s:%s%c%.*s", account->partition, service, region, account->account,
			     type, separator, ZT_PRI(name));
}

zt_status zt_account_iot_arn(const zt_account *account, const char *type, zt_view name, zt_str *out)
{
	return put_arn(account, "iot", account->region, type, '/', name, out);
}

/* IAM is global: its ARNs name no Region. */
zt_status zt_account_role_arn(const zt_account *account, zt_view name, zt_str *out)
{
	return put_arn(account, "iam", "", "role", '/', name, out);
}

zt_status zt_account_function_arn(const zt_account *account, zt_view name, zt_str *out)
{
	return put_arn(account, "lambda", account->region, "function", ':', name, out);
}

zt_status zt_account_log_group_arn(const zt_account *account, zt_view name, zt_str *out)
{
	return put_arn(account, "logs", account->region, "log-group", ':', name, out);
}
