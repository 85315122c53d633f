/* HTTPS requests of a daemon to servers of others, on its loop (libcurl): the server is always verified, redirects are
 * not followed, answers are read up to a bound and thrown away. */
#ifndef ZT_NET_HTTP_CLIENT_H
#define ZT_NET_HTTP_CLIENT_H

#include <event2/event.h>

#include "base/error.h"
#include "zerotouch/view.h"

enum {
	ZT_HTTP_CLIENT_MS = 3 * 1000,     /* one request */
	ZT_HTTP_CLIENT_AT_ONCE_MAX = 256, /* requests under way */
};

typedef struct zt_http_client zt_http_client;

/* `ca_file`: roots in place of the system's, PEM; NULL: the system's. */
ZT_NODISCARD zt_status zt_http_client_new(struct event_base *loop, const char *ca_file, zt_http_client **ret,
					  zt_error *ret_error);
/* What is under way is told ZT_E_STATE. NULL is fine. */
void zt_http_client_free(zt_http_client *client);

typedef struct {
	const char *name, *value;
} zt_http_client_header;

/* ZT_OK with the answer's HTTP status; ZT_E_NETWORK, ZT_E_TLS, ZT_E_TIMEOUT or ZT_E_STATE (the client
 * closes) with `detail`. */
typedef void (*zt_http_client_fn)(void *context, zt_status status, unsigned http, const char *detail);
/* POSTs; all is copied. done is called later, never from within. ZT_E_LIMIT when too many are under way, ZT_E_INVALID
 * for a URL that is no https one. */
ZT_NODISCARD zt_status zt_http_client_post(zt_http_client *client, const char *url,
					   const zt_http_client_header *headers, size_t count, zt_view body,
					   zt_http_client_fn done, void *context);

#endif
