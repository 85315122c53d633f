/* The limit that a gateway and onboarding are measured against: bare mutual TLS handshakes of OpenSSL, with both ends
 * in this process and no socket, or by TCP as any server must.
 *
 * bench_handshake CHAIN+KEY.pem CLIENT.pem CLIENT-KEY.pem CLIENT-CA.pem N: prints the server's CPU microseconds a
 * handshake without a socket, and those of a connection by TCP: accept, handshake, a byte, close. The server verifies
 * the client against its CA, as any mutual TLS server does. */
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t cpu_ns(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void require(int ok, const char *what)
{
	if (ok > 0)
		return;
	(void)fprintf(stderr, "bench_handshake: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static SSL_CTX *context(const SSL_METHOD *method, const char *chain, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(method);
	require(tls != NULL, "SSL_CTX_new");
	require(SSL_CTX_use_certificate_chain_file(tls, chain), chain);
	require(SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM), key);
	(void)SSL_CTX_set_num_tickets(tls, 0);
	(void)SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	return tls;
}

/* One handshake and the first byte of the client, as a gateway must read it. Returns the server's CPU time. */
static int64_t handshake(SSL_CTX *server_tls, SSL_CTX *client_tls)
{
	int64_t spent = 0, began;
	BIO *left, *right;
	require(BIO_new_bio_pair(&left, 65536, &right, 65536), "BIO_new_bio_pair");
	began = cpu_ns();
	SSL *server = SSL_new(server_tls);
	SSL_set_bio(server, left, left);
	SSL_set_accept_state(server);
	spent += cpu_ns() - began;
	SSL *client = SSL_new(client_tls);
	SSL_set_bio(client, right, right);
	SSL_set_connect_state(client);
	char byte = 'x';
	int client_done = 0, got = 0;
	for (int turns = 0; turns < 20 && got != 1; turns++) {
		if (!client_done)
			client_done = SSL_do_handshake(client) == 1 && SSL_write(client, &byte, 1) == 1;
		began = cpu_ns();
		got = SSL_read(server, &byte, 1);
		spent += cpu_ns() - began;
	}
	require(got == 1, "the handshake did not end");
	began = cpu_ns();
	SSL_free(server);
	spent += cpu_ns() - began;
	SSL_free(client);
	return spent;
}

static void require_system(int result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

static SSL *with_socket(SSL_CTX *tls, int fd)
{
	const int on = 1;
	require_system(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
	SSL *ssl = SSL_new(tls);
	require(ssl && SSL_set_fd(ssl, fd), "SSL_set_fd");
	return ssl;
}

static void connect_to(SSL_CTX *tls, const struct sockaddr_in *address)
{
	char byte = 'x';
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	require_system(fd, "socket");
	require_system(connect(fd, (const struct sockaddr *)address, sizeof *address), "connect");
	SSL *client = with_socket(tls, fd);
	require(SSL_connect(client) == 1 && SSL_write(client, &byte, 1) == 1, "the client's handshake");
	require(SSL_read(client, &byte, 1) == 0, "the server did not close");
	SSL_free(client);
	(void)close(fd);
}

static void serve(SSL_CTX *tls, int listener)
{
	char byte;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	require_system(fd, "accept");
	SSL *server = with_socket(tls, fd);
	SSL_set_accept_state(server);
	require(SSL_read(server, &byte, 1) == 1, "the server's handshake");
	(void)SSL_shutdown(server);
	SSL_free(server);
	(void)close(fd);
}

/* The server's CPU time for `count` connections by TCP, from a process of their own. */
static int64_t by_tcp(SSL_CTX *server_tls, SSL_CTX *client_tls, long count)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	int status, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	require_system(listener, "socket");
	require_system(bind(listener, (const struct sockaddr *)&address, sizeof address), "bind");
	require_system(listen(listener, 16), "listen");
	require_system(getsockname(listener, (struct sockaddr *)&address, &n), "getsockname");
	pid_t child = fork();
	require_system(child, "fork");
	for (long i = 0; child == 0 && i < count; i++)
		connect_to(client_tls, &address);
	if (child == 0)
		exit(0);
	int64_t began = cpu_ns();
	for (long i = 0; i < count; i++)
		serve(server_tls, listener);
	int64_t spent = cpu_ns() - began;
	(void)close(listener);
	require(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
		"the clients failed");
	return spent;
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		(void)fprintf(stderr, "usage: %s SERVER.pem CLIENT.pem CLIENT-KEY.pem CLIENT-CA.pem N\n", argv[0]);
		return 2;
	}
	SSL_CTX *server = context(TLS_server_method(), argv[1], argv[1]);
	SSL_CTX *client = context(TLS_client_method(), argv[2], argv[3]);
	SSL_CTX_set_verify(server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	require(SSL_CTX_load_verify_file(server, argv[4]), argv[4]);
	/* A tenant CA is not self-signed. */
	(void)X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(server), X509_V_FLAG_PARTIAL_CHAIN);
	require(SSL_CTX_load_verify_file(client, argv[1]), argv[1]);
	long count = strtol(argv[5], NULL, 10);
	(void)handshake(server, client); /* the first one loads what the others find */
	int64_t spent = 0;
	for (long i = 0; i < count; i++)
		spent += handshake(server, client);
	(void)printf("%.1f %.1f\n", (double)spent / 1000.0 / (double)count,
		     (double)by_tcp(server, client, count) / 1000.0 / (double)count);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	return 0;
}
