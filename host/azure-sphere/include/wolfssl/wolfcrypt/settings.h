/* The device's wolfSSL headers need no options.h before them; Debian's do, or their structures and declarations are not
 * those of its library. Every wolfSSL header begins with this one. */
#ifndef ZT_WOLFSSL_SETTINGS_H
#define ZT_WOLFSSL_SETTINGS_H

#include <wolfssl/options.h>

#include_next <wolfssl/wolfcrypt/settings.h>

#endif
