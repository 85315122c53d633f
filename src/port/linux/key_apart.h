/* A key of a provider whose signatures OpenSSL's TLS would not ask of it.
 *
 * TLS takes the first implementation of an algorithm that comes along: OpenSSL 3.0's own. A provider that hands that
 * one the public half (tpm2-openssl does) is never asked to sign, unless properties send it digests, the key exchange
 * and the server's signatures too, which a TPM has neither the room nor the speed for. */
#ifndef ZT_PORT_LINUX_KEY_APART_H
#define ZT_PORT_LINUX_KEY_APART_H

#include <openssl/evp.h>

#include "base/error.h"

/* Exchanges *key for one that TLS can sign with, where it cannot with the one given: an EC key whose signatures alone
 * are asked of its provider. Keys of OpenSSL's own providers and of engines stay as they are. ZT_E_CREDENTIALS when it
 * signs neither way; *key stays then. */
ZT_NODISCARD zt_status zt_key_set_apart(EVP_PKEY **key, zt_error *ret_error);

#endif
