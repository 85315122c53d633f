/* The keys that sign requests. */
#ifndef ZT_AWS_CREDENTIALS_H
#define ZT_AWS_CREDENTIALS_H

#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

enum {
	ZT_AWS_ACCESS_KEY_ID_MAX = 128,
	ZT_AWS_REGION_MAX = 63,
	ZT_AWS_RENEW_BEFORE_MS = 5 * 60 * 1000, /* AWS SDKs: a session is renewed five minutes before its end */
	ZT_AWS_RENEW_PAUSE_MS = 30 * 1000,      /* behind a renewal that brought nothing, while the keys are good */
};

typedef struct {
	char access_key_id[ZT_AWS_ACCESS_KEY_ID_MAX + 1];
	zt_secret secret;
	zt_secret token;    /* session token; n == 0 for long-lived keys */
	int64_t expires_ms; /* wall clock; 0: never, or nobody said */
} zt_aws_credentials;

/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION. ZT_E_NOT_FOUND when the first
 * is not set, ZT_E_CREDENTIALS when the second is missing, one of them is too long, or the last is no time. */
ZT_NODISCARD zt_status zt_aws_credentials_environment(zt_aws_credentials *ret, zt_error *ret_error);
/* "2026-01-31T12:00:00Z", with a fraction or "+01:00" in place of the Z (ISO 8601). */
ZT_NODISCARD zt_status zt_aws_credentials_time(zt_view text, int64_t *ret_wall_ms);
void zt_aws_credentials_wipe(zt_aws_credentials *credentials);

#endif
