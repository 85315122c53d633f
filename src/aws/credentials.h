/* The keys that sign requests. */
#ifndef ZT_AWS_CREDENTIALS_H
#define ZT_AWS_CREDENTIALS_H

#include "base/error.h"
#include "base/secret.h"

enum { ZT_AWS_ACCESS_KEY_ID_MAX = 128, ZT_AWS_REGION_MAX = 63 };

typedef struct {
	char access_key_id[ZT_AWS_ACCESS_KEY_ID_MAX + 1];
	zt_secret secret;
	zt_secret token; /* session token; n == 0 for long-lived keys */
} zt_aws_credentials;

/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. ZT_E_NOT_FOUND when the first is not set,
 * ZT_E_CREDENTIALS when the second is missing or one of them is too long. */
ZT_NODISCARD zt_status zt_aws_credentials_environment(zt_aws_credentials *ret, zt_error *ret_error);
void zt_aws_credentials_wipe(zt_aws_credentials *credentials);

#endif
