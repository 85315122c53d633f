/* AWS STS. */
#ifndef ZT_AWS_STS_H
#define ZT_AWS_STS_H

#include "aws/query.h"

enum { ZT_STS_DURATION_MIN_S = 900, ZT_STS_DURATION_MAX_S = 43200 };

/* *ret: Account, Arn, UserId. Needs no permission. */
ZT_NODISCARD zt_status zt_sts_caller_identity(zt_aws_client *client, json_t **ret, zt_error *ret_error);

typedef struct {
	zt_view role_arn;
	zt_view session_name; /* empty: "zerotouch-<milliseconds since 1970>" */
	zt_view external_id;  /* empty: none */
	unsigned duration_s;  /* 0: STS's default, an hour */
	zt_view web_identity; /* a token; not empty: AssumeRoleWithWebIdentity, which goes out unsigned */
} zt_sts_role;

/* ZT_E_DENIED when the role does not trust the caller, or the token. */
ZT_NODISCARD zt_status zt_sts_assume_role(zt_aws_client *client, const zt_sts_role *role, zt_aws_credentials *ret,
					  zt_error *ret_error);

#endif
