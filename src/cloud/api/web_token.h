/* A web identity's token: a JSON Web Token (RFC 7519) signed by HMAC-SHA256 (HS256, RFC 7518 §3.2). */
#ifndef ZT_CLOUD_API_WEB_TOKEN_H
#define ZT_CLOUD_API_WEB_TOKEN_H

#include "base/json.h"

enum { ZT_WEB_TOKEN_MAX = 20000, ZT_WEB_TOKEN_ISSUER_MAX = 512 };

typedef struct {
	json_t *claims;          /* owned */
	zt_view issuer, subject; /* borrowed from them, never empty; the issuer without https:// */
	int64_t expires_s;       /* since 1970 */
} zt_web_token;

/* ZT_E_INVALID, with the reason for people, when it is no such token, `secret` did not sign it, or iss, sub, aud or exp
 * is missing. Says nothing about the time. */
ZT_NODISCARD zt_status zt_web_token_read(zt_view text, zt_view secret, zt_web_token *ret, zt_error *ret_error);
void zt_web_token_free(zt_web_token *token);
/* Value `index` of "sub" or "aud"; false when there is none. */
bool zt_web_token_value(const zt_web_token *token, const char *claim, size_t index, zt_view *ret);

#endif
