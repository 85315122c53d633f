/* The device's wolfSSL headers need no options.h before them; Debian's do, or their structures and declarations are not
 * those of its library. Every wolfSSL header begins with this one. An app with a wolfSSL of its own has its own
 * settings. */
#ifndef ZT_WOLFSSL_SETTINGS_H
#define ZT_WOLFSSL_SETTINGS_H

#ifndef WOLFSSL_USER_SETTINGS
#include <wolfssl/options.h>
#endif

#include_next <wolfssl/wolfcrypt/settings.h>

#endif
