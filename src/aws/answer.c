#include "aws/answer.h"

#include "base/json.h"

/* Codes that say more than the HTTP status (facts of each service's model; AWS SDKs, "Retry behavior"). */
static const struct {
	const char *code;
	zt_status status;
} meanings[] = {
	{ "ThrottlingException", ZT_E_THROTTLED },
	{ "Throttling", ZT_E_THROTTLED },
	{ "ThrottledException", ZT_E_THROTTLED },
	{ "TooManyRequestsException", ZT_E_THROTTLED },
	{ "RequestLimitExceeded", ZT_E_THROTTLED },
	{ "RequestThrottled", ZT_E_THROTTLED },
	{ "RequestThrottledException", ZT_E_THROTTLED },
	{ "UnrecognizedClientException", ZT_E_CREDENTIALS },
	{ "InvalidClientTokenId", ZT_E_CREDENTIALS },
	{ "ExpiredToken", ZT_E_CREDENTIALS },
	{ "ExpiredTokenException", ZT_E_CREDENTIALS },
	{ "InvalidIdentityToken", ZT_E_CREDENTIALS },
	{ "InvalidSignatureException", ZT_E_CREDENTIALS },
	{ "SignatureDoesNotMatch", ZT_E_CREDENTIALS },
	{ "IncompleteSignature", ZT_E_CREDENTIALS },
	{ "IncompleteSignatureException", ZT_E_CREDENTIALS },
	{ "MissingAuthenticationToken", ZT_E_CREDENTIALS },
	{ "MissingAuthenticationTokenException", ZT_E_CREDENTIALS },
	{ "ResourceAlreadyExistsException", ZT_E_EXISTS },
	/* Where every refusal has the status 400 (the JSON protocol). */
	{ "ResourceNotFoundException", ZT_E_NOT_FOUND },
	{ "AccessDeniedException", ZT_E_DENIED },
	{ "EntityAlreadyExists", ZT_E_EXISTS },
	{ "LimitExceededException", ZT_E_LIMIT },
	{ "LimitExceeded", ZT_E_LIMIT },
	{ "VersionsLimitExceededException", ZT_E_LIMIT },
};

static zt_status meaning_of_http(int http)
{
	switch (http) {
	case 401:
	case 403:
		return ZT_E_DENIED;
	case 404:
		return ZT_E_NOT_FOUND;
	case 406:
		return ZT_E_STATE;
	case 409:
		return ZT_E_CONFLICT;
	case 410:
	case 413:
		return ZT_E_LIMIT;
	case 429:
		return ZT_E_THROTTLED;
	default:
		return http >= 500 ? ZT_E_UNAVAILABLE : http >= 400 ? ZT_E_INVALID : ZT_E_PROTOCOL;
	}
}

static zt_status meaning_of(const char *code, int http)
{
	for (size_t i = 0; i < ZT_COUNT(meanings); i++)
		if (zt_view_equal(zt_view_of(code), zt_view_of(meanings[i].code)))
			return meanings[i].status;
	return meaning_of_http(http);
}

/* "prefix#Name:http://…" -> "Name": the spellings that AWS's clients accept. */
static zt_view bare_code(zt_view text)
{
	size_t hash = zt_view_find(text, '#');
	if (hash < text.n)
		text = zt_view_from(text, hash + 1);
	text.n = zt_view_find(text, ':');
	return zt_view_trim(text);
}

static zt_view first_text(const json_t *body, const char *const *members)
{
	for (; *members; members++) {
		zt_view text = zt_json_view(body, *members);
		if (text.n)
			return text;
	}
	return ZT_VIEW_EMPTY;
}

void zt_aws_json_error(const zt_aws_http_response *response, zt_aws_fault *ret)
{
	static const char *const codes[] = { "__type", "code", "Code", NULL };
	static const char *const messages[] = { "message", "Message", "errorMessage", NULL };
	ZT_JSON_CLEANUP json_t *body = NULL;
	if (zt_json_parse(zt_str_view(&response->body), &body, NULL) != ZT_OK)
		body = NULL;
	zt_view code = zt_view_of(response->error_type);
	zt_text_cut(ret->code, sizeof ret->code, bare_code(code.n ? code : first_text(body, codes)));
	zt_text_cut(ret->message, sizeof ret->message, first_text(body, messages));
}

zt_status zt_aws_answer_error(const zt_aws_request *request, const zt_aws_http_response *response, zt_error *ret_error)
{
	zt_aws_fault fault = { .code = "" };
	request->read_error(response, &fault);
	zt_status status = meaning_of(fault.code, response->status);
	if (!ret_error)
		return status;
	const char *what = fault.message[0] ? fault.message : fault.code[0] ? fault.code : zt_status_text(status);
	zt_error_set(ret_error, status, "%s: %s", request->operation, what);
	ret_error->http = response->status;
	zt_text_cut(ret_error->code, sizeof ret_error->code, zt_view_of(fault.code));
	zt_text_cut(ret_error->request_id, sizeof ret_error->request_id,
		    zt_view_of(response->request_id[0] ? response->request_id : fault.request_id));
	return status;
}

zt_status zt_aws_answer_unreadable(const char *operation, const zt_aws_http_response *response, const char *why,
				   zt_error *ret_error)
{
	zt_error_set(ret_error, ZT_E_PROTOCOL, "%s: the answer is %s", operation, why);
	if (ret_error) {
		ret_error->http = response->status;
		zt_text_cut(ret_error->request_id, sizeof ret_error->request_id, zt_view_of(response->request_id));
	}
	return ZT_E_PROTOCOL;
}
