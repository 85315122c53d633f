/* The function's permission for our rule, and for it alone. */
#include "aws/lambda.h"
#include "setup/state.h"

static zt_status desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	(void)item;
	*ret = json_pack("{s:s, s:{s:s}, s:s, s:{s:{s:s}, s:{s:o}}}", "Effect", "Allow", "Principal", "Service",
			 "iot.amazonaws.com", "Action", "lambda:InvokeFunction", "Condition", "StringEquals",
			 "AWS:SourceAccount", setup->account, "ArnLike", "AWS:SourceArn",
			 zt_setup_arn_json(setup, "iot", "rule/", setup->rule_name));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static const json_t *find_statement(const json_t *policy, zt_view sid)
{
	const json_t *statements = json_object_get(policy, "Statement");
	for (size_t i = 0; i < json_array_size(statements); i++)
		if (zt_view_equal(zt_json_view(json_array_get(statements, i), "Sid"), sid))
			return json_array_get(statements, i);
	return NULL;
}

/* A statement of this id is ours: ids are chosen by whoever adds them. */
static zt_status observe(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	ZT_JSON_CLEANUP json_t *policy = NULL;
	TRY(zt_lambda_policy_get(setup->client, zt_view_of(setup->handler_name), &answer, ret_error));
	TRY(zt_json_parse(zt_json_view(answer, "Policy"), &policy, ret_error));
	const json_t *statement = find_statement(policy, zt_view_of(item->name));
	ENSURE(statement, ZT_E_NOT_FOUND);
	*ret_ours = true;
	*ret = json_copy((json_t *)statement);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status create(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:s, s:s, s:s, s:o, s:s}", "StatementId", item->name, "Action", "lambda:InvokeFunction",
		      "Principal", "iot.amazonaws.com", "SourceArn",
		      zt_setup_arn_json(setup, "iot", "rule/", setup->rule_name), "SourceAccount", setup->account);
	ENSURE(body, zt_setup_no_memory(ret_error));
	return zt_lambda_permission_add(setup->client, zt_view_of(setup->handler_name), body, ret_error);
}

static zt_status remove_permission(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return zt_lambda_permission_remove(setup->client, zt_view_of(setup->handler_name), zt_view_of(item->name),
					   ret_error);
}

static zt_status update(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	TRY(remove_permission(setup, item, ret_error));
	return create(setup, item, ret_error);
}

static const zt_operator_action actions[] = {
	{ "lambda:GetPolicy", { "function:{handler}" } },
	{ "lambda:AddPermission", { "function:{handler}" } },
	{ "lambda:RemovePermission", { "function:{handler}" } },
};

const zt_resource zt_resource_permission = {
	"invoke permission", desired, observe, create, update, remove_permission, ZT_OPERATOR_ACTIONS(actions)
};
