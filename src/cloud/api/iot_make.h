/* Making device certificates, for their own operations and for RegisterThing. */
#ifndef ZT_CLOUD_API_IOT_MAKE_H
#define ZT_CLOUD_API_IOT_MAKE_H

#include "cloud/api/call.h"
#include "cloud/registry/certificates.h"

/* Issues and registers a certificate for a public key (SubjectPublicKeyInfo, DER). */
ZT_NODISCARD zt_status zt_make_from_spki(zt_call *call, zt_view spki, zt_cert_status status, const zt_certificate **ret,
					 zt_error *ret_error);
/* Issues and registers a certificate for the key of a signing request. */
ZT_NODISCARD zt_status zt_make_from_csr(zt_call *call, zt_view csr, zt_cert_status status, const zt_certificate **ret,
					zt_error *ret_error);
/* Registers a certificate whose CA is registered. `ca_pem` may be empty while one CA alone has the issuer's name.
 * CertificateValidationException, CertificateConflictException, ResourceAlreadyExistsException. */
ZT_NODISCARD zt_status zt_make_from_pem(zt_call *call, zt_view pem, zt_view ca_pem, zt_cert_status status,
					const zt_certificate **ret, zt_error *ret_error);

#endif
