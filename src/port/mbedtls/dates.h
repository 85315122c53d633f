/* mbedTLS's dates on the seam's clock. */
#ifndef ZT_PORT_MBEDTLS_DATES_H
#define ZT_PORT_MBEDTLS_DATES_H

#include <mbedtls/x509.h>
#include <stdint.h>

/* Milliseconds since 1970. */
int64_t zt_mbedtls_wall_ms(const mbedtls_x509_time *time);

#endif
