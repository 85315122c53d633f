/* The API's words for states and modes of certificates (AWS IoT, "X.509 client certificates"). */
#include "cloud/registry/certificates.h"

static const char *const status_names[] = {
	[ZT_CERT_ACTIVE] = "ACTIVE",
	[ZT_CERT_INACTIVE] = "INACTIVE",
	[ZT_CERT_REVOKED] = "REVOKED",
	[ZT_CERT_PENDING_TRANSFER] = "PENDING_TRANSFER",
	[ZT_CERT_REGISTER_INACTIVE] = "REGISTER_INACTIVE",
	[ZT_CERT_PENDING_ACTIVATION] = "PENDING_ACTIVATION",
};

const char *zt_cert_status_name(zt_cert_status status)
{
	return status_names[status];
}

zt_status zt_cert_status_of(zt_view name, zt_cert_status *ret)
{
	for (size_t i = 0; i < ZT_COUNT(status_names); i++)
		if (zt_view_equal(name, zt_view_of(status_names[i]))) {
			*ret = (zt_cert_status)i;
			return ZT_OK;
		}
	return ZT_E_INVALID;
}

const char *zt_cert_mode_name(zt_cert_mode mode)
{
	return mode == ZT_MODE_SNI_ONLY ? "SNI_ONLY" : "DEFAULT";
}
