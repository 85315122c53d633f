#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

bool zt_address_is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	if (address->sa_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

bool zt_address_text_is_loopback(const char *text)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = { 0 };
	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1)
		address.any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1)
		address.any.sa_family = AF_INET6;
	else
		return false;
	return zt_address_is_loopback(&address.any);
}

zt_view zt_peer_address(zt_view peer)
{
	size_t n = peer.n;
	while (n > 0 && peer.p[n - 1] != ':')
		n--;
	zt_view address = n > 0 ? zt_view_make(peer.p, n - 1) : peer;
	if (zt_view_starts(address, ZT_LIT("[")) && zt_view_ends(address, ZT_LIT("]")))
		address = zt_view_make(address.p + 1, address.n - 2);
	return address;
}
