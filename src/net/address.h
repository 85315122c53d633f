/* Addresses of peers and listeners. */
#ifndef ZT_NET_ADDRESS_H
#define ZT_NET_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "zerotouch/view.h"

/* Whether it leads to this machine alone: 127.0.0.0/8 and ::1. */
bool zt_address_is_loopback(const struct sockaddr *address);
/* The same of a numeric address; names are none. */
bool zt_address_text_is_loopback(const char *text);
/* The address in the text of zt_peer_text: "127.0.0.1" of "127.0.0.1:4711", "::1" of "[::1]:4711". */
zt_view zt_peer_address(zt_view peer);

#endif
