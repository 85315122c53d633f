#include "aws/iam.h"

#include "base/codec.h"
#include "base/json.h"

enum { TAGS_MAX = 50, TAG_NAME_MAX = 40, DOCUMENT_MAX = 128 * 1024 };

/* Documents come back percent-encoded (IAM API Reference, GetRole). */
static zt_status decoded_document(const json_t *object, const char *member, zt_str *out)
{
	return zt_percent_decode(zt_json_view(object, member), false, out);
}

static zt_status decode_trust(json_t *answer, zt_error *ret_error)
{
	json_t *role = json_object_get(answer, "Role");
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(DOCUMENT_MAX);
	if (!json_is_object(role) || decoded_document(role, "AssumeRolePolicyDocument", &text) != ZT_OK ||
	    json_object_set_new(role, "AssumeRolePolicyDocument", zt_json_string(zt_str_view(&text))) != 0)
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "IAM's answer holds no role");
	return ZT_OK;
}

static zt_status role_query(zt_aws_client *client, const char *action, const zt_aws_parameter *parameters, size_t count,
			    json_t **ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_aws_query(client, ZT_AWS_IAM, action, parameters, count, &answer, ret_error));
	TRY(decode_trust(answer, ret_error));
	*ret = ZT_STEAL(answer);
	return ZT_OK;
}

zt_status zt_iam_role_create(zt_aws_client *client, const zt_iam_role_spec *spec, json_t **ret, zt_error *ret_error)
{
	zt_aws_parameter parameters[3 + 2 * TAGS_MAX] = {
		{ "RoleName", spec->name },
		{ "AssumeRolePolicyDocument", spec->trust_document },
		{ "Description", spec->description },
	};
	char names[2 * TAGS_MAX][TAG_NAME_MAX];
	size_t count = 3;
	ENSURE(spec->tag_count <= TAGS_MAX, ZT_E_LIMIT);
	for (size_t i = 0; i < spec->tag_count; i++) {
		(void)snprintf(names[2 * i], TAG_NAME_MAX, "Tags.member.%zu.Key", i + 1);
		(void)snprintf(names[2 * i + 1], TAG_NAME_MAX, "Tags.member.%zu.Value", i + 1);
		parameters[count++] = (zt_aws_parameter){ names[2 * i], zt_view_of(spec->tags[i].name) };
		parameters[count++] = (zt_aws_parameter){ names[2 * i + 1], spec->tags[i].value };
	}
	return role_query(client, "CreateRole", parameters, count, ret, ret_error);
}

zt_status zt_iam_role_get(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error)
{
	const zt_aws_parameter parameters[] = { { "RoleName", name } };
	return role_query(client, "GetRole", parameters, ZT_COUNT(parameters), ret, ret_error);
}

zt_status zt_iam_role_set_trust(zt_aws_client *client, zt_view name, zt_view document, zt_error *ret_error)
{
	const zt_aws_parameter parameters[] = { { "RoleName", name }, { "PolicyDocument", document } };
	return zt_aws_query(client, ZT_AWS_IAM, "UpdateAssumeRolePolicy", parameters, ZT_COUNT(parameters), NULL,
			    ret_error);
}

zt_status zt_iam_role_delete(zt_aws_client *client, zt_view name, zt_error *ret_error)
{
	const zt_aws_parameter parameters[] = { { "RoleName", name } };
	return zt_aws_query(client, ZT_AWS_IAM, "DeleteRole", parameters, ZT_COUNT(parameters), NULL, ret_error);
}

zt_status zt_iam_role_policy_put(zt_aws_client *client, zt_view role, zt_view policy, zt_view document,
				 zt_error *ret_error)
{
	const zt_aws_parameter parameters[] = { { "RoleName", role },
						{ "PolicyName", policy },
						{ "PolicyDocument", document } };
	return zt_aws_query(client, ZT_AWS_IAM, "PutRolePolicy", parameters, ZT_COUNT(parameters), NULL, ret_error);
}

zt_status zt_iam_role_policy_get(zt_aws_client *client, zt_view role, zt_view policy, zt_str *document,
				 zt_error *ret_error)
{
	const zt_aws_parameter parameters[] = { { "RoleName", role }, { "PolicyName", policy } };
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(zt_aws_query(client, ZT_AWS_IAM, "GetRolePolicy", parameters, ZT_COUNT(parameters), &answer, ret_error));
	if (decoded_document(answer, "PolicyDocument", document) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_PROTOCOL, "GetRolePolicy: the document is not percent-encoded");
	return ZT_OK;
}

zt_status zt_iam_role_policy_delete(zt_aws_client *client, zt_view role, zt_view policy, zt_error *ret_error)
{
	const zt_aws_parameter parameters[] = { { "RoleName", role }, { "PolicyName", policy } };
	return zt_aws_query(client, ZT_AWS_IAM, "DeleteRolePolicy", parameters, ZT_COUNT(parameters), NULL, ret_error);
}
