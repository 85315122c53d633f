#include "zt_cmocka.h"

#include "unit/aws/fake_http.h"
#include "base/json.h"

static zt_aws_client *client_of(fake_http *fake)
{
	zt_aws_client_spec spec = fake_spec(fake);
	zt_aws_client *client = NULL;
	assert_ok(zt_aws_client_new(&spec, &client, NULL));
	return client;
}

static zt_aws_request describe(void)
{
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DescribeThing", "GET", "/things/");
	zt_aws_request_label(&request, ZT_LIT("a lamp/1"));
	return request;
}

/* Made with botocore: an empty body, a query, a session token. */
static void signs_as_botocore_does(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200 } }, .answer_count = 1, .wall_ms = FAKE_NOON_MS };
	zt_aws_credentials credentials = fake_credentials;
	assert_ok(zt_secret_set(&credentials.token, ZT_LIT("TOKEN/x+y==")));
	zt_aws_client_spec spec = fake_spec(&fake);
	spec.credentials = &credentials;
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = NULL;
	assert_ok(zt_aws_client_new(&spec, &client, NULL));
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "UpdateCertificate", "PUT", "/certificates/");
	zt_aws_request_label(&request, ZT_LIT("abababababababababababababababababababababababababababababababab"));
	zt_aws_request_query(&request, "newStatus", ZT_LIT("ACTIVE"));
	assert_ok(zt_aws_call(client, &request, NULL, NULL, NULL));
	assert_non_null(strstr(fake.headers,
			       "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/us-east-1/iot/"
			       "aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, "
			       "Signature=f28ae1c6c5937292141b57bcd0d72b7f9c5ed9466674fdb1eb30037f6cb11e2b\n"));
	assert_non_null(strstr(fake.headers, "x-amz-security-token: TOKEN/x+y==\n"));
}

static void builds_origin_target_and_host(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200, .body = "{\"thingName\":\"x\"}" } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = describe();
	zt_aws_request_query(&request, "empty", ZT_VIEW_EMPTY);
	zt_aws_request_query(&request, "a", ZT_LIT("x y&"));
	zt_aws_request_query(&request, "b", ZT_LIT("2"));
	ZT_JSON_CLEANUP json_t *answer = NULL;
	assert_ok(zt_aws_call(client, &request, NULL, &answer, NULL));
	assert_string_equal(fake.method, "GET");
	assert_string_equal(fake.origin, "https://iot.us-east-1.amazonaws.com");
	assert_string_equal(fake.target, "/things/a%20lamp%2F1?a=x%20y%26&b=2");
	assert_non_null(strstr(fake.headers, "host: iot.us-east-1.amazonaws.com\n"));
	assert_view(zt_json_view(answer, "thingName"), "x");
	assert_int_equal(zt_aws_client_requests(client, ZT_AWS_IOT), 1);
}

static void an_empty_answer_is_an_empty_object(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200, .body = "" } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = describe();
	ZT_JSON_CLEANUP json_t *answer = NULL;
	assert_ok(zt_aws_call(client, &request, NULL, &answer, NULL));
	assert_true(json_is_object(answer));
}

static void an_empty_label_is_never_sent(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200 } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "DeleteThing", "DELETE", "/things/");
	zt_aws_request_label(&request, ZT_VIEW_EMPTY);
	assert_status(zt_aws_call(client, &request, NULL, NULL, NULL), ZT_E_INVALID);
	assert_int_equal(fake.calls, 0);
}

/* Statuses, codes and spellings of the header from AWS's models; the texts are free. */
static void tells_refusals_apart(void **state)
{
	(void)state;
	static const struct {
		fake_answer answer;
		zt_status status;
		const char *code, *text;
	} cases[] = {
		{ { .http = 404,
		    .header = "x-amzn-ErrorType",
		    .value = "ResourceNotFoundException:http://x/",
		    .body = "{\"message\":\"Thing x not found\"}" },
		  ZT_E_NOT_FOUND,
		  "ResourceNotFoundException",
		  "DescribeThing: Thing x not found" },
		{ { .http = 409,
		    .header = "x-amzn-errortype",
		    .value = "ResourceAlreadyExistsException",
		    .body = "{}" },
		  ZT_E_EXISTS,
		  "ResourceAlreadyExistsException",
		  "DescribeThing: ResourceAlreadyExistsException" },
		{ { .http = 409, .header = "x-amzn-errortype", .value = "VersionConflictException" },
		  ZT_E_CONFLICT,
		  "VersionConflictException",
		  NULL },
		{ { .http = 403, .body = "{\"__type\":\"a.b#AccessDeniedException\",\"Message\":\"no\"}" },
		  ZT_E_DENIED,
		  "AccessDeniedException",
		  "DescribeThing: no" },
		{ { .http = 403, .header = "x-amzn-errortype", .value = "ExpiredTokenException" },
		  ZT_E_CREDENTIALS,
		  "ExpiredTokenException",
		  NULL },
		{ { .http = 401, .header = "x-amzn-errortype", .value = "UnauthorizedException" },
		  ZT_E_DENIED,
		  "UnauthorizedException",
		  NULL },
		{ { .http = 406, .header = "x-amzn-errortype", .value = "CertificateStateException" },
		  ZT_E_STATE,
		  "CertificateStateException",
		  NULL },
		{ { .http = 410, .header = "x-amzn-errortype", .value = "LimitExceededException" },
		  ZT_E_LIMIT,
		  "LimitExceededException",
		  NULL },
		{ { .http = 400, .body = "<html>" }, ZT_E_INVALID, "", "DescribeThing: invalid input" },
		{ { .http = 301 }, ZT_E_PROTOCOL, "", NULL },
		{ { .http = 200, .body = "{" }, ZT_E_PROTOCOL, "", NULL },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++) {
		fake_http fake = { .answers = { cases[i].answer }, .answer_count = 1 };
		ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
		zt_aws_request request = describe();
		ZT_JSON_CLEANUP json_t *answer = NULL;
		zt_error error = { 0 };
		assert_status(zt_aws_call(client, &request, NULL, &answer, &error), cases[i].status);
		assert_null(answer);
		assert_string_equal(error.code, cases[i].code);
		assert_int_equal(error.status, cases[i].status);
		if (cases[i].text)
			assert_string_equal(error.text, cases[i].text);
		assert_int_equal(fake.calls, 1);
	}
}

static void keeps_the_request_id(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 404, .header = "x-amzn-RequestId", .value = "1-2-3" } },
			   .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = describe();
	zt_error error = { 0 };
	assert_status(zt_aws_call(client, &request, NULL, NULL, &error), ZT_E_NOT_FOUND);
	assert_string_equal(error.request_id, "1-2-3");
	assert_int_equal(error.http, 404);
}

static void throttling_is_waited_out_and_told(void **state)
{
	(void)state;
	fake_answer slow = { .http = 400, .header = "x-amzn-errortype", .value = "ThrottlingException" };
	fake_http fake = { .answers = { slow, slow, { .http = 503 }, { .status = ZT_E_CLOSED }, { .http = 200 } },
			   .answer_count = 5 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = describe();
	/* The closed connection is the fourth try, which is one more than a failing network gets. */
	assert_status(zt_aws_call(client, &request, NULL, NULL, NULL), ZT_E_CLOSED);
	fake.calls = 0;
	fake.answers[3] = (fake_answer){ .http = 200 };
	fake.waits = 0;
	request = describe();
	assert_ok(zt_aws_call(client, &request, NULL, NULL, NULL));
	assert_int_equal(fake.calls, 4);
	assert_int_equal(fake.waits, 3);
	assert_in_range(fake.slept_ms, 0, 2 * (100 + 200 + 400));
}

static void throttling_ends_with_the_budget(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 429 } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = describe();
	assert_status(zt_aws_call(client, &request, NULL, NULL, NULL), ZT_E_THROTTLED);
	assert_true(fake.calls > 5);
	assert_true(fake.mono_ms < ZT_AWS_BUDGET_MS);
}

static zt_status call_described(zt_aws_client *client, zt_error *ret_error)
{
	zt_aws_request request = describe();
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

static void all_calls_share_the_budget_for_retries(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 503, .header = "Retry-After", .value = "10" } }, .answer_count = 1 };
	zt_aws_client_spec spec = fake_spec(&fake);
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = NULL;
	zt_error error = { 0 };
	spec.retry_budget_ms = 95000;
	assert_ok(zt_aws_client_new(&spec, &client, NULL));
	/* The first call ends with its own minute: five waits; the second has what is left, and a third one try. */
	assert_status(call_described(client, &error), ZT_E_UNAVAILABLE);
	assert_int_equal(fake.calls, 6);
	assert_null(strstr(error.text, "retries"));
	assert_status(call_described(client, &error), ZT_E_UNAVAILABLE);
	assert_int_equal(fake.calls, 11);
	assert_non_null(strstr(error.text, "the 95 s for all retries of a run are over"));
	assert_status(call_described(client, &error), ZT_E_UNAVAILABLE);
	assert_int_equal(fake.calls, 12);
	assert_int_equal(fake.slept_ms, 90000);
}

static void answers_give_back_of_the_budget(void **state)
{
	(void)state;
	fake_answer slow = { .http = 429, .header = "Retry-After", .value = "1" };
	fake_http fake = { .answers = { slow, { .http = 200 } }, .answer_count = 2 };
	zt_aws_client_spec spec = fake_spec(&fake);
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = NULL;
	spec.retry_budget_ms = 1000;
	assert_ok(zt_aws_client_new(&spec, &client, NULL));
	assert_ok(call_described(client, NULL));
	/* Of the second that is gone, four answers bring back the whole: the one above and three more. */
	for (int i = 0; i < 3; i++)
		assert_ok(call_described(client, NULL));
	fake.calls = 0;
	assert_ok(call_described(client, NULL));
	fake.calls = 0;
	assert_status(call_described(client, NULL), ZT_E_THROTTLED);
}

static void retry_after_is_respected(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 429, .header = "Retry-After", .value = "7" }, { .http = 200 } },
			   .answer_count = 2 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = describe();
	assert_ok(zt_aws_call(client, &request, NULL, NULL, NULL));
	assert_true(fake.slept_ms >= 7000);
}

static void no_wait_passes_the_deadline(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 429, .header = "Retry-After", .value = "3" } }, .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_client_set_deadline(client, 2000);
	zt_aws_request request = describe();
	assert_status(zt_aws_call(client, &request, NULL, NULL, NULL), ZT_E_THROTTLED);
	assert_int_equal(fake.calls, 1);
	assert_int_equal(fake.slept_ms, 0);
}

static void what_leaves_something_behind_is_done_once(void **state)
{
	(void)state;
	static const struct {
		fake_answer answer;
		size_t calls;
	} cases[] = {
		{ { .http = 500 }, 1 },
		{ { .status = ZT_E_CLOSED }, 1 },
		{ { .status = ZT_E_TIMEOUT }, 1 },
		{ { .status = ZT_E_NETWORK }, ZT_AWS_NETWORK_TRIES },
		{ { .status = ZT_E_TLS }, 1 },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++) {
		fake_http fake = { .answers = { cases[i].answer }, .answer_count = 1 };
		ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
		zt_aws_request request = describe();
		request.once = true;
		assert_int_not_equal(zt_aws_call(client, &request, NULL, NULL, NULL), ZT_OK);
		assert_int_equal(fake.calls, cases[i].calls);
	}
}

static zt_status collect(void *context, const json_t *item, zt_error *ret_error)
{
	(void)ret_error;
	return zt_str_printf(context, "%s,", json_string_value(item));
}

static const zt_aws_paging paging = { "things", "nextToken", "nextToken", "maxResults" };

static void walks_all_pages(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200, .body = "{\"things\":[\"a\",\"b\"],\"nextToken\":\"t+1\"}" },
					{ .http = 200, .body = "{\"things\":[\"c\"],\"nextToken\":null}" } },
			   .answer_count = 2 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListThings", "GET", "/things");
	ZT_CLEANUP(zt_str_free) zt_str names = ZT_STR(100);
	assert_ok(zt_aws_each(client, &request, &paging, collect, &names, NULL));
	assert_string_equal(zt_str_text(&names), "a,b,c,");
	assert_string_equal(fake.target, "/things?maxResults=250&nextToken=t%2B1");
}

static void a_page_that_leads_to_itself_ends_the_walk(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200, .body = "{\"things\":[],\"nextToken\":\"t\"}" } },
			   .answer_count = 1 };
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = client_of(&fake);
	zt_aws_request request = zt_aws_request_make(ZT_AWS_IOT, "ListThings", "GET", "/things");
	assert_status(zt_aws_each(client, &request, &paging, collect, NULL, NULL), ZT_E_PROTOCOL);
	assert_int_equal(fake.calls, 2);
}

static zt_status renew_by_an_hour(void *context, zt_error *ret_error)
{
	zt_aws_credentials *keys = context;
	(void)ret_error;
	keys->expires_ms += 3600000;
	return zt_text_copy(keys->access_key_id, sizeof keys->access_key_id, ZT_LIT("RENEWED"));
}

static zt_status renew_never(void *context, zt_error *ret_error)
{
	(void)context;
	return zt_error_set(ret_error, ZT_E_CREDENTIALS, "nobody is there");
}

static zt_status describe_with(fake_http *fake, zt_aws_credentials *keys,
			       zt_status (*renew)(void *context, zt_error *ret_error), zt_error *ret_error)
{
	zt_aws_client_spec spec = fake_spec(fake);
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = NULL;
	spec.credentials = keys;
	spec.renew = renew;
	spec.renew_context = keys;
	assert_ok(zt_aws_client_new(&spec, &client, NULL));
	zt_aws_request request = describe();
	return zt_aws_call(client, &request, NULL, NULL, ret_error);
}

/* A client whose keys end in four minutes; what renews them may count how often it is asked, and answers so. */
typedef struct {
	fake_http fake;
	zt_aws_credentials keys;
	zt_aws_client *client;
	unsigned asked;
	zt_status answer;
} ending_keys;

static zt_status count_renewals(void *context, zt_error *ret_error)
{
	ending_keys *k = context;
	k->asked++;
	return zt_error_set(ret_error, k->answer, "scripted");
}

static void ending_keys_open(ending_keys *k, zt_status (*renew)(void *context, zt_error *ret_error))
{
	*k = (ending_keys){ .fake = { .answers = { { .http = 200 } }, .answer_count = 1, .wall_ms = FAKE_NOON_MS },
			    .keys = fake_credentials };
	zt_aws_client_spec spec = fake_spec(&k->fake);
	k->keys.expires_ms = FAKE_NOON_MS + 4 * 60 * 1000;
	spec.credentials = &k->keys;
	spec.renew = renew;
	spec.renew_context = k;
	assert_ok(zt_aws_client_new(&spec, &k->client, NULL));
}

static void call_after(ending_keys *k, int64_t ms, zt_status expected)
{
	fake_sleep(&k->fake, ms);
	zt_aws_request request = describe();
	assert_status(zt_aws_call(k->client, &request, NULL, NULL, NULL), expected);
}

static void a_renewal_that_brings_nothing_pauses(void **state)
{
	(void)state;
	/* Failed, or with the same keys once more: both bring nothing. */
	static const zt_status answers[] = { ZT_E_CREDENTIALS, ZT_OK };
	for (size_t i = 0; i < ZT_COUNT(answers); i++) {
		ending_keys k;
		ending_keys_open(&k, count_renewals);
		k.answer = answers[i];
		call_after(&k, 0, ZT_OK);
		call_after(&k, 29999, ZT_OK);
		assert_int_equal(k.asked, 1);
		call_after(&k, 1, ZT_OK);
		assert_int_equal(k.asked, 2);
		zt_aws_client_free(k.client);
	}
}

static zt_status another_secret(void *context, zt_error *ret_error)
{
	(void)ret_error;
	return zt_secret_set(&((ending_keys *)context)->keys.secret, ZT_LIT("another secret"));
}

static void renewed_keys_sign_though_they_end_at_the_same_time(void **state)
{
	(void)state;
	ending_keys k;
	char first[sizeof k.fake.headers];
	ending_keys_open(&k, another_secret);
	/* The same request at the same time, before the last five minutes and in them. */
	k.keys.expires_ms += 3600000;
	call_after(&k, 0, ZT_OK);
	(void)snprintf(first, sizeof first, "%s", k.fake.headers);
	k.keys.expires_ms -= 3600000;
	call_after(&k, 0, ZT_OK);
	assert_string_not_equal(k.fake.headers, first);
	zt_aws_client_free(k.client);
}

static void keys_that_have_ended_are_renewed_without_a_pause(void **state)
{
	(void)state;
	ending_keys k;
	ending_keys_open(&k, count_renewals);
	k.answer = ZT_E_CREDENTIALS;
	k.keys.expires_ms = FAKE_NOON_MS + 10;
	call_after(&k, 0, ZT_OK);
	call_after(&k, 10, ZT_E_CREDENTIALS);
	call_after(&k, 0, ZT_E_CREDENTIALS);
	assert_int_equal(k.asked, 3);
	zt_aws_client_free(k.client);
}

static void keys_are_renewed_before_their_end(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200 } }, .answer_count = 1, .wall_ms = FAKE_NOON_MS };
	zt_aws_credentials keys = fake_credentials;
	keys.expires_ms = FAKE_NOON_MS + ZT_AWS_RENEW_BEFORE_MS + 1;
	assert_ok(describe_with(&fake, &keys, renew_by_an_hour, NULL));
	assert_non_null(strstr(fake.headers, "Credential=AKIDEXAMPLE/"));
	keys.expires_ms = FAKE_NOON_MS + ZT_AWS_RENEW_BEFORE_MS;
	assert_ok(describe_with(&fake, &keys, renew_by_an_hour, NULL));
	assert_non_null(strstr(fake.headers, "Credential=RENEWED/"));
}

static void keys_that_cannot_be_renewed_serve_until_their_end(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 200 } }, .answer_count = 1, .wall_ms = FAKE_NOON_MS };
	zt_aws_credentials keys = fake_credentials;
	zt_error error = { 0 };
	keys.expires_ms = FAKE_NOON_MS + 1;
	assert_ok(describe_with(&fake, &keys, renew_never, &error));
	keys.expires_ms = FAKE_NOON_MS;
	assert_status(describe_with(&fake, &keys, renew_never, &error), ZT_E_CREDENTIALS);
	assert_non_null(strstr(error.text, "2026-01-31T12:00:00Z"));
	assert_non_null(strstr(error.text, "nobody is there"));
	assert_status(describe_with(&fake, &keys, NULL, &error), ZT_E_CREDENTIALS);
	assert_int_equal(fake.calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_as_botocore_does),
		cmocka_unit_test(builds_origin_target_and_host),
		cmocka_unit_test(an_empty_answer_is_an_empty_object),
		cmocka_unit_test(an_empty_label_is_never_sent),
		cmocka_unit_test(tells_refusals_apart),
		cmocka_unit_test(keeps_the_request_id),
		cmocka_unit_test(throttling_is_waited_out_and_told),
		cmocka_unit_test(throttling_ends_with_the_budget),
		cmocka_unit_test(all_calls_share_the_budget_for_retries),
		cmocka_unit_test(answers_give_back_of_the_budget),
		cmocka_unit_test(retry_after_is_respected),
		cmocka_unit_test(no_wait_passes_the_deadline),
		cmocka_unit_test(what_leaves_something_behind_is_done_once),
		cmocka_unit_test(walks_all_pages),
		cmocka_unit_test(keys_are_renewed_before_their_end),
		cmocka_unit_test(keys_that_cannot_be_renewed_serve_until_their_end),
		cmocka_unit_test(a_renewal_that_brings_nothing_pauses),
		cmocka_unit_test(renewed_keys_sign_though_they_end_at_the_same_time),
		cmocka_unit_test(keys_that_have_ended_are_renewed_without_a_pause),
		cmocka_unit_test(a_page_that_leads_to_itself_ends_the_walk),
	};
	return cmocka_run_group_tests_name("aws/client", tests, NULL, NULL);
}
