/* The roles of handler, rule and provisioning template, each with its inline policy. */
#include "aws/iam.h"
#include "setup/documents.h"

static zt_status wrap(const char *member, json_t *document, json_t **ret, zt_error *ret_error)
{
	*ret = json_pack("{s:o}", member, document);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status desired_role(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	return wrap("AssumeRolePolicyDocument", zt_document_trust(setup, item->index), ret, ret_error);
}

static bool has_tag(const zt_setup *setup, const json_t *tags)
{
	for (size_t i = 0; i < json_array_size(tags); i++)
		if (zt_setup_is_our_tag(setup, json_array_get(tags, i)))
			return true;
	return false;
}

static zt_status observe_role(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours,
			      zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	json_t *trust = NULL;
	TRY(zt_iam_role_get(setup->client, zt_view_of(item->name), &answer, ret_error));
	const json_t *role = json_object_get(answer, "Role");
	TRY(zt_json_parse(zt_json_view(role, "AssumeRolePolicyDocument"), &trust, ret_error));
	*ret_ours = has_tag(setup, json_object_get(role, "Tags"));
	return wrap("AssumeRolePolicyDocument", trust, ret, ret_error);
}

static zt_status create_role(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str trust = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	const zt_aws_parameter tag = { "zerotouch", zt_view_of(setup->name) };
	TRY(zt_setup_desired_text(item, "AssumeRolePolicyDocument", &trust, ret_error));
	zt_iam_role_spec spec = { zt_view_of(item->name), zt_str_view(&trust),
				  ZT_LIT("Just-in-time registration of devices by zerotouch"), &tag, 1 };
	return zt_iam_role_create(setup->client, &spec, &answer, ret_error);
}

static zt_status update_role(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str trust = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	TRY(zt_setup_desired_text(item, "AssumeRolePolicyDocument", &trust, ret_error));
	return zt_iam_role_set_trust(setup->client, zt_view_of(item->name), zt_str_view(&trust), ret_error);
}

static zt_status remove_role(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return zt_iam_role_delete(setup->client, zt_view_of(item->name), ret_error);
}

static zt_view role_of(const zt_setup *setup, const zt_setup_item *item)
{
	return zt_view_of(zt_setup_role_name(setup, item->index));
}

static zt_status desired_policy(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	return wrap("PolicyDocument", zt_document_role_policy(setup, item->index), ret, ret_error);
}

/* It has no tags; a policy of this name on our role is ours. */
static zt_status observe_policy(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours,
				zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	json_t *document = NULL;
	TRY(zt_iam_role_policy_get(setup->client, role_of(setup, item), zt_view_of(item->name), &text, ret_error));
	TRY(zt_json_parse(zt_str_view(&text), &document, ret_error));
	*ret_ours = true;
	return wrap("PolicyDocument", document, ret, ret_error);
}

static zt_status put_policy(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_SETUP_DOCUMENT_MAX);
	TRY(zt_setup_desired_text(item, "PolicyDocument", &text, ret_error));
	return zt_iam_role_policy_put(setup->client, role_of(setup, item), zt_view_of(item->name), zt_str_view(&text),
				      ret_error);
}

static zt_status remove_policy(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return zt_iam_role_policy_delete(setup->client, role_of(setup, item), zt_view_of(item->name), ret_error);
}

#define ROLES                                                                   \
	{                                                                       \
		"role/{role}", "role/{errors-role}", "role/{provisioning-role}" \
	}
static const zt_operator_action role_actions[] = {
	{ "iam:GetRole", ROLES },    { "iam:CreateRole", ROLES },
	{ "iam:TagRole", ROLES },    { "iam:UpdateAssumeRolePolicy", ROLES },
	{ "iam:DeleteRole", ROLES },
};

static const zt_operator_action policy_actions[] = {
	{ "iam:GetRolePolicy", ROLES },
	{ "iam:PutRolePolicy", ROLES },
	{ "iam:DeleteRolePolicy", ROLES },
};

const zt_resource zt_resource_role = {
	"IAM role", desired_role, observe_role, create_role, update_role, remove_role, ZT_OPERATOR_ACTIONS(role_actions)
};
const zt_resource zt_resource_role_policy = { "role policy",
					      desired_policy,
					      observe_policy,
					      put_policy,
					      put_policy,
					      remove_policy,
					      ZT_OPERATOR_ACTIONS(policy_actions) };
