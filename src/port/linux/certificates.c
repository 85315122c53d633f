#include "port/linux/certificates.h"

#include <openssl/err.h>

#include "base/str.h"
#include "x509/pem.h"

enum { DER_MAX = 64 * 1024 };

zt_status zt_certificates_next(zt_view *pem, X509 **ret)
{
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(DER_MAX);
	TRY(zt_pem_next(pem, "CERTIFICATE", &der));
	zt_view bytes = zt_str_view(&der);
	const unsigned char *at = bytes.p;
	X509 *certificate = d2i_X509(NULL, &at, (long)bytes.n);
	ERR_clear_error();
	if (certificate && at != bytes.p + bytes.n) {
		X509_free(certificate);
		certificate = NULL;
	}
	ENSURE(certificate, ZT_E_INVALID);
	*ret = certificate;
	return ZT_OK;
}
