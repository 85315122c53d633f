/* The registration code: whoever can have it signed by a CA's key possesses that CA (AWS IoT, "X.509 client
 * certificates"). */
#include "base/random.h"
#include "cloud/registry/certificates.h"
#include "cloud/registry/meta.h"
#include "cloud/registry/refuse.h"
#include "zerotouch/buf.h"

static const zt_view code_key = ZT_LIT_INIT("registration-code");

enum { CODE_BYTES = 32 };

zt_status zt_txn_registration_code(zt_txn *txn, const char **ret, zt_error *ret_error)
{
	(void)ret_error;
	const char *existing = zt_meta_text(zt_txn_registry(txn), code_key);
	if (existing) {
		*ret = existing;
		return ZT_OK;
	}
	uint8_t bytes[CODE_BYTES], hex[2 * CODE_BYTES];
	zt_buf text = ZT_BUF(hex);
	zt_random_bytes(bytes, sizeof bytes);
	zt_buf_put_hex(&text, zt_view_make(bytes, sizeof bytes));
	return zt_meta_put(txn, code_key, zt_buf_view(&text), ret);
}

const char *zt_registry_registration_code(const zt_registry *registry)
{
	return zt_meta_text(registry, code_key);
}

zt_status zt_txn_registration_code_delete(zt_txn *txn, zt_error *ret_error)
{
	if (!zt_meta_text(zt_txn_registry(txn), code_key))
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "There is no registration code");
	return zt_meta_drop(txn, code_key);
}
