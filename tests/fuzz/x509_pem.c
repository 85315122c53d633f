/* PEM text as it comes in a request: every block must be one that can be written and read again. */
#include "x509/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view text = zt_view_make(bytes, n);
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(1 << 16), again = ZT_STR(1 << 16), pem = ZT_STR(1 << 17);
	while (zt_pem_next(&text, "CERTIFICATE", &der) == ZT_OK) {
		zt_str_clear(&pem);
		zt_str_clear(&again);
		if (zt_pem_put(zt_str_view(&der), "CERTIFICATE", &pem) != ZT_OK)
			abort();
		zt_view rest = zt_str_view(&pem);
		if (zt_pem_next(&rest, "CERTIFICATE", &again) != ZT_OK ||
		    !zt_view_equal(zt_str_view(&again), zt_str_view(&der)))
			abort();
		zt_str_clear(&der);
	}
	return 0;
}
