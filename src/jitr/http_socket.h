/* The transport seam of src/aws over sockets of our own: kept open between requests, TLS by mbedTLS. */
#ifndef ZT_JITR_HTTP_SOCKET_H
#define ZT_JITR_HTTP_SOCKET_H

#include "aws/http.h"

typedef struct zt_http_socket zt_http_socket;

/* roots_path: PEM file of the trusted roots, read when the first https:// origin is called. Copied. */
ZT_NODISCARD zt_status zt_http_socket_new(const char *roots_path, zt_http_socket **ret);
void zt_http_socket_free(zt_http_socket *socket);
ZT_DEFINE_CLEANUP(zt_http_socket, zt_http_socket_free)
/* Good until zt_http_socket_free. One thread at a time. */
zt_aws_http zt_http_socket_seam(zt_http_socket *socket);

#endif
