/* TLS contexts of our servers (OpenSSL): 1.2 and 1.3, no resumption, as AWS's device gateway
 * (AWS IoT, "Transport security"); and of our connections to other servers, whose
 * certificate and name are always verified. */
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

/* A client context that trusts the certificates in `ca_file` (PEM), or the system's with NULL. ZT_E_CONFIG when the
 * file gives none. Free with SSL_CTX_free. */
ZT_NODISCARD zt_status zt_tls_client_new(const char *ca_file, SSL_CTX **ret, zt_error *ret_error);
/* A buffer that does the client's handshake on `fd`, connected or about to be, with a server that must prove to be
 * `host` (a name, sent as SNI, or an IP address). Otherwise as zt_tls_accept. */
ZT_NODISCARD zt_status zt_tls_connect(struct event_base *loop, SSL_CTX *tls, evutil_socket_t fd, const char *host,
				      struct bufferevent **ret);

#endif
