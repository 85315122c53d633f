/* The seam between AWS's APIs and a wire: one HTTP/1.1 request, one answer.
 *
 * Bodies: http_curl.c (command line), src/jitr/http_socket.c (the Lambda). Neither can switch off the verification of
 * the server. */
#ifndef ZT_AWS_HTTP_H
#define ZT_AWS_HTTP_H

#include <stdint.h>

#include "aws/sigv4.h"
#include "base/error.h"
#include "base/str.h"

enum {
	ZT_AWS_ANSWER_MAX = 8 * 1024 * 1024, /* ceiling that a command line gives: Lambda answers at most 6 MB */
	ZT_AWS_HEADER_VALUE_MAX = 128,
};

typedef struct {
	const char *method;
	const char
	    *origin; /* "https://iot.us-east-1.amazonaws.com", "http://127.0.0.1:4566": scheme, host and port alone */
	const char *target;             /* path and query as they are signed: "/things/lamp?x=1" */
	const zt_sigv4_header *headers; /* all that is sent but content-length; host among them */
	size_t header_count;
	zt_view body;
	bool direct;         /* never through a proxy: the host is this machine or its neighbour */
	int64_t deadline_ms; /* of the monotonic clock (zt_time_mono_ms) */
} zt_aws_http_request;

/* The parts of an answer that AWS's protocols need. A header that was not there is "". */
typedef struct {
	int status;
	char request_id[ZT_AWS_HEADER_VALUE_MAX];  /* x-amzn-requestid */
	char error_type[ZT_AWS_HEADER_VALUE_MAX];  /* x-amzn-errortype, as sent */
	char date[ZT_AWS_HEADER_VALUE_MAX];        /* date */
	char retry_after[ZT_AWS_HEADER_VALUE_MAX]; /* retry-after */
	zt_str body;                               /* its ceiling is the caller's */
} zt_aws_http_response;

#define ZT_AWS_UNKNOWN_HOST "UnknownHost"

typedef struct {
	/* Sends the request and reads the whole answer into *response, whose body the caller made with a ceiling.
	 * ZT_OK for an answer of any status. ZT_E_NETWORK (not reached; with the error code ZT_AWS_UNKNOWN_HOST when
	 * the server's or proxy's name does not resolve), ZT_E_CLOSED (closed before an answer), ZT_E_TIMEOUT (past the
	 * deadline), ZT_E_TLS (the server is not trusted), ZT_E_PROTOCOL (no HTTP), ZT_E_LIMIT (the answer is over a
	 * ceiling); *response is then undefined but may be freed. */
	zt_status (*perform)(void *context, const zt_aws_http_request *request, zt_aws_http_response *response,
			     zt_error *ret_error);
	void *context;
} zt_aws_http;

/* Forgets status, headers and body; keeps the body's memory and ceiling. */
void zt_aws_http_response_clear(zt_aws_http_response *response);
void zt_aws_http_response_free(zt_aws_http_response *response);
/* Keeps the header if it is one of those above, cut to its room. For the bodies of the seam. */
void zt_aws_http_response_header(zt_aws_http_response *response, zt_view name, zt_view value);

#endif
