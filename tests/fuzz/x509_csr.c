/* A CSR and a private key as PEM. */
#include "x509/issue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view text = zt_view_make(bytes, n);
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(1 << 16);
	ZT_CLEANUP(zt_key_freep) zt_key *key = NULL;
	char id[129];
	if (zt_csr_read(text, &spki, NULL) == ZT_OK && spki.n == 0)
		abort();
	if (zt_key_read_pem(text, &key, NULL) == ZT_OK && zt_key_device_id(key, id) == ZT_OK && id[128])
		abort();
	return 0;
}
