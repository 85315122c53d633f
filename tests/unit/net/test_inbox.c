/* Reading past libevent, from a pair of sockets whose other end is written by hand: plain, and by TLS. */
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/inbox.h"
#include "net/loop.h"
#include "net/tls.h"
#include "zt_cmocka.h"

enum { LARGE = 300 * 1000, SMALL = 100, TURNS_MAX = 100000 };

typedef struct {
	struct event_base *loop;
	struct bufferevent *stream;
	int peer;
	SSL_CTX *server, *client;
	SSL *tls; /* of the peer */
	zt_inbox inbox;
	zt_inbox_room *room;
	uint8_t *got;
	size_t got_n, turns, ends, take_a_turn;
	bool connected, close_gate;
} pair;

static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

static void take(pair *p)
{
	size_t n = p->inbox.unread.n < p->take_a_turn ? p->inbox.unread.n : p->take_a_turn;
	assert_true(p->got_n + n <= LARGE);
	memcpy(p->got + p->got_n, p->inbox.unread.p, n);
	p->got_n += n;
	zt_inbox_drop(&p->inbox, n);
	assert_ok(zt_inbox_keep(&p->inbox));
}

static void on_ready(evutil_socket_t fd, short what, void *context)
{
	pair *p = context;
	(void)fd;
	(void)what;
	p->turns++;
	p->ends += zt_inbox_read(&p->inbox, p->room) == ZT_E_CLOSED;
	if (p->close_gate)
		zt_inbox_gate(&p->inbox, false);
	take(p);
	memset(p->room, 0xEE, sizeof *p->room); /* another's turn */
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	pair *p = context;
	assert_int_equal(what, BEV_EVENT_CONNECTED);
	p->connected = true;
	assert_ok(zt_inbox_take_over(&p->inbox, p->loop, stream, on_ready, p));
}

static int open_sockets(pair *p)
{
	int ends[2];
	*p = (pair){ .loop = zt_loop_new(), .take_a_turn = SIZE_MAX, .got = malloc(LARGE) };
	p->room = malloc(sizeof *p->room);
	assert_true(p->loop && p->room && p->got);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	p->peer = ends[1];
	return ends[0];
}

static void open_plain(pair *p)
{
	p->stream = bufferevent_socket_new(p->loop, open_sockets(p), BEV_OPT_CLOSE_ON_FREE);
	assert_non_null(p->stream);
	bufferevent_setcb(p->stream, NULL, NULL, on_event, p);
	assert_ok(zt_inbox_take_over(&p->inbox, p->loop, p->stream, on_ready, p));
}

static void identify(SSL_CTX *tls)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	assert_true(key && certificate && X509_set_pubkey(certificate, key) == 1);
	assert_true(X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
		    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400));
	assert_int_not_equal(X509_sign(certificate, key, EVP_sha256()), 0);
	assert_true(SSL_CTX_use_certificate(tls, certificate) == 1 && SSL_CTX_use_PrivateKey(tls, key) == 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void turn(pair *p)
{
	assert_int_not_equal(event_base_loop(p->loop, EVLOOP_NONBLOCK), -1);
}

static void begin_tls(pair *p, bool read_ahead)
{
	int fd = open_sockets(p);
	p->server = SSL_CTX_new(TLS_server_method());
	p->client = SSL_CTX_new(TLS_client_method());
	assert_true(p->server && p->client && SSL_CTX_set_num_tickets(p->server, 0) == 1);
	identify(p->server);
	assert_ok(zt_tls_accept(p->loop, p->server, fd, &p->stream));
	bufferevent_setcb(p->stream, NULL, NULL, on_event, p);
	if (read_ahead)
		zt_inbox_read_ahead(p->stream);
	p->tls = SSL_new(p->client);
	assert_true(p->tls && SSL_set_fd(p->tls, p->peer) == 1);
}

static void open_tls(pair *p, bool read_ahead)
{
	begin_tls(p, read_ahead);
	while (SSL_connect(p->tls) != 1)
		turn(p);
	for (int i = 0; !p->connected && i < TURNS_MAX; i++)
		turn(p);
	assert_true(p->connected);
}

static void close_pair(pair *p)
{
	zt_inbox_close(&p->inbox);
	bufferevent_free(p->stream);
	SSL_free(p->tls);
	(void)close(p->peer);
	SSL_CTX_free(p->server);
	SSL_CTX_free(p->client);
	event_base_free(p->loop);
	free(p->room);
	free(p->got);
}

static size_t send_some(const pair *p, size_t from, size_t n)
{
	uint8_t bytes[20000];
	n = n < sizeof bytes ? n : sizeof bytes;
	for (size_t i = 0; i < n; i++)
		bytes[i] = byte_at(from + i);
	if (p->tls) {
		int sent = SSL_write(p->tls, bytes, (int)n);
		return sent > 0 ? (size_t)sent : 0;
	}
	ssize_t sent = send(p->peer, bytes, n, MSG_NOSIGNAL);
	return sent > 0 ? (size_t)sent : 0;
}

static void expect_bytes(const pair *p, size_t n)
{
	assert_int_equal(p->got_n, n);
	for (size_t i = 0; i < n; i++)
		if (p->got[i] != byte_at(i))
			fail_msg("byte %zu is another", i);
}

/* Everything arrives, in order, however little a turn takes. */
static void carry(pair *p, size_t piece, size_t take_a_turn)
{
	size_t sent = 0;
	p->take_a_turn = take_a_turn;
	for (int i = 0; p->got_n < LARGE && i < TURNS_MAX; i++) {
		if (sent < LARGE)
			sent += send_some(p, sent, piece < LARGE - sent ? piece : LARGE - sent);
		turn(p);
		if (sent == LARGE && p->inbox.unread.n)
			take(p);
	}
	expect_bytes(p, LARGE);
	assert_null(p->inbox.kept); /* an idle stream holds no memory */
}

static void plain_bytes_arrive_in_order(void **state)
{
	static const size_t pieces[] = { 997, 20000 }, taken[] = { 1009, 19000, SIZE_MAX };
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		pair p;
		open_plain(&p);
		carry(&p, pieces[i % 2], taken[i / 2]);
		close_pair(&p);
	}
}

static void tls_records_arrive_in_order(void **state)
{
	static const size_t pieces[] = { 997, 20000 };
	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
		for (int read_ahead = 0; read_ahead < 2; read_ahead++) {
			pair p;
			open_tls(&p, read_ahead);
			carry(&p, pieces[i], read_ahead ? SIZE_MAX : 1009);
			close_pair(&p);
		}
}

/* All have left the socket with the first. */
static void records_that_came_with_another_need_no_further_event(void **state)
{
	pair p;
	size_t n = 0;
	(void)state;
	open_tls(&p, true);
	for (int i = 0; i < 5; i++)
		n += send_some(&p, n, SMALL);
	turn(&p);
	expect_bytes(&p, n);
	assert_int_equal(p.turns, 1);
	close_pair(&p);
}

/* What the peer's TLS has written, by one call. */
static void send_together(const pair *p, BIO *written)
{
	char *bytes;
	long n = BIO_get_mem_data(written, &bytes);
	assert_true(n > 0 && send(p->peer, bytes, (size_t)n, MSG_NOSIGNAL) == n);
	(void)BIO_reset(written);
}

static void bytes_that_came_with_the_handshake_are_not_forgotten(void **state)
{
	pair p;
	BIO *written = BIO_new(BIO_s_mem());
	(void)state;
	assert_non_null(written);
	begin_tls(&p, true);
	SSL_set0_wbio(p.tls, written);
	assert_int_equal(SSL_connect(p.tls), -1);
	send_together(&p, written);
	turn(&p);
	assert_int_equal(SSL_connect(p.tls), 1);
	assert_int_equal(send_some(&p, 0, SMALL), SMALL);
	send_together(&p, written); /* its Finished, and the bytes */
	turn(&p);
	turn(&p);
	expect_bytes(&p, SMALL);
	close_pair(&p);
}

/* A room full and a little more, which TLS takes out of the socket with it. */
static size_t fill_room(const pair *p)
{
	size_t n = 0;
	while (n < sizeof(zt_inbox_room))
		n += send_some(p, n, sizeof(zt_inbox_room) - n);
	n += send_some(p, n, SMALL);
	return n + send_some(p, n, SMALL);
}

static void what_a_room_does_not_hold_has_a_turn_of_its_own(void **state)
{
	pair p;
	(void)state;
	open_tls(&p, true);
	size_t n = fill_room(&p);
	for (int i = 0; i < 5; i++)
		turn(&p);
	expect_bytes(&p, n);
	close_pair(&p);
}

static void opened_gate_lets_through_what_tls_holds(void **state)
{
	pair p;
	(void)state;
	open_tls(&p, true);
	size_t n = fill_room(&p);
	p.close_gate = true;
	for (int i = 0; i < 3; i++)
		turn(&p);
	assert_int_equal(p.got_n, sizeof(zt_inbox_room));
	zt_inbox_gate(&p.inbox, true);
	turn(&p);
	expect_bytes(&p, n);
	close_pair(&p);
}

static void closed_gate_reads_nothing(void **state)
{
	(void)state;
	for (int tls = 0; tls < 2; tls++) {
		pair p;
		if (tls)
			open_tls(&p, true);
		else
			open_plain(&p);
		zt_inbox_gate(&p.inbox, false);
		assert_int_equal(send_some(&p, 0, SMALL), SMALL);
		turn(&p);
		assert_int_equal(p.turns, 0);
		zt_inbox_gate(&p.inbox, true);
		turn(&p);
		expect_bytes(&p, SMALL);
		close_pair(&p);
	}
}

static void end_is_told_once_and_after_the_bytes(void **state)
{
	pair p;
	(void)state;
	open_plain(&p);
	assert_int_equal(send_some(&p, 0, SMALL), SMALL);
	assert_int_equal(shutdown(p.peer, SHUT_WR), 0);
	for (int i = 0; i < 10; i++)
		turn(&p);
	expect_bytes(&p, SMALL);
	assert_int_equal(p.turns, 2);
	assert_int_equal(p.ends, 1);
	zt_inbox_gate(&p.inbox, true);
	assert_int_equal(bufferevent_get_enabled(p.stream) & EV_READ, 0);
	turn(&p);
	assert_int_equal(p.turns, 2);
	close_pair(&p);
}

static void garbage_in_place_of_a_record_is_an_error(void **state)
{
	pair p;
	(void)state;
	open_tls(&p, true);
	assert_int_equal(send(p.peer, "no record at all", 16, MSG_NOSIGNAL), 16);
	for (int i = 0; i < 3; i++)
		turn(&p);
	assert_int_equal(p.ends, 1);
	close_pair(&p);
}

static void bytes_put_and_used_leave_no_memory(void **state)
{
	zt_inbox inbox = { 0 };
	(void)state;
	assert_ok(zt_inbox_put(&inbox, ZT_LIT("one packet")));
	zt_inbox_drop(&inbox, 4);
	assert_int_equal(inbox.unread.n, 6);
	assert_non_null(inbox.kept);
	zt_inbox_drop(&inbox, 6);
	assert_null(inbox.kept);
	zt_inbox_close(&inbox);
}

static int ignore_broken_pipes(void **state)
{
	(void)state;
	return signal(SIGPIPE, SIG_IGN) == SIG_ERR;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_bytes_arrive_in_order),
		cmocka_unit_test(tls_records_arrive_in_order),
		cmocka_unit_test(records_that_came_with_another_need_no_further_event),
		cmocka_unit_test(bytes_that_came_with_the_handshake_are_not_forgotten),
		cmocka_unit_test(what_a_room_does_not_hold_has_a_turn_of_its_own),
		cmocka_unit_test(opened_gate_lets_through_what_tls_holds),
		cmocka_unit_test(closed_gate_reads_nothing),
		cmocka_unit_test(end_is_told_once_and_after_the_bytes),
		cmocka_unit_test(garbage_in_place_of_a_record_is_an_error),
		cmocka_unit_test(bytes_put_and_used_leave_no_memory),
	};
	return cmocka_run_group_tests(tests, ignore_broken_pipes, NULL);
}
