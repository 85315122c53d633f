/* The device's firewall: only the hosts under AllowedConnections can be looked up and reached, only the ports under
 * AllowedTcpServerPorts and AllowedUdpServerPorts listened on. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/grants.h"

enum { ADDRESSES_MAX = 256, ADDRESS_TEXT = INET6_ADDRSTRLEN, DNS_PORT = 53 };

/* The addresses of allowed names, as texts; the oldest give way. */
static char addresses[ADDRESSES_MAX][ADDRESS_TEXT];
static size_t newest;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool text_of(const struct sockaddr *address, char text[ADDRESS_TEXT])
{
	const void *bytes = address->sa_family == AF_INET
				? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
				: (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	return inet_ntop(address->sa_family, bytes, text, ADDRESS_TEXT) != NULL;
}

/* Both families have it at the same place. */
static unsigned port_of(const struct sockaddr *address)
{
	return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
}

static bool is_known(const char *text)
{
	bool found = false;
	for (size_t i = 0; i < ADDRESSES_MAX && !found; i++)
		found = strcmp(addresses[i], text) == 0;
	return found;
}

static void remember(const struct addrinfo *list)
{
	pthread_mutex_lock(&lock);
	for (; list; list = list->ai_next) {
		char text[ADDRESS_TEXT];
		bool fits = list->ai_family == AF_INET || list->ai_family == AF_INET6;
		if (fits && text_of(list->ai_addr, text) && !is_known(text)) {
			newest = (newest + 1) % ADDRESSES_MAX;
			memcpy(addresses[newest], text, sizeof text);
		}
	}
	pthread_mutex_unlock(&lock);
}

static bool may_name(const char *host)
{
	if (!zt_grant("image") || zt_granted("connect", host))
		return true;
	zt_host_explain("%s is not under AllowedConnections of the manifest", host);
	return false;
}

static bool may_reach(const struct sockaddr *address)
{
	char text[ADDRESS_TEXT];
	bool internet = address && (address->sa_family == AF_INET || address->sa_family == AF_INET6);
	if (!internet || !zt_grant("image") || !text_of(address, text))
		return true;
	pthread_mutex_lock(&lock);
	bool known = is_known(text);
	pthread_mutex_unlock(&lock);
	/* libcurl knows localhost without asking anybody; the device's resolver, which anybody may ask, is there too.
	 */
	bool loopback = strcmp(text, "127.0.0.1") == 0 || strcmp(text, "::1") == 0;
	bool allowed = zt_granted("connect", "localhost") || port_of(address) == DNS_PORT;
	if (known || zt_granted("connect", text) || (loopback && allowed))
		return true;
	zt_host_explain("%s is not an address of a host under AllowedConnections of the manifest", text);
	return false;
}

/* The device speaks IPv4 alone: who takes the first answer of any family must not get another one. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
	typedef int look_up_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	look_up_fn *real = (look_up_fn *)dlsym(RTLD_NEXT, "getaddrinfo");
	struct addrinfo wanted = hints ? *hints : (struct addrinfo){ .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };
	if (wanted.ai_family == AF_UNSPEC && zt_grant("image"))
		wanted.ai_family = AF_INET;
	if (node && !may_name(node))
		return EAI_NONAME;
	int result = real(node, service, &wanted, res);
	if (result == 0 && node)
		remember(*res);
	return result;
}

/* Remembers the addresses for connect; h_errno when there are none. */
static bool is_found(const char *name, int family)
{
	struct addrinfo *list = NULL;
	const struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM };
	if (getaddrinfo(name, NULL, &hints, &list) != 0) {
		h_errno = HOST_NOT_FOUND;
		return false;
	}
	freeaddrinfo(list);
	return true;
}

struct hostent *gethostbyname(const char *name)
{
	typedef struct hostent *look_up_fn(const char *);
	look_up_fn *real = (look_up_fn *)dlsym(RTLD_NEXT, "gethostbyname");
	return is_found(name, AF_INET) ? real(name) : NULL;
}

struct hostent *gethostbyname2(const char *name, int family)
{
	typedef struct hostent *look_up_fn(const char *, int);
	look_up_fn *real = (look_up_fn *)dlsym(RTLD_NEXT, "gethostbyname2");
	return is_found(name, family) ? real(name, family) : NULL;
}

int gethostbyname_r(const char *name, struct hostent *entry, char *buffer, size_t n, struct hostent **ret,
		    int *ret_cause)
{
	typedef int look_up_fn(const char *, struct hostent *, char *, size_t, struct hostent **, int *);
	look_up_fn *real = (look_up_fn *)dlsym(RTLD_NEXT, "gethostbyname_r");
	if (is_found(name, AF_INET))
		return real(name, entry, buffer, n, ret, ret_cause);
	*ret = NULL;
	*ret_cause = HOST_NOT_FOUND;
	return 0;
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	typedef int connect_fn(int, const struct sockaddr *, socklen_t);
	connect_fn *real = (connect_fn *)dlsym(RTLD_NEXT, "connect");
	return may_reach(address) ? real(fd, address, length) : zt_refuse(EPERM);
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags, const struct sockaddr *address, socklen_t length)
{
	typedef ssize_t send_fn(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
	send_fn *real = (send_fn *)dlsym(RTLD_NEXT, "sendto");
	return may_reach(address) ? real(fd, bytes, n, flags, address, length) : zt_refuse(EPERM);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	typedef ssize_t send_fn(int, const struct msghdr *, int);
	send_fn *real = (send_fn *)dlsym(RTLD_NEXT, "sendmsg");
	return may_reach(message->msg_name) ? real(fd, message, flags) : zt_refuse(EPERM);
}

static bool may_listen(int fd, const struct sockaddr *address)
{
	int type = 0;
	socklen_t size = sizeof type;
	char port[8];
	bool internet = address->sa_family == AF_INET || address->sa_family == AF_INET6;
	unsigned number = internet ? port_of(address) : 0;
	if (number == 0 || !zt_grant("image") || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
		return true;
	(void)snprintf(port, sizeof port, "%u", number);
	const char *key = type == SOCK_DGRAM ? "listen-udp" : "listen-tcp";
	if (zt_granted(key, port))
		return true;
	zt_host_explain("port %s is not under Allowed%sServerPorts of the manifest", port,
			type == SOCK_DGRAM ? "Udp" : "Tcp");
	return false;
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	typedef int bind_fn(int, const struct sockaddr *, socklen_t);
	bind_fn *real = (bind_fn *)dlsym(RTLD_NEXT, "bind");
	return may_listen(fd, address) ? real(fd, address, length) : zt_refuse(EACCES);
}
