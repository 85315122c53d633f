/* What AWS's suite does not cover: paths that are encoded already, the verifier's refusals, the token of IoT's
 * WebSockets. The five vectors were made with botocore 1.43.11. */
#include "zt_cmocka.h"

#include <stdio.h>

#include "aws/sigv4.h"
#include "base/timefmt.h"

#define AB "abababababababababababababababababababababababababababababababab"

static const zt_sigv4_signer example = {
	.access_key_id = ZT_LIT_INIT("AKIDEXAMPLE"),
	.secret = ZT_LIT_INIT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
	.region = ZT_LIT_INIT("us-east-1"),
	.service = ZT_LIT_INIT("iot"),
	.time_ms = 1769860800000, /* 2026-01-31T12:00:00Z */
};

typedef struct {
	const char *service, *token, *method, *host, *path, *query, *content_type, *body, *canonical_sha256, *signature;
} vector;

static const vector vectors[] = {
	{ "iot", "", "POST", "iot.us-east-1.amazonaws.com",
	  "/attached-policies/arn%3Aaws%3Aiot%3Aus-east-1%3A123456789012%3Acert%2Fabcd", "", NULL, "",
	  "beb92b40c17fdc48781e5c703a78674eaa069abed924a745a8845e92e00e365d",
	  "b65f5429a59090617b3cc6d53fd08482358e8af5ff3b04aa1e795b98fa3b646d" },
	{ "iotdata", "", "POST", "abc-ats.iot.us-east-1.amazonaws.com", "/topics/dt%2Fdev1%2Ft", "qos=1", NULL,
	  "{\"a\":1}", "e7909b428b9a1e64d787a7a7465292b88ead6783dfe81969e1515387a52ce015",
	  "26d442146f28d2c7db4e0614031e8ea520e37bf488b641285283c52cebcebfd1" },
	{ "iot", "TOKEN/x+y==", "PUT", "iot.us-east-1.amazonaws.com", "/certificates/" AB, "newStatus=ACTIVE", NULL, "",
	  "492f4a299d9d3853176fa60c7bd22b6e44e7510fa1c606085b25bae701defc59",
	  "f28ae1c6c5937292141b57bcd0d72b7f9c5ed9466674fdb1eb30037f6cb11e2b" },
	{ "iam", "", "POST", "iam.amazonaws.com", "/", "", "application/x-www-form-urlencoded; charset=utf-8",
	  "Action=GetRole&Version=2010-05-08&RoleName=jitr",
	  "f65beeed3b8f65b34c3abfa8db5b92195e33a42e57303a8d8b4ead7793bfe150",
	  "6ba150a21ba248bf52afc1e05ff042c2e7ee316194280f6832ca877b28f3f8bf" },
	{ "iot", "", "POST", "iot.us-east-1.amazonaws.com", "/cacertificate",
	  "setAsActive=true&allowAutoRegistration=true", "application/json", "{\"caCertificate\":\"x\"}",
	  "3844876a2e3d33dcaed489ad8156dfb00da2541e663b19d91ccf14aa6df5f49c",
	  "de72cef0e321b24e3fd76471703dbd0aadf10d4eca92ec2d7846e1ba0557e952" },
};

static void signs_as_botocore_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < ZT_COUNT(vectors); i++) {
		const vector *v = &vectors[i];
		zt_sigv4_header headers[] = { { ZT_LIT("host"), zt_view_of(v->host) },
					      { ZT_LIT("content-type"), zt_view_of(v->content_type) } };
		zt_sigv4_request request = { zt_view_of(v->method),   zt_view_of(v->path),
					     zt_view_of(v->query),    headers,
					     v->content_type ? 2 : 1, zt_view_of(v->body) };
		zt_sigv4_signer signer = example;
		signer.service = zt_view_of(v->service);
		signer.token = zt_view_of(v->token);
		ZT_CLEANUP(zt_str_free) zt_str canonical = ZT_STR(ZT_SIGV4_CANONICAL_MAX);
		zt_sigv4_signed made;
		char digest[ZT_SHA256_HEX + 1];
		assert_ok(zt_sigv4_sign(&signer, NULL, &request, &made, &canonical, NULL));
		zt_sha256_hex_of(zt_str_view(&canonical), digest);
		assert_string_equal(digest, v->canonical_sha256);
		assert_string_equal(made.signature, v->signature);
	}
}

static void a_kept_key_signs_the_same(void **state)
{
	(void)state;
	const zt_sigv4_header host = { ZT_LIT("host"), ZT_LIT("iot.us-east-1.amazonaws.com") };
	const zt_sigv4_request request = { ZT_LIT("POST"), zt_view_of(vectors[0].path), ZT_VIEW_EMPTY, &host, 1,
					   ZT_VIEW_EMPTY };
	zt_sigv4_key key;
	zt_sigv4_signed made;
	zt_sigv4_key_make(example.secret, ZT_LIT("20260131"), example.region, example.service, &key);
	assert_ok(zt_sigv4_sign(&example, &key, &request, &made, NULL, NULL));
	assert_string_equal(made.signature, vectors[0].signature);
}

/* A signed request on its way in, to be bent by a test. */
typedef struct {
	zt_sigv4_header headers[8];
	zt_sigv4_request request;
	zt_sigv4_signed made;
	zt_str query, scratch;
	zt_sigv4_claim claim;
	zt_error error;
} incoming;

static void sign_incoming(incoming *in, zt_view token)
{
	zt_sigv4_signer signer = example;
	signer.token = token;
	*in = (incoming){ .query = ZT_STR(8192), .scratch = ZT_STR(8192) };
	in->headers[0] = (zt_sigv4_header){ ZT_LIT("Host"), ZT_LIT("localhost:4566") };
	in->request =
	    (zt_sigv4_request){ ZT_LIT("PUT"), ZT_LIT("/things/a%2Fb"), ZT_LIT("x=1"), in->headers, 1, ZT_LIT("{}") };
	assert_ok(zt_sigv4_sign(&signer, NULL, &in->request, &in->made, NULL, NULL));
	in->headers[1] = (zt_sigv4_header){ ZT_LIT("X-Amz-Date"), zt_view_of(in->made.amz_date) };
	in->headers[2] = (zt_sigv4_header){ ZT_LIT("Authorization"), zt_view_of(in->made.authorization) };
	in->headers[3] = (zt_sigv4_header){ ZT_LIT("X-Amz-Security-Token"), token };
	in->request.header_count = token.n ? 4 : 3;
}

static void presign_incoming(incoming *in, const zt_sigv4_signer *signer, unsigned expires_s)
{
	*in = (incoming){ .query = ZT_STR(8192), .scratch = ZT_STR(8192) };
	in->headers[0] = (zt_sigv4_header){ ZT_LIT("Host"), ZT_LIT("localhost") };
	in->request =
	    (zt_sigv4_request){ ZT_LIT("GET"), ZT_LIT("/mqtt"), ZT_VIEW_EMPTY, in->headers, 1, ZT_VIEW_EMPTY };
	assert_ok(zt_sigv4_presign(signer, &in->request, expires_s, &in->query, NULL, NULL));
	in->request.query = zt_str_view(&in->query);
}

static zt_status read_claim(incoming *in)
{
	zt_str_clear(&in->scratch);
	return zt_sigv4_claim_read(&in->request, &in->claim, &in->scratch, &in->error);
}

static zt_status read_and_verify(incoming *in)
{
	zt_status status = read_claim(in);
	return status == ZT_OK ? zt_sigv4_verify(&in->claim, &in->request, example.secret, &in->error) : status;
}

static void close_incoming(incoming *in)
{
	zt_str_free(&in->query);
	zt_str_free(&in->scratch);
}

static void an_unsigned_request_is_no_error_but_absent(void **state)
{
	(void)state;
	incoming in;
	sign_incoming(&in, ZT_VIEW_EMPTY);
	in.request.header_count = 1;
	assert_ok(read_claim(&in));
	assert_false(in.claim.present);
	close_incoming(&in);
}

static void a_claim_shows_who_signed_where_and_when(void **state)
{
	(void)state;
	incoming in;
	sign_incoming(&in, ZT_LIT("token/+="));
	assert_ok(read_and_verify(&in));
	assert_view(in.claim.access_key_id, "AKIDEXAMPLE");
	assert_view(in.claim.date, "20260131");
	assert_view(in.claim.region, "us-east-1");
	assert_view(in.claim.service, "iot");
	assert_view(in.claim.signed_headers, "host;x-amz-date;x-amz-security-token");
	assert_view(in.claim.token, "token/+=");
	assert_int_equal(in.claim.time_ms, example.time_ms);
	assert_false(in.claim.presigned);
	close_incoming(&in);
}

static void every_part_of_a_request_is_covered(void **state)
{
	(void)state;
	static const zt_view other = ZT_LIT_INIT("other");
	const size_t parts[] = { offsetof(zt_sigv4_request, method), offsetof(zt_sigv4_request, path),
				 offsetof(zt_sigv4_request, query), offsetof(zt_sigv4_request, body) };
	for (size_t i = 0; i < ZT_COUNT(parts); i++) {
		incoming in;
		sign_incoming(&in, ZT_VIEW_EMPTY);
		*(zt_view *)(void *)((char *)&in.request + parts[i]) = other;
		assert_status(read_and_verify(&in), ZT_E_DENIED);
		close_incoming(&in);
	}
	incoming in;
	sign_incoming(&in, ZT_VIEW_EMPTY);
	in.headers[0].value = other;
	assert_status(read_and_verify(&in), ZT_E_DENIED);
	close_incoming(&in);
}

static void an_unsigned_header_is_fine_unless_it_is_x_amz(void **state)
{
	(void)state;
	incoming in;
	sign_incoming(&in, ZT_VIEW_EMPTY);
	in.headers[in.request.header_count++] = (zt_sigv4_header){ ZT_LIT("x-amzn-principal"), ZT_LIT("arn") };
	assert_ok(read_and_verify(&in));
	in.headers[in.request.header_count++] = (zt_sigv4_header){ ZT_LIT("X-AMZ-Meta"), ZT_LIT("1") };
	assert_status(read_and_verify(&in), ZT_E_DENIED);
	assert_non_null(strstr(in.error.text, "X-AMZ-Meta"));
	close_incoming(&in);
}

static void expect_authorization_refused(const char *authorization, const char *words)
{
	incoming in;
	sign_incoming(&in, ZT_VIEW_EMPTY);
	in.headers[2].value = zt_view_of(authorization);
	zt_status status = read_and_verify(&in);
	if (status == ZT_OK || !strstr(in.error.text, words))
		fail_msg("\"%s\" gave %s: %s", authorization, zt_status_name(status), in.error.text);
	close_incoming(&in);
}

static void malformed_authorizations_name_what_is_missing(void **state)
{
	(void)state;
#define CREDENTIAL "Credential=AKIDEXAMPLE/20260131/us-east-1/iot/aws4_request"
	expect_authorization_refused("Bearer x", "AWS4-HMAC-SHA256");
	expect_authorization_refused("AWS4-HMAC-SHA256 ", "'Credential'");
	expect_authorization_refused("AWS4-HMAC-SHA256 " CREDENTIAL, "'SignedHeaders'");
	expect_authorization_refused("AWS4-HMAC-SHA256 " CREDENTIAL ",SignedHeaders=host", "'Signature'");
	expect_authorization_refused("AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00",
				     "5 slash-delimited");
	expect_authorization_refused(
	    "AWS4-HMAC-SHA256 Credential=a/20260131/c/d/aws4_requests, SignedHeaders=host, Signature=00",
	    "5 slash-delimited");
	expect_authorization_refused(
	    "AWS4-HMAC-SHA256 Credential=a/20260130/c/d/aws4_request, SignedHeaders=host, Signature=00",
	    "does not match");
	expect_authorization_refused("AWS4-HMAC-SHA256 " CREDENTIAL ", Signature=0, SignedHeaders=host, Signature=1",
				     "twice");
	expect_authorization_refused("AWS4-HMAC-SHA256 " CREDENTIAL ", SignedHeaders=x-amz-date, Signature=00", "Host");
	expect_authorization_refused(
	    "AWS4-HMAC-SHA256 " CREDENTIAL ", SignedHeaders=host;missing;x-amz-date, Signature=00", "missing");
#undef CREDENTIAL
}

static void a_broken_date_is_refused(void **state)
{
	(void)state;
	incoming in;
	sign_incoming(&in, ZT_VIEW_EMPTY);
	in.headers[1].value = ZT_LIT("20260131T1200");
	assert_status(read_claim(&in), ZT_E_INVALID);
	close_incoming(&in);
}

static void two_dates_are_refused(void **state)
{
	(void)state;
	incoming in;
	sign_incoming(&in, ZT_VIEW_EMPTY);
	in.headers[in.request.header_count++] = in.headers[1];
	assert_status(read_claim(&in), ZT_E_INVALID);
	close_incoming(&in);
}

static void both_forms_at_once_are_refused(void **state)
{
	(void)state;
	incoming in;
	sign_incoming(&in, ZT_VIEW_EMPTY);
	in.request.query = ZT_LIT("X-Amz-Signature=00");
	assert_status(read_claim(&in), ZT_E_INVALID);
	close_incoming(&in);
}

static void a_presigned_claim_says_how_long_it_lives(void **state)
{
	(void)state;
	incoming in;
	presign_incoming(&in, &example, 300);
	assert_ok(read_and_verify(&in));
	assert_true(in.claim.presigned);
	assert_int_equal(in.claim.expires_s, 300);
	assert_view(in.claim.access_key_id, "AKIDEXAMPLE");
	close_incoming(&in);
}

static void a_presigned_query_cannot_be_bent(void **state)
{
	(void)state;
	incoming in;
	presign_incoming(&in, &example, 300);
	assert_ok(zt_str_put_text(&in.query, "&more=1"));
	in.request.query = zt_str_view(&in.query);
	assert_status(read_and_verify(&in), ZT_E_DENIED);
	close_incoming(&in);
}

static void iot_takes_a_token_behind_the_signature(void **state)
{
	(void)state;
	zt_sigv4_signer signer = example;
	signer.service = ZT_LIT("iotdevicegateway");
	signer.token = ZT_LIT("a/b+c=");
	signer.token_unsigned = true;
	incoming in;
	presign_incoming(&in, &signer, 0);
	assert_true(zt_view_ends(in.request.query, ZT_LIT("&X-Amz-Security-Token=a%2Fb%2Bc%3D")));
	assert_ok(read_and_verify(&in));
	assert_view(in.claim.token, "a/b+c=");
	close_incoming(&in);
	signer.token_unsigned = false;
	presign_incoming(&in, &signer, 0);
	assert_ok(read_and_verify(&in));
	close_incoming(&in);
}

static void other_services_take_no_unsigned_token(void **state)
{
	(void)state;
	zt_sigv4_signer signer = example;
	signer.token = ZT_LIT("token");
	signer.token_unsigned = true;
	incoming in;
	presign_incoming(&in, &signer, 60);
	assert_status(read_and_verify(&in), ZT_E_DENIED);
	close_incoming(&in);
}

static void expect_query_refused(const char *query)
{
	incoming in;
	presign_incoming(&in, &example, 60);
	in.request.query = zt_view_of(query);
	if (read_and_verify(&in) == ZT_OK)
		fail_msg("\"%s\" was accepted", query);
	close_incoming(&in);
}

static void malformed_presigned_queries_are_refused(void **state)
{
	(void)state;
#define REST "&X-Amz-Date=20260131T120000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
#define CREDENTIAL "X-Amz-Credential=a%2F20260131%2Fr%2Fs%2Faws4_request"
	expect_query_refused("X-Amz-Algorithm=AWS4-HMAC-SHA256");
	expect_query_refused("X-Amz-Algorithm=HMAC&" CREDENTIAL REST);
	expect_query_refused("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%zz" REST);
	expect_query_refused("X-Amz-Algorithm=AWS4-HMAC-SHA256&" CREDENTIAL REST "&X-Amz-Expires=604801");
	expect_query_refused("X-Amz-Algorithm=AWS4-HMAC-SHA256&" CREDENTIAL REST "&X-Amz-Expires=0");
	expect_query_refused("X-Amz-Algorithm=AWS4-HMAC-SHA256&" CREDENTIAL REST "&X-Amz-Date=20260131T120000Z");
	expect_query_refused("X-Amz-Algorithm=AWS4-HMAC-SHA256&" CREDENTIAL REST "&broken=%g0");
#undef REST
#undef CREDENTIAL
}

static void a_query_may_come_in_any_order(void **state)
{
	(void)state;
	const zt_sigv4_header host = { ZT_LIT("host"), ZT_LIT("h") };
	zt_sigv4_request request = { ZT_LIT("GET"), ZT_LIT("/"), ZT_LIT("b=2&a=1&flag"), &host, 1, ZT_VIEW_EMPTY };
	zt_sigv4_signed sorted, unsorted;
	assert_ok(zt_sigv4_sign(&example, NULL, &request, &unsorted, NULL, NULL));
	request.query = ZT_LIT("a=1&b=2&flag=");
	assert_ok(zt_sigv4_sign(&example, NULL, &request, &sorted, NULL, NULL));
	assert_string_equal(sorted.signature, unsorted.signature);
}

static void what_is_over_a_limit_is_refused(void **state)
{
	(void)state;
	zt_sigv4_header headers[ZT_SIGV4_HEADERS_MAX + 1];
	for (size_t i = 0; i < ZT_COUNT(headers); i++)
		headers[i] = (zt_sigv4_header){ ZT_LIT("host"), ZT_LIT("h") };
	zt_sigv4_request request = { ZT_LIT("GET"), ZT_LIT("/"),       ZT_VIEW_EMPTY,
				     headers,       ZT_COUNT(headers), ZT_VIEW_EMPTY };
	zt_sigv4_signed made;
	assert_status(zt_sigv4_sign(&example, NULL, &request, &made, NULL, NULL), ZT_E_LIMIT);
	ZT_CLEANUP(zt_str_free) zt_str query = ZT_STR(4096);
	for (size_t i = 0; i <= ZT_SIGV4_PARAMETERS_MAX; i++)
		assert_ok(zt_str_put_text(&query, "&a=1"));
	request.header_count = 1;
	request.query = zt_str_view(&query);
	assert_status(zt_sigv4_sign(&example, NULL, &request, &made, NULL, NULL), ZT_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_as_botocore_does),
		cmocka_unit_test(a_kept_key_signs_the_same),
		cmocka_unit_test(an_unsigned_request_is_no_error_but_absent),
		cmocka_unit_test(a_claim_shows_who_signed_where_and_when),
		cmocka_unit_test(every_part_of_a_request_is_covered),
		cmocka_unit_test(an_unsigned_header_is_fine_unless_it_is_x_amz),
		cmocka_unit_test(malformed_authorizations_name_what_is_missing),
		cmocka_unit_test(a_broken_date_is_refused),
		cmocka_unit_test(two_dates_are_refused),
		cmocka_unit_test(both_forms_at_once_are_refused),
		cmocka_unit_test(a_presigned_claim_says_how_long_it_lives),
		cmocka_unit_test(a_presigned_query_cannot_be_bent),
		cmocka_unit_test(iot_takes_a_token_behind_the_signature),
		cmocka_unit_test(other_services_take_no_unsigned_token),
		cmocka_unit_test(malformed_presigned_queries_are_refused),
		cmocka_unit_test(a_query_may_come_in_any_order),
		cmocka_unit_test(what_is_over_a_limit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
