/* Methods of EC keys are discouraged since OpenSSL 3, in favour of providers, which cannot do this. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "port/linux/key_apart.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/provider.h>
#include <string.h>

#include "base/str.h"
#include "port/linux/tls_context.h"

enum { GROUP_NAME_MAX = 64, POINT_MAX = 133 /* uncompressed, P-521 */, SIGNATURE_MAX = 512 };

static const char *provider_of(const EVP_PKEY *key)
{
	const OSSL_PROVIDER *provider = EVP_PKEY_get0_provider(key);
	return provider ? OSSL_PROVIDER_get0_name(provider) : NULL;
}

static bool is_foreign(const EVP_PKEY *key)
{
	const char *name = provider_of(key);
	return name && strcmp(name, "default") != 0 && strcmp(name, "fips") != 0;
}

static void free_key(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void free_operation(EVP_PKEY_CTX **operation)
{
	EVP_PKEY_CTX_free(*operation);
}

static void free_digest(EVP_MD_CTX **digest)
{
	EVP_MD_CTX_free(*digest);
}

/* As TLS does. */
static bool signs(EVP_PKEY *key)
{
	static const unsigned char text[] = "zerotouch";
	unsigned char signature[SIGNATURE_MAX];
	size_t n = sizeof signature;
	ZT_CLEANUP(free_digest) EVP_MD_CTX *digest = EVP_MD_CTX_new();
	return digest && EVP_DigestSignInit_ex(digest, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
	       EVP_DigestSign(digest, signature, &n, text, sizeof text) == 1;
}

static void forget_real_key(void *parent, void *real, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
	(void)parent;
	(void)data;
	(void)index;
	(void)argl;
	(void)argp;
	EVP_PKEY_free(real);
}

/* Where an EC key keeps the one that signs for it. */
static int real_key_index(void)
{
	static int index = -1;
	if (index < 0)
		index = EC_KEY_get_ex_new_index(0, NULL, NULL, NULL, forget_real_key);
	return index;
}

static const EVP_MD *digest_of(int bytes)
{
	return bytes == 32 ? EVP_sha256() : bytes == 48 ? EVP_sha384() : bytes == 64 ? EVP_sha512() : NULL;
}

static int sign(int type, const unsigned char *digest, int digest_n, unsigned char *signature, unsigned *ret_n,
		const BIGNUM *inverse, const BIGNUM *r, EC_KEY *ec)
{
	EVP_PKEY *real = EC_KEY_get_ex_data(ec, real_key_index());
	size_t n = (size_t)ECDSA_size(ec);
	ZT_CLEANUP(zt_str_free) zt_str query = ZT_STR(256);
	(void)type;
	(void)inverse;
	(void)r;
	if (zt_str_printf(&query, "provider=%s", provider_of(real)) != ZT_OK)
		return 0;
	ZT_CLEANUP(free_operation)
	EVP_PKEY_CTX *operation = EVP_PKEY_CTX_new_from_pkey(NULL, real, zt_str_text(&query));
	bool signed_it = operation && EVP_PKEY_sign_init(operation) == 1 &&
			 EVP_PKEY_CTX_set_signature_md(operation, digest_of(digest_n)) == 1 &&
			 EVP_PKEY_sign(operation, signature, &n, digest, (size_t)digest_n) == 1;
	*ret_n = signed_it ? (unsigned)n : 0;
	return signed_it;
}

/* Stays for the life of the process: keys point to it. */
static const EC_KEY_METHOD *the_method(void)
{
	static EC_KEY_METHOD *method;
	if (!method)
		method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
	if (method)
		EC_KEY_METHOD_set_sign(method, sign, NULL, NULL);
	return method;
}

static bool copy_public(EVP_PKEY *real, EC_KEY **ret)
{
	char group[GROUP_NAME_MAX];
	unsigned char point[POINT_MAX];
	size_t n;
	if (EVP_PKEY_get_group_name(real, group, sizeof group, NULL) != 1 ||
	    EVP_PKEY_get_octet_string_param(real, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n) != 1)
		return false;
	int curve = EC_curve_nist2nid(group);
	*ret = EC_KEY_new_by_curve_name(curve ? curve : OBJ_txt2nid(group));
	return *ret && EC_KEY_oct2key(*ret, point, n, NULL) == 1;
}

static bool lead_to(EC_KEY *ec, EVP_PKEY *real)
{
	const EC_KEY_METHOD *method = the_method();
	if (!method || EC_KEY_set_method(ec, method) != 1 || EVP_PKEY_up_ref(real) != 1)
		return false;
	if (EC_KEY_set_ex_data(ec, real_key_index(), real) == 1)
		return true;
	EVP_PKEY_free(real);
	return false;
}

/* NULL when it is no EC key, or cannot be dressed as one. */
static EVP_PKEY *dress(EVP_PKEY *real)
{
	EC_KEY *ec = NULL;
	EVP_PKEY *key = EVP_PKEY_new();
	bool done = key && EVP_PKEY_is_a(real, "EC") && copy_public(real, &ec) && lead_to(ec, real) &&
		    EVP_PKEY_set1_EC_KEY(key, ec) == 1;
	EC_KEY_free(ec);
	if (done)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

zt_status zt_key_set_apart(EVP_PKEY **key, zt_error *ret_error)
{
	if (!is_foreign(*key) || signs(*key))
		return ZT_OK;
	ZT_CLEANUP(free_key) EVP_PKEY *apart = dress(*key);
	if (!apart || !signs(apart))
		return zt_tls_error(ret_error, ZT_E_CREDENTIALS, "the device's key does not sign");
	EVP_PKEY_free(*key);
	*key = ZT_STEAL(apart);
	return ZT_OK;
}
