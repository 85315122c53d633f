#include "x509/name.h"

#include <limits.h>
#include <string.h>

/* X.680 §41.4. */
static bool is_printable(zt_view text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		bool alphanumeric = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!alphanumeric && (c == 0 || !strchr(" '()+,-./:=?", c)))
			return false;
	}
	return true;
}

zt_status zt_name_put(X509_NAME *name, const zt_rdn *rdns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		zt_view text = rdns[i].value;
		ENSURE(text.n && text.n <= INT_MAX, ZT_E_INVALID);
		ENSURE(rdns[i].utf8 ? zt_view_is_utf8(text) : is_printable(text), ZT_E_INVALID);
		/* A string type instead of MBSTRING_* keeps OpenSSL from applying X.520's ceilings: AS3's common names
		 * have 128 characters, twice ub-common-name. */
		int type = rdns[i].utf8 ? V_ASN1_UTF8STRING : V_ASN1_PRINTABLESTRING;
		ENSURE(X509_NAME_add_entry_by_txt(name, rdns[i].type, type, text.p, (int)text.n, -1, 0), ZT_E_INVALID);
	}
	return ZT_OK;
}
