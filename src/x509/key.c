#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "base/codec.h"
#include "base/secret.h"
#include "x509/issue.h"
#include "x509/openssl.h"
#include "x509/pem.h"
#include "x509/read.h"

enum { KEY_DER_MAX = 16 * 1024, COORDINATE = 32 };

static zt_status wrap(EVP_PKEY *pkey, zt_key **ret, zt_error *ret_error)
{
	zt_key *key = calloc(1, sizeof *key);
	if (!key) {
		EVP_PKEY_free(pkey);
		return zt_error_set(ret_error, ZT_E_NOMEM, "out of memory");
	}
	key->pkey = pkey;
	*ret = key;
	return ZT_OK;
}

zt_status zt_key_new(zt_key_kind kind, zt_key **ret, zt_error *ret_error)
{
	EVP_PKEY *pkey =
	    kind == ZT_KEY_RSA2048 ? EVP_RSA_gen(2048u) : EVP_EC_gen(kind == ZT_KEY_P256 ? "P-256" : "P-384");
	if (!pkey)
		return zt_openssl_error(ret_error, ZT_E_FAILED, "cannot make a key");
	return wrap(pkey, ret, ret_error);
}

zt_status zt_key_read_pem(zt_view pem, zt_key **ret, zt_error *ret_error)
{
	static const char *const labels[] = { "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY" };
	ZT_CLEANUP(zt_str_free_wiped) zt_str der = ZT_STR(KEY_DER_MAX);
	zt_status status = ZT_E_NOT_FOUND;
	for (size_t i = 0; i < ZT_COUNT(labels) && status == ZT_E_NOT_FOUND; i++) {
		zt_view rest = pem;
		status = zt_pem_next(&rest, labels[i], &der);
	}
	if (status != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "there is no readable PEM private key in the text");
	const unsigned char *at = (const unsigned char *)der.p;
	EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &at, (long)der.n);
	if (!pkey)
		return zt_openssl_error(ret_error, ZT_E_INVALID, "the private key cannot be read");
	return wrap(pkey, ret, ret_error);
}

static zt_status put_pkcs8(const EVP_PKEY *pkey, zt_str *der)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	ENSURE(info, ZT_E_FAILED);
	unsigned char *bytes = NULL;
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &bytes);
	PKCS8_PRIV_KEY_INFO_free(info);
	return zt_openssl_put_der(bytes, n, der);
}

static zt_status put_traditional(const EVP_PKEY *pkey, zt_str *der)
{
	unsigned char *bytes = NULL;
	int n = i2d_PrivateKey(pkey, &bytes);
	return zt_openssl_put_der(bytes, n, der);
}

zt_status zt_key_write_pem(const zt_key *key, zt_str *out, zt_error *ret_error)
{
	bool rsa = EVP_PKEY_get_base_id(key->pkey) == EVP_PKEY_RSA;
	ZT_CLEANUP(zt_str_free_wiped) zt_str der = ZT_STR(KEY_DER_MAX);
	zt_status status = rsa ? put_traditional(key->pkey, &der) : put_pkcs8(key->pkey, &der);
	if (status != ZT_OK)
		return zt_openssl_error(ret_error, status, "the private key cannot be written");
	return zt_pem_put(zt_str_view(&der), rsa ? "RSA PRIVATE KEY" : "PRIVATE KEY", out);
}

zt_status zt_key_spki(const zt_key *key, zt_str *out)
{
	unsigned char *bytes = NULL;
	int n = i2d_PUBKEY(key->pkey, &bytes);
	return zt_openssl_put_der(bytes, n, out);
}

zt_status zt_key_public_pem(const zt_key *key, zt_str *out, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(KEY_DER_MAX);
	zt_status status = zt_key_spki(key, &der);
	if (status != ZT_OK)
		return zt_openssl_error(ret_error, status, "the public key cannot be written");
	return zt_pem_put(zt_str_view(&der), "PUBLIC KEY", out);
}

void zt_key_free(zt_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* Both coordinates, whatever form of the point the key was read from. */
static bool coordinates_of(const EVP_PKEY *pkey, uint8_t ret_xy[2 * COORDINATE])
{
	BIGNUM *x = NULL, *y = NULL;
	bool ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) &&
		  EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) &&
		  BN_bn2binpad(x, ret_xy, COORDINATE) == COORDINATE &&
		  BN_bn2binpad(y, ret_xy + COORDINATE, COORDINATE) == COORDINATE;
	BN_free(x);
	BN_free(y);
	return ok;
}

zt_status zt_key_device_id(const zt_key *key, char ret_id[129])
{
	uint8_t xy[2 * COORDINATE];
	ENSURE(zt_openssl_on_curve(key->pkey, ZT_LIT("prime256v1")) && coordinates_of(key->pkey, xy), ZT_E_INVALID);
	zt_buf b = zt_buf_make(ret_id, 129);
	zt_buf_put_hex(&b, (zt_view){ xy, sizeof xy });
	return zt_buf_finish_text(&b);
}

zt_status zt_key_sign_digest(const zt_key *key, const uint8_t digest[32], zt_str *ret_signature, zt_error *ret_error)
{
	uint8_t signature[256];
	size_t n = sizeof signature;
	ZT_CLEANUP(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->pkey, NULL);
	if (EVP_PKEY_get_base_id(key->pkey) != EVP_PKEY_EC || !context || EVP_PKEY_sign_init(context) <= 0 ||
	    EVP_PKEY_sign(context, signature, &n, digest, 32) <= 0)
		return zt_openssl_error(ret_error, ZT_E_FAILED, "the key cannot sign");
	return zt_str_put(ret_signature, (zt_view){ signature, n });
}

/* SubjectPublicKeyInfo of a P-256 key up to X and Y (RFC 5480 §2): id-ecPublicKey, prime256v1, uncompressed point. */
static const uint8_t p256_spki_head[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
	0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
};

/* NULL when the text is no device id or no point of the curve. */
static EVP_PKEY *key_of_device_id(zt_view device_id)
{
	uint8_t spki[sizeof p256_spki_head + 2 * COORDINATE];
	memcpy(spki, p256_spki_head, sizeof p256_spki_head);
	if (!zt_is_device_id(device_id) ||
	    zt_hex_decode(device_id, spki + sizeof p256_spki_head, 2 * COORDINATE) != ZT_OK)
		return NULL;
	const unsigned char *at = spki;
	return d2i_PUBKEY(NULL, &at, sizeof spki);
}

bool zt_device_id_verify(zt_view device_id, const uint8_t digest[32], zt_view signature)
{
	ZT_CLEANUP(EVP_PKEY_freep) EVP_PKEY *pkey = key_of_device_id(device_id);
	ZT_CLEANUP(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *context = pkey ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
	bool ok = context && EVP_PKEY_verify_init(context) > 0 &&
		  EVP_PKEY_verify(context, signature.p, signature.n, digest, 32) == 1;
	ERR_clear_error();
	return ok;
}

bool zt_device_id_owns(zt_view device_id, zt_view spki)
{
	const unsigned char *at = spki.p;
	ZT_CLEANUP(EVP_PKEY_freep) EVP_PKEY *root = key_of_device_id(device_id);
	ZT_CLEANUP(EVP_PKEY_freep) EVP_PKEY *other = d2i_PUBKEY(NULL, &at, (long)spki.n);
	bool same = root && other && EVP_PKEY_eq(root, other) == 1;
	ERR_clear_error();
	return same;
}
