#include "cloud/api/answer.h"

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/timefmt.h"
#include "cloud/api/xml.h"

enum { ERROR_BODY_MAX = 8192, TIME_DIGITS = 13 };

/* AWS's models of iot, iot-data, lambda, iam and sts (those of the JSON protocol give none); the front's own are
 * general behaviour of AWS. */
static const struct {
	const char *code;
	unsigned http;
} exceptions[] = {
	{ "AccessDenied", 403 },
	{ "AccessDeniedException", 403 },
	{ "CertificateConflictException", 409 },
	{ "CertificateStateException", 406 },
	{ "CertificateValidationException", 400 },
	{ "ConflictingResourceUpdateException", 409 },
	{ "DeleteConflict", 409 },
	{ "DeleteConflictException", 409 },
	{ "EntityAlreadyExists", 409 },
	{ "ExpiredToken", 403 },
	{ "ExpiredTokenException", 403 },
	{ "ForbiddenException", 403 },
	{ "IncompleteSignature", 400 },
	{ "IncompleteSignatureException", 400 },
	{ "InternalFailure", 500 },
	{ "InternalFailureException", 500 },
	{ "InvalidAction", 400 },
	{ "InvalidClientTokenId", 403 },
	{ "InvalidIdentityToken", 400 },
	{ "InvalidInput", 400 },
	{ "InvalidParameterValueException", 400 },
	{ "InvalidRequestContentException", 400 },
	{ "InvalidRequestException", 400 },
	{ "InvalidSignatureException", 403 },
	{ "LimitExceeded", 409 },
	{ "LimitExceededException", 410 },
	{ "MalformedPolicyDocument", 400 },
	{ "MalformedPolicyException", 400 },
	{ "MethodNotAllowedException", 405 },
	{ "MissingAction", 400 },
	{ "MissingAuthenticationToken", 403 },
	{ "MissingAuthenticationTokenException", 403 },
	{ "NoSuchEntity", 404 },
	{ "PolicyLengthExceededException", 400 },
	{ "PreconditionFailedException", 412 },
	{ "RegistrationCodeValidationException", 400 },
	{ "RequestEntityTooLarge", 413 },
	{ "RequestEntityTooLargeException", 413 },
	{ "RequestTooLargeException", 413 },
	{ "ResourceAlreadyExistsException", 409 },
	{ "ResourceConflictException", 409 },
	{ "ResourceNotFoundException", 404 },
	{ "ResourceRegistrationFailureException", 400 },
	{ "ServiceException", 500 },
	{ "ServiceFailure", 500 },
	{ "ServiceUnavailable", 503 },
	{ "ServiceUnavailableException", 503 },
	{ "SignatureDoesNotMatch", 403 },
	{ "SqlParseException", 400 },
	{ "TooManyRequestsException", 429 },
	{ "UnauthorizedException", 401 },
	{ "UnknownOperationException", 404 },
	{ "UnrecognizedClientException", 403 },
	{ "UnsupportedMediaTypeException", 415 },
	{ "ValidationError", 400 },
	{ "VersionConflictException", 409 },
	{ "VersionsLimitExceededException", 409 },
};

/* The JSON protocol has two statuses, but for a service that is out of order. */
static unsigned json_http(const char *code, unsigned fallback)
{
	return strcmp(code, "ServiceUnavailableException") == 0 ? 503 : fallback;
}

unsigned zt_answer_http(const zt_service *service, const char *code, unsigned fallback)
{
	if (service->protocol == ZT_PROTOCOL_JSON)
		return json_http(code, fallback);
	/* One name, two statuses: 400 in iot, 429 at the data endpoint. */
	if (strcmp(code, "ThrottlingException") == 0)
		return service->trace_id ? 429 : 400;
	/* A session's keys in REST; in STS, whose word for those is ExpiredToken, the token of a web identity. */
	if (service->protocol == ZT_PROTOCOL_QUERY && strcmp(code, "ExpiredTokenException") == 0)
		return 400;
	for (size_t i = 0; i < ZT_COUNT(exceptions); i++)
		if (strcmp(exceptions[i].code, code) == 0)
			return exceptions[i].http;
	return fallback;
}

static void send_answer(zt_call *call, unsigned status, const char *type, const char *error_type, zt_view body)
{
	char date[ZT_TIME_TEXT_MAX];
	zt_http_header headers[6 + ZT_REPLY_HEADERS_MAX];
	size_t count = 0;
	zt_time_http(zt_time_now_ms(), date);
	if (body.n)
		headers[count++] = (zt_http_header){ ZT_LIT("content-type"), zt_view_of(type) };
	/* In the order of AWS's captured answers (AWS IoT, "HTTPS"); the server fills in length and connection. */
	headers[count++] = (zt_http_header){ ZT_LIT("content-length"), ZT_VIEW_EMPTY };
	headers[count++] = (zt_http_header){ ZT_LIT("date"), zt_view_of(date) };
	headers[count++] = (zt_http_header){ ZT_LIT("x-amzn-RequestId"), zt_view_of(call->request_id) };
	headers[count++] = (zt_http_header){ ZT_LIT("connection"), ZT_VIEW_EMPTY };
	if (error_type)
		headers[count++] = (zt_http_header){ ZT_LIT("x-amzn-ErrorType"), zt_view_of(error_type) };
	for (size_t i = 0; !error_type && i < call->header_count; i++)
		headers[count++] =
		    (zt_http_header){ zt_view_of(call->headers[i].name), zt_view_of(call->headers[i].value) };
	zt_http_exchange *exchange = ZT_STEAL(call->exchange);
	zt_http_respond(exchange, status, headers, count, body);
}

static const char *operation_name(const zt_call *call)
{
	return call->operation ? call->operation->name : "-";
}

static const char *content_type(const zt_service *service)
{
	static const char *const types[] = { [ZT_PROTOCOL_REST_JSON] = "application/json",
					     [ZT_PROTOCOL_QUERY] = "text/xml",
					     [ZT_PROTOCOL_JSON] = "application/x-amz-json-1.1" };
	return types[service->protocol];
}

/* Numbers of seconds keep their milliseconds and no more. */
static int append(const char *bytes, size_t n, void *out)
{
	return zt_str_put(out, zt_view_make(bytes, n)) == ZT_OK ? 0 : -1;
}

static zt_status write_json(const json_t *json, zt_str *out)
{
	return json_dump_callback(json, append, out, JSON_COMPACT | JSON_REAL_PRECISION(TIME_DIGITS)) == 0 ? ZT_OK
													   : ZT_E_LIMIT;
}

static zt_status write_reply(zt_call *call, zt_str *out)
{
	if (call->service->protocol == ZT_PROTOCOL_QUERY)
		return zt_xml_response(call, out);
	/* What AWS sends where an operation has no output is not known (AWS IoT API reference); every client takes an
	 * empty object. */
	if (!call->reply)
		return call->status == 204 || call->has_blob || call->service->protocol == ZT_PROTOCOL_JSON
			   ? ZT_OK
			   : zt_str_put_text(out, "{}");
	return write_json(call->reply, out);
}

void zt_answer_success(zt_call *call)
{
	/* A session's secret or a private key may be in it. */
	ZT_CLEANUP(zt_str_free_wiped) zt_str body = ZT_STR(ZT_REPLY_MAX);
	unsigned status = call->status ? call->status : call->operation->status ? call->operation->status : 200;
	call->status = status;
	if (write_reply(call, &body) != ZT_OK) {
		const zt_error error = { .status = ZT_E_LIMIT, .text = "the answer is too long" };
		zt_answer_error(call, ZT_E_INTERNAL, &error);
		return;
	}
	LOG_INFO("api", operation_name(call), ZT_KV_INT("status", status), ZT_KV_STR("key", call->caller.key_id),
		 ZT_KV_STR("request", call->request_id));
	send_answer(call, status, content_type(call->service), NULL,
		    call->has_blob ? zt_str_view(&call->blob) : zt_str_view(&body));
}

/* Something that AWS would name for an error of ours that has no name of AWS's. */
static const char *default_code(const zt_service *service, zt_status status)
{
	switch (status) {
	case ZT_E_INVALID:
	case ZT_E_LIMIT:
	case ZT_E_EXISTS:
	case ZT_E_CONFLICT:
	case ZT_E_STATE:
	case ZT_E_UNSUPPORTED:
		return service->invalid;
	case ZT_E_NOT_FOUND:
		return service->not_found;
	case ZT_E_DENIED:
		return service->denied;
	case ZT_E_DISK_FULL:
	case ZT_E_IO:
	case ZT_E_UNAVAILABLE:
	case ZT_E_TIMEOUT:
		return service->unavailable;
	default:
		return service->internal;
	}
}

static bool says_capital_message(const char *code)
{
	return strcmp(code, "ResourceNotFoundException") == 0 || strcmp(code, "ServiceException") == 0;
}

static json_t *error_object(const zt_call *call, const char *code, const char *text, unsigned http)
{
	const zt_service *service = call->service;
	const char *member = service->typed_errors && says_capital_message(code) ? "Message" : "message";
	json_t *body = json_pack("{s:s}", member, text);
	if (body && service->typed_errors)
		(void)json_object_set_new(body, "Type", json_string(http >= 500 ? "Service" : "User"));
	if (body && service->protocol == ZT_PROTOCOL_JSON)
		(void)json_object_set_new(body, "__type", json_string(code));
	if (body && service->trace_id)
		(void)json_object_set_new(body, "traceId", json_string(call->request_id));
	if (body && call->resource_arn.n && strcmp(code, "ResourceAlreadyExistsException") == 0) {
		(void)json_object_set_new(body, "resourceId", json_string(zt_str_text(&call->resource_id)));
		(void)json_object_set_new(body, "resourceArn", json_string(zt_str_text(&call->resource_arn)));
	}
	return body;
}

static zt_status write_error(const zt_call *call, const char *code, const char *text, unsigned http, zt_str *out)
{
	if (call->service->protocol == ZT_PROTOCOL_QUERY)
		return zt_xml_error(call, code, text, http, out);
	ZT_JSON_CLEANUP json_t *body = error_object(call, code, text, http);
	return body ? write_json(body, out) : ZT_E_NOMEM;
}

void zt_answer_error(zt_call *call, zt_status status, const zt_error *error)
{
	ZT_CLEANUP(zt_str_free) zt_str body = ZT_STR(ERROR_BODY_MAX);
	const zt_service *service = call->service;
	const char *code = error->code[0] ? error->code : default_code(service, status);
	const char *text = error->text[0] ? error->text : zt_status_text(status);
	unsigned http =
	    error->http && service->protocol != ZT_PROTOCOL_JSON
		? (unsigned)error->http
		: zt_answer_http(service, code, zt_status_retryable(status) || status == ZT_E_INTERNAL ? 500 : 400);
	char type[80];
	(void)snprintf(type, sizeof type, "%s%s", code, service->trace_id ? ":" : "");
	ZT_LOG("api", http >= 500 ? ZT_LOG_ERROR : ZT_LOG_INFO, operation_name(call), ZT_KV_INT("status", http),
	       ZT_KV_STR("error", code), ZT_KV_STR("cause", text), ZT_KV_STR("key", call->caller.key_id),
	       ZT_KV_STR("request", call->request_id));
	/* An answer that cannot be made still has its status and its type. */
	if (write_error(call, code, text, http, &body) != ZT_OK)
		zt_str_clear(&body);
	send_answer(call, http, content_type(service), service->protocol == ZT_PROTOCOL_QUERY ? NULL : type,
		    zt_str_view(&body));
}
