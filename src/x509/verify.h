/* Who signed a certificate: tried by signature, never by name alone, since a rolled-over CA keeps its name (OpenSSL).
 */
#ifndef ZT_X509_VERIFY_H
#define ZT_X509_VERIFY_H

#include "base/error.h"
#include "zerotouch/view.h"

/* A CA's public key, decoded once. */
typedef struct zt_issuer zt_issuer;

/* ZT_E_INVALID when the DER is no certificate or its key is weaker than AWS takes: RSA below 2048 bits, or a curve
 * other than P-256, P-384, P-521 (AWS IoT, "X.509 client certificates"). */
ZT_NODISCARD zt_status zt_issuer_new(zt_view ca_der, zt_issuer **ret, zt_error *ret_error);
void zt_issuer_free(zt_issuer *issuer);
/* Whether this key made the certificate's signature, with an algorithm that AWS takes (SHA-256, -384 or -512). Costs
 * one public-key operation, nothing else. */
bool zt_issuer_signed(const zt_issuer *issuer, zt_view cert_der);

/* ZT_E_INVALID with the reason when AWS takes no such certificate: for its key, as zt_issuer_new has it, or for the
 * digest of its signature, whoever made it. */
ZT_NODISCARD zt_status zt_cert_check_algorithms(zt_view der, zt_error *ret_error);

#endif
