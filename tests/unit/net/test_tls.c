/* TLS seen from outside: openssl s_client and curl against the server. */
#include <unistd.h>

#include "base/fs.h"
#include "base/str.h"
#include "fixture.h"
#include "net/tls.h"

typedef struct {
	fixture f;
	char folder[64];
	zt_str chain, key;
	SSL_CTX *tls;
	zt_listener *listener;
	int tag;
} tls_fixture;

static void accept_tls(void *context, evutil_socket_t fd, const struct sockaddr *peer, int peer_len)
{
	tls_fixture *t = context;
	struct bufferevent *buffer;
	char text[ZT_PEER_TEXT_MAX];
	(void)peer_len;
	assert_ok(zt_tls_accept(t->f.loop, t->tls, fd, &buffer));
	zt_peer_text(peer, text);
	assert_ok(zt_http_adopt(t->f.server, buffer, text, &t->tag));
}

static int shell(tls_fixture *t, char *ret_output, size_t cap, const char *format)
{
	char command[2048];
	(void)snprintf(command, sizeof command, "cd %s && PORT=%u && %s", t->folder,
		       t->listener ? zt_listener_port(t->listener) : 0, format);
	return run(&t->f, command, ret_output, cap);
}

static void read_pem(tls_fixture *t, const char *name, zt_str *out)
{
	char path[128];
	zt_error error;
	(void)snprintf(path, sizeof path, "%s/%s", t->folder, name);
	assert_ok(zt_file_read(path, out, &error));
}

static void set_up(tls_fixture *t)
{
	char output[4096];
	zt_error error = { 0 };
	memset(t, 0, sizeof *t);
	start(&t->f, (zt_http_server_spec){ 0 });
	(void)snprintf(t->folder, sizeof t->folder, "/tmp/zt-tls-XXXXXX");
	assert_non_null(mkdtemp(t->folder));
	int failed =
	    shell(t, output, sizeof output,
		  "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem "
		  "-subj /CN=root -days 2 && "
		  "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out leaf.csr "
		  "-subj /CN=localhost -addext subjectAltName=DNS:localhost && "
		  "openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy "
		  "-days 2 -out leaf.pem && cat leaf.pem ca.pem > chain.pem && "
		  "openssl ec -in key.pem -aes128 -passout pass:secret -out locked.pem");
	if (failed)
		fail_msg("%s", output);
	t->chain = t->key = ZT_STR(65536);
	read_pem(t, "chain.pem", &t->chain);
	read_pem(t, "key.pem", &t->key);
	assert_ok(zt_tls_server_new(zt_str_view(&t->chain), zt_str_view(&t->key), &t->tls, &error));
	assert_ok(zt_listener_new(t->f.loop, &(zt_listener_spec){ .port = 0 }, accept_tls, t, &t->listener, &error));
}

static void tear_down(tls_fixture *t)
{
	zt_error error;
	zt_listener_free(t->listener);
	stop(&t->f);
	SSL_CTX_free(t->tls);
	zt_str_free(&t->chain);
	zt_str_free(&t->key);
	assert_ok(zt_path_remove(t->folder, &error));
}

static void curl_is_served_with_both_versions(void **state)
{
	tls_fixture t;
	char output[4096];
	(void)state;
	set_up(&t);
	assert_int_equal(shell(&t, output, sizeof output,
			       "curl -sS --cacert ca.pem --tls-max 1.2 https://localhost:$PORT/ && "
			       "curl -sS --cacert ca.pem --tlsv1.3 -d body https://localhost:$PORT/"),
			 0);
	assert_string_equal(output, "ok\nok\n");
	wait_for(&t.f, &t.f.closed, 2);
	tear_down(&t);
}

/* Without a close_notify curl would say 56, an unexpected end; 52 is "empty reply from server". */
static void drop_is_an_orderly_end_without_an_answer(void **state)
{
	tls_fixture t;
	char output[4096];
	(void)state;
	set_up(&t);
	t.f.drop = true;
	assert_int_equal(shell(&t, output, sizeof output, "curl -sS --cacert ca.pem https://localhost:$PORT/"), 52);
	assert_int_equal(
	    shell(&t, output, sizeof output, "curl -sS --tls-max 1.2 --cacert ca.pem https://localhost:$PORT/"), 52);
	assert_int_equal(t.f.handled, 2);
	tear_down(&t);
}

static void answer_before_the_close_is_whole(void **state)
{
	tls_fixture t;
	char output[4096];
	(void)state;
	set_up(&t);
	assert_int_equal(shell(&t, output, sizeof output,
			       "printf 'GET / HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n' |"
			       "openssl s_client -quiet -CAfile ca.pem -verify_return_error "
			       "-connect localhost:$PORT -servername localhost 2>err; grep -ci 'unexpected eof' err"),
			 1);
	assert_non_null(strstr(output, "connection: close\r\n\r\nok\n0\n"));
	tear_down(&t);
}

static void old_versions_are_refused(void **state)
{
	tls_fixture t;
	char output[4096];
	(void)state;
	set_up(&t);
	assert_int_not_equal(
	    shell(&t, output, sizeof output,
		  "openssl s_client -tls1_1 -cipher DEFAULT@SECLEVEL=0 -connect localhost:$PORT </dev/null"),
	    0);
	assert_non_null(strstr(output, "alert protocol version"));
	tear_down(&t);
}

static void nothing_is_resumed_and_the_whole_chain_is_sent(void **state)
{
	tls_fixture t;
	char output[16384];
	(void)state;
	set_up(&t);
	/* With 1.3 tickets come after the handshake: the answer to a request proves that they would have come by now.
	 */
	assert_int_equal(shell(&t, output, sizeof output,
			       "printf 'GET / HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n' |"
			       "openssl s_client -tls1_3 -ign_eof -showcerts -CAfile ca.pem -connect localhost:$PORT"),
			 0);
	assert_non_null(strstr(output, "New, TLSv1.3"));
	assert_null(strstr(output, "New Session Ticket arrived"));
	assert_non_null(strstr(output, " 1 s:CN = root"));
	assert_int_equal(
	    shell(&t, output, sizeof output,
		  "openssl s_client -tls1_2 -reconnect -CAfile ca.pem -connect localhost:$PORT </dev/null"),
	    0);
	assert_non_null(strstr(output, "New, TLSv1.2"));
	assert_null(strstr(output, "Reused, TLSv1.2"));
	assert_null(strstr(output, "TLS session ticket:"));
	tear_down(&t);
}

static void handshake_that_does_not_end_is_cut_off(void **state)
{
	tls_fixture t;
	zt_error error;
	client c;
	(void)state;
	set_up(&t);
	zt_http_server_free(t.f.server);
	zt_listener_free(t.f.listener);
	const zt_http_server_spec spec = { .request_ms = 30, .body_max = 1 };
	assert_ok(zt_http_server_new(t.f.loop, &spec, &t.f.server, &error));
	t.f.listener = t.listener;
	client_open(&t.f, &c);
	/* The head of a ClientHello record and nothing more. */
	client_send(&c, ZT_LIT("\x16\x03\x01\x02\x00"));
	assert_int_equal(client_drain(&c).n, 0);
	client_close(&c);
	t.f.listener = NULL;
	tear_down(&t);
}

static void plain_http_on_a_tls_port_ends_the_connection(void **state)
{
	tls_fixture t;
	char output[4096];
	(void)state;
	set_up(&t);
	assert_int_not_equal(shell(&t, output, sizeof output, "curl -sS http://localhost:$PORT/"), 0);
	assert_int_equal(t.f.handled, 0);
	tear_down(&t);
}

static void unusable_identities_are_refused(void **state)
{
	tls_fixture t;
	zt_error error;
	SSL_CTX *tls;
	ZT_CLEANUP(zt_str_free) zt_str other = ZT_STR(65536), locked = ZT_STR(65536);
	(void)state;
	set_up(&t);
	read_pem(&t, "ca.key", &other);
	read_pem(&t, "locked.pem", &locked);
	zt_view chain = zt_str_view(&t.chain), key = zt_str_view(&t.key);
	zt_view cut = zt_view_make(chain.p, chain.n - 100); /* within the second certificate */
	assert_status(zt_tls_server_new(chain, zt_str_view(&other), &tls, &error), ZT_E_CONFIG);
	assert_status(zt_tls_server_new(chain, zt_str_view(&locked), &tls, &error), ZT_E_CONFIG);
	assert_status(zt_tls_server_new(chain, ZT_LIT("no key"), &tls, &error), ZT_E_CONFIG);
	assert_status(zt_tls_server_new(cut, key, &tls, &error), ZT_E_CONFIG);
	assert_status(zt_tls_server_new(ZT_VIEW_EMPTY, key, &tls, &error), ZT_E_CONFIG);
	tear_down(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(curl_is_served_with_both_versions),
		cmocka_unit_test(drop_is_an_orderly_end_without_an_answer),
		cmocka_unit_test(answer_before_the_close_is_whole),
		cmocka_unit_test(old_versions_are_refused),
		cmocka_unit_test(nothing_is_resumed_and_the_whole_chain_is_sent),
		cmocka_unit_test(handshake_that_does_not_end_is_cut_off),
		cmocka_unit_test(plain_http_on_a_tls_port_ends_the_connection),
		cmocka_unit_test(unusable_identities_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
