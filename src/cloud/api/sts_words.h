/* What the two ways to a role have in common. */
#ifndef ZT_CLOUD_API_STS_WORDS_H
#define ZT_CLOUD_API_STS_WORDS_H

#include "cloud/api/iam_words.h"

/* What is asked for. */
typedef struct {
	zt_view role_arn, name;
	uint64_t duration_s;
	const zt_role *role; /* NULL when there is none of that ARN */
} zt_sts_session;

extern const zt_param zt_param_sts_role_arn;

/* RoleArn, RoleSessionName, DurationSeconds. Session policies are refused: one that is taken and not enforced would
 * widen the session. */
ZT_NODISCARD zt_status zt_sts_session_read(const zt_call *call, zt_sts_session *ret, zt_error *ret_error);
/* Makes the session and shows its keys. */
ZT_NODISCARD zt_status zt_sts_session_begin(zt_call *call, const zt_sts_session *session, zt_error *ret_error);

zt_status zt_sts_assume_role_with_web_identity(zt_call *call, zt_error *ret_error);

#endif
