/* A certificate as a client shows it in the handshake. */
#include "x509/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	zt_error error = { 0 };
	if (zt_cert_read(zt_view_make(bytes, n), &info, &error) != ZT_OK)
		return 0;
	/* What was accepted is text that others print and match. */
	for (size_t i = 0; i < info->subject.count; i++)
		if (!zt_view_is_utf8(zt_view_of(info->subject.parts[i].text)))
			abort();
	(void)zt_cert_common_name(info);
	(void)zt_cert_tenant(info, false);
	(void)zt_cert_tenant(info, true);
	return 0;
}
