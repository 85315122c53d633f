#include "aws/credentials.h"

#include "base/str.h"
#include "base/timefmt.h"

/* "+01:00" at the end of the text, in minutes. */
static bool take_offset(zt_view *text, int64_t *ret_minutes)
{
	enum { OFFSET_CHARS = 6 };
	if (text->n < OFFSET_CHARS)
		return false;
	zt_view tail = zt_view_from(*text, text->n - OFFSET_CHARS);
	uint64_t hours, minutes;
	if ((tail.p[0] != '+' && tail.p[0] != '-') || tail.p[3] != ':' ||
	    !zt_view_to_u64(zt_view_make(tail.p + 1, 2), &hours) ||
	    !zt_view_to_u64(zt_view_make(tail.p + 4, 2), &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_minutes = (int64_t)(hours * 60 + minutes) * (tail.p[0] == '+' ? 1 : -1);
	text->n -= OFFSET_CHARS;
	return true;
}

zt_status zt_aws_credentials_time(zt_view text, int64_t *ret_wall_ms)
{
	char utc[ZT_TIME_TEXT_MAX];
	int64_t minutes = 0, wall_ms;
	bool has_offset = take_offset(&text, &minutes);
	/* Python's isoformat gives microseconds; a millisecond is fine enough. */
	size_t dot = zt_view_find(text, '.');
	if (dot + 4 < text.n && !zt_view_ends(text, ZT_LIT("Z")))
		text.n = dot + 4;
	ENSURE(text.n + 1 < sizeof utc, ZT_E_INVALID);
	(void)snprintf(utc, sizeof utc, "%.*s%s", ZT_PRI(text), has_offset ? "Z" : "");
	TRY(zt_time_parse_iso8601(zt_view_of(utc), &wall_ms));
	*ret_wall_ms = wall_ms - minutes * 60000;
	return ZT_OK;
}

zt_status zt_aws_credentials_environment(zt_aws_credentials *ret, zt_error *ret_error)
{
	zt_view id = zt_view_of(getenv("AWS_ACCESS_KEY_ID"));
	zt_view secret = zt_view_of(getenv("AWS_SECRET_ACCESS_KEY"));
	zt_view token = zt_view_of(getenv("AWS_SESSION_TOKEN"));
	if (id.n == 0)
		return zt_error_set(ret_error, ZT_E_NOT_FOUND, "AWS_ACCESS_KEY_ID is not set");
	if (secret.n == 0)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS,
				    "AWS_ACCESS_KEY_ID is set, but not AWS_SECRET_ACCESS_KEY");
	if (id.n > ZT_AWS_ACCESS_KEY_ID_MAX || secret.n > ZT_SECRET_MAX || token.n > ZT_SECRET_MAX)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "an AWS key in the environment is too long");
	int64_t expires_ms = 0;
	zt_view expires = zt_view_of(getenv("AWS_CREDENTIAL_EXPIRATION"));
	if (expires.n && zt_aws_credentials_time(expires, &expires_ms) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "AWS_CREDENTIAL_EXPIRATION is no time: \"%.*s\"",
				    ZT_PRI(expires));
	ret->expires_ms = expires_ms;
	TRY(zt_text_copy(ret->access_key_id, sizeof ret->access_key_id, id));
	TRY(zt_secret_set(&ret->secret, secret));
	return zt_secret_set(&ret->token, token);
}

void zt_aws_credentials_wipe(zt_aws_credentials *credentials)
{
	zt_wipe(credentials, sizeof *credentials);
}
