#include "aws/sts.h"

#include <inttypes.h>

#include "aws/credentials_json.h"

zt_status zt_sts_caller_identity(zt_aws_client *client, json_t **ret, zt_error *ret_error)
{
	return zt_aws_query(client, ZT_AWS_STS, "GetCallerIdentity", NULL, 0, ret, ret_error);
}

zt_status zt_sts_assume_role(zt_aws_client *client, const zt_sts_role *role, zt_aws_credentials *ret,
			     zt_error *ret_error)
{
	char name[48], duration[16] = "";
	(void)snprintf(name, sizeof name, "zerotouch-%" PRId64, zt_clock_wall_ms(zt_aws_client_clock(client)));
	if (role->duration_s)
		(void)snprintf(duration, sizeof duration, "%u", role->duration_s);
	const zt_aws_parameter parameters[] = {
		{ "RoleArn", role->role_arn },
		{ "RoleSessionName", role->session_name.n ? role->session_name : zt_view_of(name) },
		{ "ExternalId", role->external_id },
		{ "DurationSeconds", zt_view_of(duration) },
		{ "WebIdentityToken", role->web_identity },
	};
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY((role->web_identity.n ? zt_aws_query_anonymous : zt_aws_query)(
	    client, ZT_AWS_STS, role->web_identity.n ? "AssumeRoleWithWebIdentity" : "AssumeRole", parameters,
	    ZT_COUNT(parameters), &answer, ret_error));
	return zt_aws_credentials_read(json_object_get(answer, "Credentials"), "SessionToken", "STS", ret, ret_error);
}
