/* A transport for tests: answers from a list, one after another, and remembers what it was asked. */
#ifndef ZT_TESTS_FAKE_HTTP_H
#define ZT_TESTS_FAKE_HTTP_H

#include <stdio.h>

#include "aws/client.h"

enum { FAKE_ANSWERS_MAX = 16 };

typedef struct {
	zt_status status; /* of perform itself */
	int http;
	const char *body;
	const char *header, *value; /* one header, or NULL */
} fake_answer;

typedef struct {
	fake_answer answers[FAKE_ANSWERS_MAX];
	size_t answer_count, calls;
	/* Of the last request, each NUL-terminated. */
	char method[16], origin[256], target[8192], body[65536], headers[16384];
	int64_t mono_ms, wall_ms, slept_ms;
	unsigned waits;
} fake_http;

static zt_status fake_perform(void *context, const zt_aws_http_request *request, zt_aws_http_response *response,
			      zt_error *ret_error)
{
	fake_http *fake = context;
	(void)snprintf(fake->method, sizeof fake->method, "%s", request->method);
	(void)snprintf(fake->origin, sizeof fake->origin, "%s", request->origin);
	(void)snprintf(fake->target, sizeof fake->target, "%s", request->target);
	(void)snprintf(fake->body, sizeof fake->body, "%.*s", ZT_PRI(request->body));
	fake->headers[0] = 0;
	size_t n = 0;
	for (size_t i = 0; i < request->header_count; i++)
		n += (size_t)snprintf(fake->headers + n, sizeof fake->headers - n, "%.*s: %.*s\n",
				      ZT_PRI(request->headers[i].name), ZT_PRI(request->headers[i].value));
	const fake_answer *answer =
	    &fake->answers[fake->calls < fake->answer_count ? fake->calls : fake->answer_count - 1];
	fake->calls++;
	if (answer->status != ZT_OK)
		return zt_error_set(ret_error, answer->status, "scripted failure");
	response->status = answer->http;
	if (answer->header)
		zt_aws_http_response_header(response, zt_view_of(answer->header), zt_view_of(answer->value));
	return answer->body ? zt_str_put_text(&response->body, answer->body) : ZT_OK;
}

static int64_t fake_wall(void *context)
{
	return ((fake_http *)context)->wall_ms;
}

static int64_t fake_mono(void *context)
{
	return ((fake_http *)context)->mono_ms;
}

/* Time passes only where the client waits. */
static void fake_sleep(void *context, int64_t ms)
{
	fake_http *fake = context;
	fake->mono_ms += ms;
	fake->wall_ms += ms;
	fake->slept_ms += ms;
}

static void fake_on_wait(void *context, const zt_aws_wait *wait)
{
	(void)wait;
	((fake_http *)context)->waits++;
}

static const zt_aws_credentials fake_credentials = {
	.access_key_id = "AKIDEXAMPLE",
	.secret = { .zt_secret_bytes = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", .n = 40 },
};

static inline zt_aws_client_spec fake_spec(fake_http *fake)
{
	return (zt_aws_client_spec){
		.http = { fake_perform, fake },
		.credentials = &fake_credentials,
		.region = "us-east-1",
		.clock = { fake_wall, fake_mono, fake },
		.sleep_ms = fake_sleep,
		.on_wait = fake_on_wait,
		.context = fake,
	};
}

/* 2026-01-31T12:00:00Z. */
#define FAKE_NOON_MS INT64_C(1769860800000)

#endif
