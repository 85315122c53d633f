/* An account played from a script: each request must be one of the lines, by method and target (for IAM and STS by
 * Action, for CloudWatch Logs by its operation, and " errors" behind it for what the rule's failures have), and gets
 * that line's answer. A line answers once, unless it is the last one for its request. */
#ifndef ZT_TESTS_UNIT_SETUP_SCRIPT_H
#define ZT_TESTS_UNIT_SETUP_SCRIPT_H

#include <string.h>

#include "base/json.h"
#include "ca.h"
#include "setup/setup.h"
#include "zt_cmocka.h"

enum { SCRIPT_REQUESTS_MAX = 96 };

typedef struct {
	const char *request; /* "GET /policies/zerotouch-device", "GetRole" */
	int http;
	const char *body;
} script_line;

typedef struct {
	char line[512];
	char headers[2048];
	char body[16384];
} script_request;

typedef struct {
	const script_line *lines;
	size_t line_count;
	bool used[SCRIPT_REQUESTS_MAX];
	script_request requests[SCRIPT_REQUESTS_MAX];
	size_t count;
	int64_t now_ms, slept_ms;
	unsigned sleeps;
	zt_aws_client *client;
	zt_setup *setup;
	unsigned proofs;
	char events[1024]; /* "begin IoT policy; end IoT policy ZT_OK; " */
} script;

static inline bool same_request(const script *s, size_t line, const char *request)
{
	return strcmp(s->lines[line].request, request) == 0;
}

static inline const script_line *find_line(script *s, const char *request)
{
	const script_line *last = NULL;
	for (size_t i = 0; i < s->line_count; i++) {
		if (!same_request(s, i, request))
			continue;
		last = &s->lines[i];
		bool more = false;
		for (size_t j = i + 1; j < s->line_count; j++)
			more |= same_request(s, j, request);
		if (!s->used[i] || !more) {
			s->used[i] = true;
			return last;
		}
	}
	return last;
}

static inline zt_status script_perform(void *context, const zt_aws_http_request *request,
				       zt_aws_http_response *response, zt_error *ret_error)
{
	(void)ret_error;
	script *s = context;
	assert_true(s->count < SCRIPT_REQUESTS_MAX);
	script_request *seen = &s->requests[s->count++];
	zt_view body = request->body;
	(void)snprintf(seen->body, sizeof seen->body, "%.*s", ZT_PRI(body));
	if (zt_view_take_prefix(&body, ZT_LIT("Action=")))
		(void)snprintf(seen->line, sizeof seen->line, "%.*s", (int)zt_view_find(body, '&'),
			       (const char *)body.p);
	else
		(void)snprintf(seen->line, sizeof seen->line, "%s %s", request->method, request->target);
	for (size_t i = 0; i < request->header_count; i++)
		if (zt_view_equal(request->headers[i].name, ZT_LIT("x-amz-target")))
			(void)snprintf(seen->line, sizeof seen->line, "%s",
				       strchr((const char *)request->headers[i].value.p, '.') + 1);
	bool named = !strchr(seen->line, ' ');
	if (named && strstr(seen->body, "errors"))
		(void)snprintf(seen->line + strlen(seen->line), sizeof " errors", " errors");
	if (named && strstr(seen->body, "zerotouch-jitp"))
		(void)snprintf(seen->line + strlen(seen->line), sizeof " jitp", " jitp");
	size_t n = 0;
	for (size_t i = 0; i < request->header_count; i++)
		n += (size_t)snprintf(seen->headers + n, sizeof seen->headers - n, "%.*s: %.*s\n",
				      ZT_PRI(request->headers[i].name), ZT_PRI(request->headers[i].value));
	const script_line *line = find_line(s, seen->line);
	if (!line)
		fail_msg("unexpected request: %s", seen->line);
	response->status = line->http;
	return line->body ? zt_str_put_text(&response->body, line->body) : ZT_OK;
}

static inline int64_t script_now(void *context)
{
	return ((script *)context)->now_ms;
}

static inline void script_sleep(void *context, int64_t ms)
{
	script *s = context;
	s->now_ms += ms;
	s->slept_ms += ms;
	s->sleeps++;
}

static inline zt_status script_prove(void *context, const zt_setup_ca *ca, zt_view code, zt_str *proof_pem,
				     zt_error *ret_error)
{
	(void)ret_error;
	script *s = context;
	s->proofs++;
	assert_view(ca->pem, CA_PEM);
	assert_view(code, "c0de");
	return zt_str_put_text(proof_pem, "PROOF");
}

static inline void script_begun(void *context, const zt_setup_item *item)
{
	script *s = context;
	size_t n = strlen(s->events);
	(void)snprintf(s->events + n, sizeof s->events - n, "%s…", item->title);
}

static inline void script_ended(void *context, const zt_setup_item *item, zt_status status)
{
	(void)item;
	script *s = context;
	size_t n = strlen(s->events);
	(void)snprintf(s->events + n, sizeof s->events - n, "%s; ", status == ZT_OK ? "ok" : zt_status_name(status));
}

static const zt_aws_credentials script_credentials = {
	.access_key_id = "AKIDEXAMPLE",
	.secret = { .zt_secret_bytes = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", .n = 40 },
};

static const zt_setup_ca script_ca = { ZT_LIT_INIT(CA_PEM), ZT_LIT_INIT("0a1b2c3d-0001-4000-8000-000000000001") };
static const zt_view script_topics[] = { ZT_LIT_INIT("myhome/myroom") };

static inline zt_setup_spec script_spec(script *s)
{
	return (zt_setup_spec){ .cas = &script_ca,
				.ca_count = 1,
				.prove = script_prove,
				.topics = script_topics,
				.topic_count = 1,
				.zip = ZT_LIT("ZIP"),
				.begun = script_begun,
				.ended = script_ended,
				.sleep_ms = script_sleep,
				.context = s };
}

static inline void script_open(script *s, const script_line *lines, size_t count)
{
	memset(s, 0, sizeof *s);
	s->lines = lines;
	s->line_count = count;
	zt_aws_client_spec spec = { .http = { script_perform, s },
				    .credentials = &script_credentials,
				    .region = "us-east-1",
				    .endpoint_url = "http://127.0.0.1:4566",
				    .clock = { script_now, script_now, s },
				    .sleep_ms = script_sleep,
				    .context = s };
	zt_setup_spec setup = script_spec(s);
	assert_ok(zt_aws_client_new(&spec, &s->client, NULL));
	assert_ok(zt_setup_new(s->client, &setup, &s->setup, NULL));
}

static inline void script_close(script *s)
{
	zt_setup_free(s->setup);
	zt_aws_client_free(s->client);
}

static inline void script_plan(script *s)
{
	zt_error error = { 0 };
	if (zt_setup_plan(s->setup, &error) != ZT_OK)
		fail_msg("%s %s", error.code, error.text);
}

static inline const zt_setup_item *script_item(const script *s, zt_setup_kind kind)
{
	for (size_t i = 0; i < zt_setup_item_count(s->setup); i++)
		if (zt_setup_item_at(s->setup, i)->kind == kind)
			return zt_setup_item_at(s->setup, i);
	fail_msg("no item of kind %d", kind);
	return NULL;
}

/* The requests from `from` on, one a line. */
static inline void assert_requests(const script *s, size_t from, const char *const *expected, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (from + i >= s->count || strcmp(s->requests[from + i].line, expected[i]) != 0)
			fail_msg("request %zu is \"%s\", expected \"%s\"", i,
				 from + i < s->count ? s->requests[from + i].line : "none", expected[i]);
	assert_int_equal(s->count, from + count);
}

static inline const script_request *script_request_of(const script *s, const char *line)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->requests[i].line, line) == 0)
			return &s->requests[i];
	fail_msg("%s was not asked", line);
	return NULL;
}

/* Lines that begin every plan. */
#define SCRIPT_LOOK                                                                                           \
	{ "GetCallerIdentity", 200,                                                                           \
	  "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</"         \
	  "Arn><UserId>123456789012"                                                                          \
	  "</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>" }, \
	{                                                                                                     \
		"GET /endpoint?endpointType=iot%3AData-ATS", 200,                                             \
		    "{\"endpointAddress\":\"abc-ats.iot.us-east-1.amazonaws.com\"}"                           \
	}

#define NOT_FOUND "{\"message\":\"not there\"}"
#define NO_ENTITY                                                                                             \
	"<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>none</Message></Error></" \
	"ErrorResponse>"
#define NO_GROUPS "{\"logGroups\":[]}"
#define NO_ROLES_AND_LOGS                                                                                         \
	{ "GetRole", 404, NO_ENTITY }, { "GetRolePolicy", 404, NO_ENTITY }, { "GetRole errors", 404, NO_ENTITY }, \
	    { "GetRolePolicy errors", 404, NO_ENTITY }, { "DescribeLogGroups", 200, NO_GROUPS },                  \
	{                                                                                                         \
		"DescribeLogGroups errors", 200, NO_GROUPS                                                        \
	}
#define GET_FUNCTION "GET /2015-03-31/functions/zerotouch-jitr"

#endif
