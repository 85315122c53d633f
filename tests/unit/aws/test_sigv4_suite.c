/* AWS's own Signature Version 4 suite: every case, header and query form, signed by us and then verified by us. */
#include "zt_cmocka.h"

#include <dirent.h>
#include <stdio.h>

#include "aws/sigv4.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/timefmt.h"

enum { FILE_MAX = 64 * 1024 };

/* One case: its files, the request in them, and whose key signs. */
typedef struct {
	const char *name;
	zt_str text; /* request.txt */
	json_t *context;
	zt_sigv4_header headers[ZT_SIGV4_HEADERS_MAX];
	zt_sigv4_request request;
	zt_sigv4_signer signer;
	unsigned expires_s;
	char digest[ZT_SHA256_HEX + 1];
} suite_case;

static bool read_case_file(const char *name, const char *file, zt_str *out)
{
	char path[1024];
	(void)snprintf(path, sizeof path, "%s/sigv4/%s/%s", ZT_VECTORS_DIR, name, file);
	zt_str_clear(out);
	return zt_file_read(path, out, NULL) == ZT_OK;
}

static bool take_line(zt_view *rest, zt_view *ret_line)
{
	return zt_view_split(rest, '\n', ret_line);
}

/* A line that begins with white space continues the one before it. */
static void take_header(suite_case *c, zt_view line)
{
	zt_sigv4_request *request = &c->request;
	if (line.p[0] == ' ' || line.p[0] == '\t') {
		zt_view *value = &c->headers[request->header_count - 1].value;
		value->n = (size_t)(line.p + line.n - value->p);
		return;
	}
	size_t colon = zt_view_find(line, ':');
	c->headers[request->header_count++] = (zt_sigv4_header){ { line.p, colon }, zt_view_from(line, colon + 1) };
}

static void parse_request(suite_case *c)
{
	zt_view rest = zt_str_view(&c->text), line, target;
	assert_true(take_line(&rest, &line));
	size_t method = zt_view_find(line, ' ');
	target = zt_view_from(line, method + 1);
	assert_true(zt_view_ends(target, ZT_LIT(" HTTP/1.1")));
	target.n -= sizeof " HTTP/1.1" - 1;
	size_t question = zt_view_find(target, '?');
	c->request = (zt_sigv4_request){ .method = { line.p, method },
					 .path = { target.p, question },
					 .query = zt_view_from(target, question + 1),
					 .headers = c->headers };
	while (take_line(&rest, &line) && line.n)
		take_header(c, line);
	c->request.body = rest;
}

static void open_case(suite_case *c, const char *name)
{
	*c = (suite_case){ .name = name, .text = ZT_STR(FILE_MAX) };
	ZT_CLEANUP(zt_str_free) zt_str context = ZT_STR(FILE_MAX);
	assert_true(read_case_file(name, "request.txt", &c->text));
	assert_true(read_case_file(name, "context.json", &context));
	assert_ok(zt_json_parse(zt_str_view(&context), &c->context, NULL));
	parse_request(c);
	const json_t *credentials = json_object_get(c->context, "credentials");
	c->signer = (zt_sigv4_signer){
		.access_key_id = zt_json_view(credentials, "access_key_id"),
		.secret = zt_json_view(credentials, "secret_access_key"),
		.token = zt_json_view(credentials, "token"),
		.region = zt_json_view(c->context, "region"),
		.service = zt_json_view(c->context, "service"),
		.path_is_final = json_is_false(json_object_get(c->context, "normalize")),
		.token_unsigned = json_is_true(json_object_get(c->context, "omit_session_token")),
	};
	assert_ok(zt_time_parse_iso8601(zt_json_view(c->context, "timestamp"), &c->signer.time_ms));
	c->expires_s = (unsigned)json_integer_value(json_object_get(c->context, "expiration_in_seconds"));
}

static void close_case(suite_case *c)
{
	zt_str_free(&c->text);
	json_decref(c->context);
}

static void add_header(suite_case *c, const char *name, zt_view value)
{
	c->headers[c->request.header_count++] = (zt_sigv4_header){ zt_view_of(name), value };
}

static void expect_file(const suite_case *c, const char *file, zt_view got)
{
	ZT_CLEANUP(zt_str_free) zt_str want = ZT_STR(FILE_MAX);
	assert_true(read_case_file(c->name, file, &want));
	if (!zt_view_equal(zt_view_trim(zt_str_view(&want)), got))
		fail_msg("%s/%s: got\n%.*s\nexpected\n%s", c->name, file, ZT_PRI(got), zt_str_text(&want));
}

/* Neither an unsigned token of a service but IoT's, nor a path that S3 would sign, passes our front. */
static bool is_verifiable(const suite_case *c)
{
	return !c->signer.path_is_final && !c->signer.token_unsigned;
}

static void expect_verified(const suite_case *c)
{
	ZT_CLEANUP(zt_str_free) zt_str scratch = ZT_STR(FILE_MAX);
	zt_sigv4_claim claim;
	zt_error error = { 0 };
	if (!is_verifiable(c))
		return;
	assert_ok(zt_sigv4_claim_read(&c->request, &claim, &scratch, &error));
	assert_true(claim.present);
	assert_int_equal(claim.time_ms, c->signer.time_ms);
	assert_true(zt_view_equal(claim.token, c->signer.token));
	if (zt_sigv4_verify(&claim, &c->request, c->signer.secret, &error) != ZT_OK)
		fail_msg("%s: %s", c->name, error.text);
	assert_status(zt_sigv4_verify(&claim, &c->request, ZT_LIT("another secret"), NULL), ZT_E_DENIED);
}

static void header_form(suite_case *c)
{
	ZT_CLEANUP(zt_str_free) zt_str canonical = ZT_STR(FILE_MAX), to_sign = ZT_STR(FILE_MAX);
	zt_sigv4_signed made;
	if (json_is_true(json_object_get(c->context, "sign_body"))) {
		zt_sha256_hex_of(c->request.body, c->digest);
		add_header(c, "x-amz-content-sha256", zt_view_of(c->digest));
	}
	assert_ok(zt_sigv4_sign(&c->signer, NULL, &c->request, &made, &canonical, &to_sign));
	expect_file(c, "header-canonical-request.txt", zt_str_view(&canonical));
	expect_file(c, "header-string-to-sign.txt", zt_str_view(&to_sign));
	expect_file(c, "header-signature.txt", zt_view_of(made.signature));
	add_header(c, "X-Amz-Date", zt_view_of(made.amz_date));
	add_header(c, "Authorization", zt_view_of(made.authorization));
	if (c->signer.token.n)
		add_header(c, "X-Amz-Security-Token", c->signer.token);
	expect_verified(c);
}

static void query_form(suite_case *c)
{
	ZT_CLEANUP(zt_str_free)
	zt_str canonical = ZT_STR(FILE_MAX), to_sign = ZT_STR(FILE_MAX), query = ZT_STR(FILE_MAX);
	assert_ok(zt_sigv4_presign(&c->signer, &c->request, c->expires_s, &query, &canonical, &to_sign));
	expect_file(c, "query-canonical-request.txt", zt_str_view(&canonical));
	expect_file(c, "query-string-to-sign.txt", zt_str_view(&to_sign));
	c->request.query = zt_str_view(&query);
	expect_verified(c);
}

static unsigned for_each_case(void (*check)(suite_case *c))
{
	unsigned cases = 0;
	DIR *folder = opendir(ZT_VECTORS_DIR "/sigv4");
	if (!folder) {
		print_message("no published vectors at %s\n", ZT_VECTORS_DIR);
		skip();
	}
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		suite_case c;
		open_case(&c, entry->d_name);
		check(&c);
		close_case(&c);
		cases++;
	}
	(void)closedir(folder);
	return cases;
}

static void signs_and_verifies_every_case_in_the_header(void **state)
{
	(void)state;
	assert_true(for_each_case(header_form) >= 38);
}

static void signs_and_verifies_every_case_in_the_query(void **state)
{
	(void)state;
	assert_true(for_each_case(query_form) >= 38);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_and_verifies_every_case_in_the_header),
		cmocka_unit_test(signs_and_verifies_every_case_in_the_query),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
