/* Raw wolfSSL by every way to the device certificate, with the app's own sockets below it and select(). argv: host,
 * port, roots, and the way; prints the answer's first line, or wolfSSL's error. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <wolfssl/ssl.h>

#include <applibs/application.h>
#include <applibs/log.h>
#include <applibs/storage.h>
#include <tlsutils/deviceauth.h>
#include <tlsutils/deviceauth_curl.h>

#define FILE_MAX 16384

static int Receive(WOLFSSL *ssl, char *bytes, int size, void *context)
{
	(void)ssl;
	ssize_t n = recv(*(int *)context, bytes, (size_t)size, 0);
	if (n == 0) {
		return WOLFSSL_CBIO_ERR_CONN_CLOSE;
	}
	return n > 0 ? (int)n : errno == EAGAIN ? WOLFSSL_CBIO_ERR_WANT_READ : WOLFSSL_CBIO_ERR_GENERAL;
}

static int SendBytes(WOLFSSL *ssl, char *bytes, int size, void *context)
{
	(void)ssl;
	ssize_t n = send(*(int *)context, bytes, (size_t)size, 0);
	return n >= 0 ? (int)n : errno == EAGAIN ? WOLFSSL_CBIO_ERR_WANT_WRITE : WOLFSSL_CBIO_ERR_GENERAL;
}

static int Connect(const char *host, const char *port)
{
	struct addrinfo hints, *answer = NULL;
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_INET;
	hints.ai_socktype = SOCK_STREAM;
	if (getaddrinfo(host, port, &hints, &answer) != 0) {
		return -1;
	}
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, answer->ai_addr, answer->ai_addrlen) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(answer);
	return fd;
}

static long ReadFile(const char *path, unsigned char *bytes)
{
	int fd = open(path, O_RDONLY);
	long n = fd < 0 ? -1 : read(fd, bytes, FILE_MAX);
	if (fd >= 0) {
		close(fd);
	}
	return n;
}

static int Load(WOLFSSL_CTX *ctx, const char *way)
{
	unsigned char bytes[FILE_MAX];
	const char *path = DeviceAuth_GetCertificatePath();
	if (strcmp(way, "func") == 0) {
		return DeviceAuth_SslCtxFunc(ctx) == DeviceAuthSslResult_Success;
	}
	if (strcmp(way, "buffer") == 0) {
		return wolfSSL_CTX_use_certificate_buffer(ctx, bytes, ReadFile(path, bytes), WOLFSSL_FILETYPE_PEM);
	}
	if (strcmp(way, "chain-buffer") == 0) {
		return wolfSSL_CTX_use_certificate_chain_buffer(ctx, bytes, ReadFile(path, bytes));
	}
	return WOLFSSL_SUCCESS;
}

static int LoadRoots(WOLFSSL_CTX *ctx, const char *path)
{
	unsigned char bytes[FILE_MAX];
	return wolfSSL_CTX_load_verify_buffer(ctx, bytes, ReadFile(path, bytes), WOLFSSL_FILETYPE_PEM);
}

/* Whether to try the call again. */
static bool Wait(WOLFSSL *ssl, int fd, int result)
{
	int error = wolfSSL_get_error(ssl, result);
	bool reads = error == WOLFSSL_ERROR_WANT_READ;
	fd_set set;
	FD_ZERO(&set);
	FD_SET(fd, &set);
	if (!reads && error != WOLFSSL_ERROR_WANT_WRITE) {
		Log_Debug("wolfSSL %d\n", error);
		return false;
	}
	return select(fd + 1, reads ? &set : NULL, reads ? NULL : &set, NULL, NULL) == 1;
}

static bool Talk(WOLFSSL *ssl, int fd)
{
	static const char request[] = "POST /topics/myhome/myroom?qos=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
				      "2\r\nConnection: close\r\n\r\n{}";
	char answer[256] = "";
	int result;
	while ((result = wolfSSL_connect(ssl)) != WOLFSSL_SUCCESS) {
		if (!Wait(ssl, fd, result)) {
			return false;
		}
	}
	wolfSSL_write(ssl, request, (int)sizeof(request) - 1);
	while ((result = wolfSSL_read(ssl, answer, (int)sizeof(answer) - 1)) <= 0) {
		if (!Wait(ssl, fd, result)) {
			return false;
		}
	}
	answer[strcspn(answer, "\r")] = 0;
	Log_Debug("%s\n", answer);
	return strcmp(answer, "HTTP/1.1 200 OK") == 0;
}

static bool Attempt(char *argv[], const char *roots)
{
	WOLFSSL_CTX *ctx = wolfSSL_CTX_new(wolfSSLv23_client_method());
	const char *way = argv[4];
	int fd = Connect(argv[1], argv[2]);
	if (fd < 0 || Load(ctx, way) != WOLFSSL_SUCCESS ||
	    (strcmp(way, "no-roots") != 0 && LoadRoots(ctx, roots) != WOLFSSL_SUCCESS)) {
		return false;
	}
	wolfSSL_CTX_SetIORecv(ctx, Receive);
	wolfSSL_CTX_SetIOSend(ctx, SendBytes);
	WOLFSSL *ssl = wolfSSL_new(ctx);
	wolfSSL_CTX_free(ctx);
	if (strcmp(way, "connection") == 0) {
		wolfSSL_use_certificate_chain_file(ssl, DeviceAuth_GetCertificatePath());
	}
	wolfSSL_SetIOReadCtx(ssl, &fd);
	wolfSSL_SetIOWriteCtx(ssl, &fd);
	wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, argv[1], (unsigned short)strlen(argv[1]));
	wolfSSL_check_domain_name(ssl, argv[1]);
	bool accepted = Talk(ssl, fd);
	wolfSSL_free(ssl);
	close(fd);
	return accepted;
}

int main(int argc, char *argv[])
{
	bool ready = false, accepted = false;
	while (!ready) {
		Application_IsDeviceAuthReady(&ready);
		usleep(20 * 1000);
	}
	if (argc < 5 || wolfSSL_Init() != WOLFSSL_SUCCESS) {
		return 2;
	}
	char *roots = Storage_GetAbsolutePathInImagePackage(argv[3]);
	for (int tries = strcmp(argv[4], "no-roots") == 0 ? 99 : 0; !accepted && tries < 100; tries++) {
		accepted = Attempt(argv, roots);
		if (!accepted) {
			usleep(100 * 1000);
		}
	}
	free(roots);
	wolfSSL_Cleanup();
	return accepted ? 0 : 9;
}
