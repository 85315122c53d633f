/* TLS contexts of our servers (OpenSSL): 1.2 and 1.3, no resumption, as AWS's device gateway
 * (facts: "transport security" of the AWS IoT developer guide). */
#ifndef ZT_NET_TLS_H
#define ZT_NET_TLS_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <openssl/ssl.h>

#include "base/error.h"
#include "zerotouch/view.h"

/* A server context with certificate chain (leaf first) and key, both PEM. Free with SSL_CTX_free. */
ZT_NODISCARD zt_status zt_tls_server_new(zt_view chain_pem, zt_view key_pem, SSL_CTX **ret, zt_error *ret_error);
/* A buffer that does the server's handshake on `fd` and closes both when freed. ZT_E_NOMEM has closed `fd`. */
ZT_NODISCARD zt_status zt_tls_accept(struct event_base *loop, SSL_CTX *tls, evutil_socket_t fd,
				     struct bufferevent **ret);

#endif
