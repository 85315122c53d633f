#include "aws/metadata.h"

#include "aws/endpoint.h"
#include "base/timefmt.h"

enum { TARGET_TEXT_MAX = 4096 };

bool zt_aws_metadata_is_silence(zt_status status)
{
	return status == ZT_E_NETWORK || status == ZT_E_TIMEOUT || status == ZT_E_CLOSED;
}

static zt_status ask_once(const zt_aws_http *http, const zt_aws_metadata_request *request,
			  zt_aws_http_response *response, zt_error *ret_error)
{
	char target[TARGET_TEXT_MAX];
	const zt_sigv4_header headers[] = {
		{ ZT_LIT("host"), zt_aws_origin_host(request->origin) },
		{ ZT_LIT("accept"), ZT_LIT("application/json") },
		{ ZT_LIT("user-agent"), ZT_LIT("zerotouch/" ZT_VERSION) },
		{ zt_view_of(request->header), request->value },
	};
	if (zt_text_copy(target, sizeof target, request->target.n ? request->target : ZT_LIT("/")) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "the path of a metadata address is too long");
	const zt_aws_http_request call = {
		.method = request->method,
		.origin = request->origin,
		.target = target,
		.headers = headers,
		.header_count = ZT_COUNT(headers) - (request->header ? 0 : 1),
		.direct = true,
		.deadline_ms = zt_time_mono_ms() + request->timeout_ms,
	};
	zt_aws_http_response_clear(response);
	TRY(http->perform(http->context, &call, response, ret_error));
	if (response->status == 200)
		return ZT_OK;
	return zt_error_set(ret_error, response->status == 404 ? ZT_E_NOT_FOUND : ZT_E_CREDENTIALS,
			    "%s%s answers with status %d", request->origin, target, response->status);
}

zt_status zt_aws_metadata_ask(const zt_aws_http *http, const zt_aws_metadata_request *request,
			      zt_aws_http_response *response, zt_error *ret_error)
{
	for (unsigned tries = 1;; tries++) {
		zt_status status = ask_once(http, request, response, ret_error);
		if (!zt_aws_metadata_is_silence(status) || tries >= request->tries)
			return status;
		zt_time_sleep_ms(request->pause_ms);
	}
}

zt_status zt_aws_metadata_keys(const zt_aws_http_response *response, const char *source, zt_aws_credentials *ret,
			       zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	if (zt_json_parse(zt_str_view(&response->body), &answer, NULL) != ZT_OK || !json_is_object(answer))
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "credentials of %s: the answer is no JSON object",
				    source);
	zt_view code = zt_json_view(answer, "Code");
	if (code.n && !zt_view_equal(code, ZT_LIT("Success")))
		return zt_error_set(ret_error, ZT_E_CREDENTIALS, "credentials of %s: %.*s: %.*s", source, ZT_PRI(code),
				    ZT_PRI(zt_json_view(answer, "Message")));
	return zt_aws_credentials_read(answer, "Token", source, ret, ret_error);
}
