#include "port/linux/trust.h"

#include <openssl/err.h>

#include "base/fs.h"
#include "x509/pem.h"

enum { ROOT_DER_MAX = 64 * 1024 };

static void free_store(X509_STORE **store)
{
	X509_STORE_free(*store);
}

static void free_certificate(X509 **certificate)
{
	X509_free(*certificate);
}

static zt_status add_root(X509_STORE *store, zt_view der)
{
	const unsigned char *at = der.p;
	ZT_CLEANUP(free_certificate) X509 *root = d2i_X509(NULL, &at, (long)der.n);
	ENSURE(root && at == der.p + der.n, ZT_E_INVALID);
	return X509_STORE_add_cert(store, root) == 1 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status add_roots(X509_STORE *store, zt_view pem, size_t *ret_count)
{
	size_t count = 0;
	for (;;) {
		ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(ROOT_DER_MAX);
		zt_status status = zt_pem_next(&pem, "CERTIFICATE", &der);
		if (status == ZT_E_NOT_FOUND)
			break;
		TRY(status);
		TRY(add_root(store, zt_str_view(&der)));
		count++;
	}
	*ret_count = count;
	return ZT_OK;
}

zt_status zt_trust_load(const char *ca_file, X509_STORE **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_TRUST_FILE_MAX);
	zt_error cause;
	if (ca_file && zt_file_read(ca_file, &text, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG, "the server cannot be verified: %s", cause.text);
	zt_view pem = ca_file ? zt_str_view(&text) : zt_view_of(zt_aws_roots_pem);
	const char *name = ca_file ? ca_file : "the built-in bundle";
	ZT_CLEANUP(free_store) X509_STORE *store = X509_STORE_new();
	ENSURE(store, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	size_t count = 0;
	if (add_roots(store, pem, &count) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "the server cannot be verified: a certificate in %s is damaged", name);
	if (count == 0)
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "the server cannot be verified: there is no PEM certificate in %s", name);
	*ret = ZT_STEAL(store);
	return ZT_OK;
}
