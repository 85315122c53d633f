/* Keys out of what a service or a program answers. */
#ifndef ZT_AWS_CREDENTIALS_JSON_H
#define ZT_AWS_CREDENTIALS_JSON_H

#include "aws/credentials.h"
#include "base/json.h"

/* AccessKeyId, SecretAccessKey, the session token in `token_member` and Expiration; the last two may be absent.
 * ZT_E_CREDENTIALS, naming `source` and the member that is missing, no text, too long or no time: never its value. */
ZT_NODISCARD zt_status zt_aws_credentials_read(const json_t *object, const char *token_member, const char *source,
					       zt_aws_credentials *ret, zt_error *ret_error);

#endif
