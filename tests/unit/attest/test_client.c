/* A one-shot server writes the bytes of an answer by hand and keeps the request that came. */
#include "attest/client.h"

#include "zt_cmocka.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"

static struct {
	char folder[32], path[64];
	const char *answer;
	char request[4096];
	size_t request_n;
	int listener;
	pthread_t thread;
} server;

/* Reads until the head is whole and the body has the length that the head gives. */
static bool request_whole(void)
{
	server.request[server.request_n] = 0;
	const char *head_end = strstr(server.request, "\r\n\r\n"), *length = strstr(server.request, "Content-Length: ");
	if (!head_end)
		return false;
	size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
	return server.request_n >= (size_t)(head_end + 4 - server.request) + body;
}

static void *serve(void *unused)
{
	(void)unused;
	int fd = accept4(server.listener, NULL, NULL, SOCK_CLOEXEC);
	while (!request_whole()) {
		ssize_t got = read(fd, server.request + server.request_n, sizeof server.request - 1 - server.request_n);
		if (got <= 0)
			break;
		server.request_n += (size_t)got;
	}
	(void)!write(fd, server.answer, strlen(server.answer));
	(void)close(fd);
	return NULL;
}

static void serve_once(const char *answer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	server.answer = answer;
	server.request_n = 0;
	server.request[0] = 0;
	(void)snprintf(server.folder, sizeof server.folder, "/tmp/zt-client-XXXXXX");
	assert_non_null(mkdtemp(server.folder));
	(void)snprintf(server.path, sizeof server.path, "%s/s", server.folder);
	memcpy(address.sun_path, server.path, strlen(server.path) + 1);
	server.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(server.listener >= 0);
	assert_int_equal(bind(server.listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(server.listener, 1), 0);
	assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void served(const char *request_line, const char *body)
{
	assert_int_equal(pthread_join(server.thread, NULL), 0);
	assert_int_equal(close(server.listener), 0);
	assert_int_equal(unlink(server.path), 0);
	assert_int_equal(rmdir(server.folder), 0);
	assert_true(zt_view_starts(zt_view_of(server.request), zt_view_of(request_line)));
	assert_string_equal(strstr(server.request, "\r\n\r\n") + 4, body);
}

static zt_attest_client *client_of(const char *path)
{
	zt_attest_client *client = NULL;
	assert_ok(zt_attest_client_new(path, &client, NULL));
	return client;
}

#define OK_EMPTY "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"

static void a_tenant_is_created_with_and_without_a_guid(void **state)
{
	(void)state;
	json_t *body = NULL;
	serve_once("HTTP/1.1 201 Created\r\ncontent-length: 14\r\nconnection: close\r\n\r\n{\"tenant\":\"x\"}");
	zt_attest_client *client = client_of(server.path);
	assert_ok(zt_attest_tenant_create(client, ZT_LIT("g"), &body, NULL));
	assert_string_equal(zt_json_text(body, "tenant"), "x");
	served("POST /tenants HTTP/1.1\r\n", "{\"guid\":\"g\"}");
	json_decref(body);
	zt_attest_client_free(client);
	serve_once(OK_EMPTY);
	client = client_of(server.path);
	assert_ok(zt_attest_tenant_create(client, ZT_VIEW_EMPTY, &body, NULL));
	served("POST /tenants HTTP/1.1\r\n", "{}");
	json_decref(body);
	zt_attest_client_free(client);
}

typedef zt_status (*call_fn)(zt_attest_client *client, json_t **ret_body);

static zt_status list(zt_attest_client *client, json_t **ret_body)
{
	return zt_attest_tenants(client, ret_body, NULL);
}

static zt_status get(zt_attest_client *client, json_t **ret_body)
{
	return zt_attest_tenant(client, ZT_LIT("g"), ret_body, NULL);
}

static zt_status claim(zt_attest_client *client, json_t **ret_body)
{
	ZT_JSON_CLEANUP json_t *ids = json_pack("[s, s]", "a", "b");
	return zt_attest_claim(client, ZT_LIT("g"), ids, ret_body, NULL);
}

static zt_status claimed(zt_attest_client *client, json_t **ret_body)
{
	return zt_attest_claimed(client, ZT_LIT("g"), ret_body, NULL);
}

static zt_status unclaim(zt_attest_client *client, json_t **ret_body)
{
	*ret_body = NULL;
	return zt_attest_unclaim(client, ZT_LIT("g"), ZT_LIT("d"), NULL);
}

static zt_status proof(zt_attest_client *client, json_t **ret_body)
{
	return zt_attest_proof(client, ZT_LIT("g"), ZT_LIT("c"), ZT_VIEW_EMPTY, ret_body, NULL);
}

static zt_status proof_of(zt_attest_client *client, json_t **ret_body)
{
	return zt_attest_proof(client, ZT_LIT("g"), ZT_LIT("c"), ZT_LIT("i"), ret_body, NULL);
}

static zt_status rollover(zt_attest_client *client, json_t **ret_body)
{
	return zt_attest_rollover(client, ZT_LIT("g"), true, ret_body, NULL);
}

static void each_call_is_the_request_of_the_contract(void **state)
{
	(void)state;
	static const struct {
		call_fn call;
		const char *line, *body;
	} rows[] = {
		{ list, "GET /tenants HTTP/1.1\r\n", "" },
		{ get, "GET /tenants/g HTTP/1.1\r\n", "" },
		{ claim, "POST /tenants/g/devices HTTP/1.1\r\n", "{\"deviceIds\":[\"a\",\"b\"]}" },
		{ claimed, "GET /tenants/g/devices HTTP/1.1\r\n", "" },
		{ unclaim, "DELETE /tenants/g/devices/d HTTP/1.1\r\n", "" },
		{ proof, "POST /tenants/g/proof HTTP/1.1\r\n", "{\"verificationCode\":\"c\"}" },
		{ proof_of, "POST /tenants/g/proof HTTP/1.1\r\n",
		  "{\"verificationCode\":\"c\",\"caCertificateId\":\"i\"}" },
		{ rollover, "POST /tenants/g/rollover HTTP/1.1\r\n", "{\"activate\":true}" },
	};
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		json_t *body = NULL;
		serve_once(OK_EMPTY);
		zt_attest_client *client = client_of(server.path);
		assert_ok(rows[i].call(client, &body));
		served(rows[i].line, rows[i].body);
		json_decref(body);
		zt_attest_client_free(client);
	}
}

static void a_refusal_carries_the_authoritys_words(void **state)
{
	(void)state;
	json_t *body = NULL;
	zt_error error = { 0 };
	serve_once("HTTP/1.1 404 Not Found\r\ncontent-length: 46\r\nconnection: close\r\n\r\n"
		   "{\"code\":\"UnknownTenant\",\"message\":\"no tenant\"}");
	zt_attest_client *client = client_of(server.path);
	assert_status(zt_attest_tenant(client, ZT_LIT("g"), &body, &error), ZT_E_NOT_FOUND);
	assert_null(body);
	assert_int_equal(error.http, 404);
	assert_string_equal(error.code, "UnknownTenant");
	assert_string_equal(error.text, "no tenant");
	served("GET /tenants/g ", "");
	zt_attest_client_free(client);
}

static void answers_that_are_no_json_are_errors(void **state)
{
	(void)state;
	static const struct {
		const char *answer;
		zt_status expected;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n{", ZT_E_INVALID },
		{ "HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", ZT_E_INVALID },
		{ "HTTP/1.1 500 Broken\r\ncontent-length: 4\r\nconnection: close\r\n\r\nhuh?", ZT_E_UNAVAILABLE },
		{ "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}", ZT_E_NETWORK },
		{ "", ZT_E_NETWORK },
	};
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		json_t *body = NULL;
		zt_error error = { 0 };
		serve_once(rows[i].answer);
		zt_attest_client *client = client_of(server.path);
		assert_status(zt_attest_tenants(client, &body, &error), rows[i].expected);
		assert_null(body);
		assert_true(error.text[0]);
		served("GET /tenants ", "");
		zt_attest_client_free(client);
	}
}

static void a_socket_where_nobody_listens_is_named(void **state)
{
	(void)state;
	json_t *body = NULL;
	zt_error error = { 0 };
	zt_attest_client *client = client_of("/tmp/zt-nobody-is-here");
	assert_status(zt_attest_tenants(client, &body, &error), ZT_E_NETWORK);
	assert_non_null(strstr(error.text, "/tmp/zt-nobody-is-here"));
	zt_attest_client_free(client);
}

static void a_path_over_the_limit_is_refused(void **state)
{
	(void)state;
	char path[200];
	zt_attest_client *client = NULL;
	zt_error error = { 0 };
	memset(path, 'd', sizeof path - 1);
	path[sizeof path - 1] = 0;
	assert_status(zt_attest_client_new(path, &client, &error), ZT_E_CONFIG);
	assert_non_null(strstr(error.text, "107"));
}

static void a_tenant_is_one_segment_of_the_path(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "a/b", "a?b", "a#b", "a b", "..%2f", "a\n" };
	zt_attest_client *client = client_of("/tmp/zt-nobody-is-here");
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		json_t *body = NULL;
		assert_status(zt_attest_tenant(client, zt_view_of(wrong[i]), &body, NULL), ZT_E_INVALID);
		assert_status(zt_attest_unclaim(client, ZT_LIT("g"), zt_view_of(wrong[i]), NULL), ZT_E_INVALID);
	}
	zt_attest_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenant_is_created_with_and_without_a_guid),
		cmocka_unit_test(each_call_is_the_request_of_the_contract),
		cmocka_unit_test(a_refusal_carries_the_authoritys_words),
		cmocka_unit_test(answers_that_are_no_json_are_errors),
		cmocka_unit_test(a_socket_where_nobody_listens_is_named),
		cmocka_unit_test(a_path_over_the_limit_is_refused),
		cmocka_unit_test(a_tenant_is_one_segment_of_the_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
