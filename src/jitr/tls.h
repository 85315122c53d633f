/* TLS 1.2 as a client (mbedTLS 2.28), the server always verified: chain and host name. */
#ifndef ZT_JITR_TLS_H
#define ZT_JITR_TLS_H

#include <stdint.h>

#include "base/error.h"
#include "zerotouch/view.h"

typedef struct zt_tls_roots zt_tls_roots;
typedef struct zt_tls zt_tls;

/* The trusted roots of a PEM file. ZT_E_CONFIG when it cannot be read or holds none. */
ZT_NODISCARD zt_status zt_tls_roots_load(const char *path, zt_tls_roots **ret, zt_error *ret_error);
void zt_tls_roots_free(zt_tls_roots *roots);

/* Handshake over a connected, non-blocking socket, which stays the caller's. ZT_E_TLS with the reason, ZT_E_TIMEOUT. */
ZT_NODISCARD zt_status zt_tls_open(zt_tls_roots *roots, const char *host, int fd, int64_t deadline_ms, zt_tls **ret,
				   zt_error *ret_error);
/* As zt_wire_write and zt_wire_read. */
ZT_NODISCARD zt_status zt_tls_write(zt_tls *tls, zt_view bytes, int64_t deadline_ms);
ZT_NODISCARD zt_status zt_tls_read(zt_tls *tls, uint8_t *room, size_t cap, int64_t deadline_ms, size_t *ret_n);
void zt_tls_close(zt_tls *tls);

#endif
