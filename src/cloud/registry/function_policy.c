#include "cloud/registry/function_policy.h"

#include "base/arn.h"
#include "base/json.h"
#include "policy/evaluate.h"

bool zt_source_value(void *context, zt_view name, size_t index, zt_view *ret)
{
	const zt_source *from = context;
	bool arn = zt_view_equal_nocase(name, ZT_LIT("aws:SourceArn"));
	if (index > 0 || (!arn && !zt_view_equal_nocase(name, ZT_LIT("aws:SourceAccount"))))
		return false;
	*ret = arn ? from->arn : from->account;
	return true;
}

zt_status zt_registry_function_of_arn(const zt_registry *registry, zt_view arn, zt_view *ret_arn,
				      const zt_function **ret, zt_error *ret_error)
{
	const zt_account *account = zt_registry_account(registry);
	zt_arn parts = { 0 };
	zt_view name = ZT_VIEW_EMPTY;
	bool ours = zt_arn_parse(arn, &parts) == ZT_OK && zt_arn_resource_of(&parts, ZT_LIT("function"), &name) &&
		    zt_view_equal(parts.region, zt_view_of(account->region));
	name.n = zt_view_find(name, ':');
	const zt_function *function = ours ? zt_registry_function(registry, name) : NULL;
	if (!function)
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "Function not found: %.*s", ZT_PRI(arn));
	*ret_arn = zt_view_make(arn.p, (size_t)(name.p + name.n - arn.p));
	*ret = function;
	return ZT_OK;
}

/* Resource policies are kept as the statements of AddPermission. */
static zt_status compile_statements(const json_t *statements, zt_policy **ret)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_POLICY_BYTES_MAX);
	ENSURE(json_array_size(statements) > 0, ZT_E_NOT_FOUND);
	TRY(zt_str_put_text(&text, "{\"Version\":\"2012-10-17\",\"Statement\":"));
	TRY(zt_json_write(statements, &text));
	TRY(zt_str_put_text(&text, "}"));
	return zt_policy_parse(zt_str_view(&text), ZT_POLICY_TRUST, ret, NULL);
}

zt_status zt_function_lets_iot(const zt_function *function, zt_view function_arn, zt_source source, zt_error *ret_error)
{
	ZT_CLEANUP(zt_policy_freep) zt_policy *policy = NULL;
	zt_policy_request request = {
		ZT_LIT("lambda:InvokeFunction"), function_arn, ZT_LIT("iot.amazonaws.com"), { zt_source_value, &source }
	};
	if (compile_statements(function->policy, &policy) == ZT_OK) {
		const zt_policy *policies[] = { policy };
		if (zt_policy_evaluate(policies, 1, &request).kind == ZT_DECISION_ALLOW)
			return ZT_OK;
	}
	return zt_error_coded(ret_error, ZT_E_DENIED, "AccessDeniedException",
			      "function %s has no permission for iot.amazonaws.com with SourceArn %.*s", function->name,
			      ZT_PRI(source.arn));
}
