#include "port/linux/trust.h"

#include "base/fs.h"
#include "base/str.h"
#include "port/linux/certificates.h"

static void free_store(X509_STORE **store)
{
	X509_STORE_free(*store);
}

static void free_certificate(X509 **certificate)
{
	X509_free(*certificate);
}

static zt_status add_roots(X509_STORE *store, zt_view pem, size_t *ret_count)
{
	size_t count = 0;
	for (;;) {
		ZT_CLEANUP(free_certificate) X509 *root = NULL;
		zt_status status = zt_certificates_next(&pem, &root);
		if (status == ZT_E_NOT_FOUND)
			break;
		TRY(status);
		ENSURE(X509_STORE_add_cert(store, root) == 1, ZT_E_NOMEM);
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
