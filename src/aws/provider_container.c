/* The address that a container is given for its role's keys (AWS SDKs and Tools Reference Guide, "Container credential
 * provider"). */
#include "aws/metadata.h"
#include "aws/provider.h"
#include "base/fs.h"

#define CONTAINER_ORIGIN "http://169.254.170.2"

enum { TOKEN_MAX = 16 * 1024, RETRY_WAIT_MS = 250 };

/* Plain HTTP goes to these alone: the token in it must not leave the machine. */
static bool is_own_host(zt_view host)
{
	static const char *const hosts[] = { "localhost",     "127.0.0.1",      "[::1]",
					     "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]" };
	for (size_t i = 0; i < ZT_COUNT(hosts); i++)
		if (zt_view_equal_nocase(host, zt_view_of(hosts[i])))
			return true;
	return false;
}

/* Without a port; a bracketed address has colons of its own. */
static zt_view without_port(zt_view host)
{
	size_t bracket = zt_view_find(host, ']');
	if (bracket < host.n)
		return zt_view_make(host.p, bracket + 1);
	host.n = zt_view_find(host, ':');
	return host;
}

/* "http://localhost:1/path?x" -> origin and target. */
static zt_status split_uri(zt_view uri, zt_aws_url origin, zt_view *ret_target, zt_error *ret_error)
{
	zt_view host = uri;
	bool secure = zt_view_take_prefix(&host, ZT_LIT("https://"));
	if (!secure && !zt_view_take_prefix(&host, ZT_LIT("http://")))
		return zt_error_set(ret_error, ZT_E_CONFIG, "AWS_CONTAINER_CREDENTIALS_FULL_URI is no http:// URL");
	size_t scheme = uri.n - host.n;
	host.n = zt_view_find(host, '/');
	if (!is_own_host(without_port(host)) || zt_view_find(host, '@') < host.n)
		return zt_error_set(
		    ret_error, ZT_E_CONFIG,
		    "AWS_CONTAINER_CREDENTIALS_FULL_URI names the host %.*s: only localhost, 127.0.0.1, "
		    "[::1], 169.254.170.2, 169.254.170.23 and [fd00:ec2::23] are asked",
		    ZT_PRI(host));
	*ret_target = zt_view_from(uri, scheme + host.n);
	if (zt_text_copy(origin, sizeof(zt_aws_url), zt_view_make(uri.p, scheme + host.n)) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "AWS_CONTAINER_CREDENTIALS_FULL_URI is too long");
	return ZT_OK;
}

static bool is_one_line(zt_view text)
{
	return zt_view_find(text, '\r') == text.n && zt_view_find(text, '\n') == text.n;
}

static zt_status read_token(zt_str *token, zt_error *ret_error)
{
	const char *path = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *text = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	zt_error cause = { 0 };
	zt_status status = path && *path ? zt_file_read(path, token, &cause) : zt_str_put_text(token, text ? text : "");
	if (status != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "the container's authorization token: %s",
				    cause.text[0] ? cause.text : zt_status_text(status));
	if (!is_one_line(zt_view_trim(zt_str_view(token))))
		return zt_error_set(ret_error, ZT_E_CREDENTIALS,
				    "the container's authorization token has more than one line");
	return ZT_OK;
}

zt_status zt_aws_provide_container(const zt_aws_http *http, zt_aws_found *ret, zt_error *ret_error)
{
	zt_view relative = zt_view_of(getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"));
	zt_view full = zt_view_of(getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
	zt_aws_url origin = CONTAINER_ORIGIN;
	zt_view target = relative;
	ZT_CLEANUP(zt_str_free_wiped) zt_str token = ZT_STR(TOKEN_MAX);
	ZT_CLEANUP(zt_aws_http_response_free)
	zt_aws_http_response response = { .body = ZT_STR(ZT_AWS_METADATA_ANSWER_MAX) };
	zt_error cause = { 0 };
	if ((relative.n == 0 && full.n == 0) || !http->perform)
		return ZT_E_NOT_FOUND;
	if (relative.n == 0)
		TRY(split_uri(full, origin, &target, ret_error));
	else if (relative.p[0] != '/')
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
	TRY(read_token(&token, ret_error));
	const zt_view value = zt_view_trim(zt_str_view(&token));
	const zt_aws_metadata_request request = { .method = "GET",
						  .origin = origin,
						  .target = target,
						  .header = value.n ? "authorization" : NULL,
						  .value = value,
						  .timeout_ms = ZT_AWS_METADATA_MS,
						  .tries = ZT_AWS_METADATA_TRIES,
						  .pause_ms = RETRY_WAIT_MS };
	if (zt_aws_metadata_ask(http, &request, &response, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "the container's credentials: %s", cause.text);
	TRY(zt_aws_metadata_keys(&response, "the container", &ret->credentials, ret_error));
	(void)snprintf(ret->source, sizeof ret->source, "container (%.140s)", origin);
	return ZT_OK;
}
