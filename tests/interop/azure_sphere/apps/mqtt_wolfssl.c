/* Raw wolfSSL with an MQTT library of its own, and only the certificate's path, as apps do on the device: connects,
 * publishes with QoS 1, waits for the acknowledgement. argv: host, port, roots, topic, "chain" or "file". The client id
 * is the device's, read from the certificate with wolfSSL. */
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <wolfssl/ssl.h>

#include <applibs/application.h>
#include <applibs/log.h>
#include <applibs/storage.h>
#include <tlsutils/deviceauth.h>

#define DEVICE_ID_BUFFER_SIZE 130

static int GetDeviceId(char *buffer)
{
	char name[134];
	WOLFSSL_X509 *certificate =
	    wolfSSL_X509_load_certificate_file(DeviceAuth_GetCertificatePath(), WOLFSSL_FILETYPE_PEM);
	if (certificate == NULL) {
		return -1;
	}
	WOLFSSL_X509_NAME *subject = wolfSSL_X509_get_subject_name(certificate);
	char *line = subject ? wolfSSL_X509_NAME_oneline(subject, name, sizeof(name)) : NULL;
	if (line != NULL && strncmp(line, "/CN=", 4) == 0) {
		strncpy(buffer, line + 4, DEVICE_ID_BUFFER_SIZE - 1);
		buffer[DEVICE_ID_BUFFER_SIZE - 1] = 0;
	}
	wolfSSL_X509_free(certificate);
	return line == NULL ? -1 : 0;
}

static int Connect(const char *host, const char *port)
{
	struct addrinfo hints, *answer = NULL;
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	if (getaddrinfo(host, port, &hints, &answer) != 0) {
		return -1;
	}
	int fd = -1;
	for (struct addrinfo *one = answer; one != NULL && fd < 0; one = one->ai_next) {
		fd = socket(one->ai_family, SOCK_STREAM, 0);
		if (fd >= 0 && connect(fd, one->ai_addr, one->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(answer);
	return fd;
}

static size_t PutString(uint8_t *at, const char *text)
{
	size_t n = strlen(text);
	at[0] = (uint8_t)(n >> 8);
	at[1] = (uint8_t)n;
	memcpy(at + 2, text, n);
	return n + 2;
}

/* Packets below 16 KiB: two bytes of remaining length always. */
static int Send(WOLFSSL *ssl, uint8_t type, const uint8_t *body, size_t n)
{
	uint8_t packet[1024];
	packet[0] = type;
	packet[1] = (uint8_t)(0x80 | (n & 0x7f));
	packet[2] = (uint8_t)(n >> 7);
	memcpy(packet + 3, body, n);
	return wolfSSL_write(ssl, packet, (int)n + 3) == (int)n + 3 ? 0 : -1;
}

static int Expect(WOLFSSL *ssl, uint8_t type)
{
	uint8_t packet[4];
	int n = 0;
	while (n < 4) {
		int got = wolfSSL_read(ssl, packet + n, 4 - n);
		if (got <= 0) {
			return -1;
		}
		n += got;
	}
	return packet[0] == type && packet[3] == (type == 0x20 ? 0 : 7) ? 0 : -1;
}

static int Talk(WOLFSSL *ssl, const char *clientId, const char *topic)
{
	static const uint8_t connectHead[] = { 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60 };
	uint8_t body[512];
	size_t n = sizeof(connectHead);
	memcpy(body, connectHead, n);
	n += PutString(body + n, clientId);
	if (Send(ssl, 0x10, body, n) != 0 || Expect(ssl, 0x20) != 0) {
		return -1;
	}
	n = PutString(body, topic);
	body[n++] = 0;
	body[n++] = 7;
	memcpy(body + n, "{}", 2);
	return Send(ssl, 0x32, body, n + 2) != 0 || Expect(ssl, 0x40) != 0 ? -1 : 0;
}

static int Attempt(char *argv[], const char *clientId)
{
	int result = -1;
	char *roots = Storage_GetAbsolutePathInImagePackage(argv[3]);
	const char *certificate = DeviceAuth_GetCertificatePath();
	WOLFSSL_CTX *ctx = wolfSSL_CTX_new(wolfTLSv1_2_client_method());
	WOLFSSL *ssl = NULL;
	int fd = Connect(argv[1], argv[2]);
	int loaded = strcmp(argv[5], "chain") == 0
			 ? wolfSSL_CTX_use_certificate_chain_file(ctx, certificate)
			 : wolfSSL_CTX_use_certificate_file(ctx, certificate, WOLFSSL_FILETYPE_PEM);
	if (fd >= 0 && loaded == WOLFSSL_SUCCESS &&
	    wolfSSL_CTX_load_verify_locations(ctx, roots, NULL) == WOLFSSL_SUCCESS &&
	    wolfSSL_CTX_UseSNI(ctx, WOLFSSL_SNI_HOST_NAME, argv[1], (unsigned short)strlen(argv[1])) ==
		WOLFSSL_SUCCESS &&
	    (ssl = wolfSSL_new(ctx)) != NULL && wolfSSL_check_domain_name(ssl, argv[1]) == WOLFSSL_SUCCESS &&
	    wolfSSL_set_fd(ssl, fd) == WOLFSSL_SUCCESS && wolfSSL_connect(ssl) == WOLFSSL_SUCCESS) {
		result = Talk(ssl, clientId, argv[4]);
	} else if (ssl != NULL) {
		Log_Debug("wolfSSL %d\n", wolfSSL_get_error(ssl, 0));
	}
	wolfSSL_free(ssl);
	wolfSSL_CTX_free(ctx);
	free(roots);
	if (fd >= 0) {
		close(fd);
	}
	return result;
}

int main(int argc, char *argv[])
{
	char clientId[DEVICE_ID_BUFFER_SIZE] = "";
	bool ready = false;
	while (!ready) {
		Application_IsDeviceAuthReady(&ready);
		usleep(20 * 1000);
	}
	if (argc < 6 || wolfSSL_Init() != WOLFSSL_SUCCESS || GetDeviceId(clientId) != 0) {
		return 2;
	}
	Log_Debug("device %s\n", clientId);
	int result = -1;
	for (int tries = 0; result != 0 && tries < 30; tries++) {
		result = Attempt(argv, clientId);
		if (result != 0) {
			usleep(1100 * 1000);
		}
	}
	wolfSSL_Cleanup();
	Log_Debug("%s\n", result == 0 ? "acknowledged" : "refused");
	return result == 0 ? 0 : 9;
}
