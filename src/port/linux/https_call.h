/* One HTTPS request and its answer, blocking: for calls that a device makes once a day. */
#ifndef ZT_PORT_LINUX_HTTPS_CALL_H
#define ZT_PORT_LINUX_HTTPS_CALL_H

#include "base/error.h"
#include "base/str.h"
#include "zerotouch/clock.h"

enum {
	ZT_HTTPS_CALL_MS = 20 * 1000, /* for connecting, asking and reading together */
	ZT_HTTPS_CALL_ANSWER_MAX = 64 * 1024,
	ZT_HTTPS_HOST_MAX = 255,
};

typedef struct {
	char host[ZT_HTTPS_HOST_MAX + 1];
	uint16_t port;
} zt_https_origin;

/* "https://host[:port][/]". ZT_E_USAGE for anything else: no other scheme, no path, no user. */
ZT_NODISCARD zt_status zt_https_origin_parse(const char *url, zt_https_origin *ret, zt_error *ret_error);
/* POSTs `json` to the path and appends the answer's body to *ret_body; *ret_http is its status, whatever it is. The
 * server is verified against the roots in ca_file (NULL: AWS's) and must be origin->host. ZT_E_NETWORK, ZT_E_TIMEOUT,
 * ZT_E_TLS, ZT_E_CLOSED, ZT_E_PROTOCOL, ZT_E_CONFIG. */
ZT_NODISCARD zt_status zt_https_post_json(const zt_https_origin *origin, const char *ca_file, zt_clock clock,
					  const char *path, zt_view json, zt_str *ret_body, uint16_t *ret_http,
					  zt_error *ret_error);

#endif
