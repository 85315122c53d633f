/* Debian 12 has no provider for PKCS#11, but the engine; OpenSSL 3 only discourages those. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "port/linux/key.h"

#include <ctype.h>
#include <openssl/decoder.h>
#include <openssl/engine.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <string.h>

#include "port/linux/key_apart.h"
#include "port/linux/tls_context.h"
#include "zerotouch/view.h"

bool zt_key_is_uri(const char *key)
{
	/* RFC 3986 §3.1. One letter is no scheme in use. */
	size_t n = 0;
	while (isalnum((unsigned char)key[n]) || (n && strchr("+-.", key[n]) && key[n]))
		n++;
	return n > 1 && isalpha((unsigned char)key[0]) && key[n] == ':';
}

static void close_store(OSSL_STORE_CTX **store)
{
	(void)OSSL_STORE_close(*store);
}

/* *ret_open says whether anybody knows the scheme. */
static EVP_PKEY *from_store(const char *uri, bool *ret_open)
{
	ZT_CLEANUP(close_store) OSSL_STORE_CTX *store = OSSL_STORE_open(uri, UI_null(), NULL, NULL, NULL);
	EVP_PKEY *key = NULL;
	*ret_open = store != NULL;
	if (!store || OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY) != 1)
		return NULL;
	while (!key && !OSSL_STORE_eof(store) && !OSSL_STORE_error(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);
		if (info && OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	return key;
}

/* Stays for the life of the process: unloaded, it would leak what it has allocated. */
static ENGINE *the_engine(void)
{
	static ENGINE *engine;
	if (engine)
		return engine;
	ENGINE_load_dynamic();
	engine = ENGINE_by_id("pkcs11");
	if (engine && ENGINE_init(engine) != 1) {
		(void)ENGINE_free(engine);
		engine = NULL;
	}
	return engine;
}

static EVP_PKEY *from_engine(const char *uri)
{
	ENGINE *engine = the_engine();
	/* The user interface is not const there for history's sake alone. */
	return engine ? ENGINE_load_private_key(engine, uri, (UI_METHOD *)UI_null(), NULL) : NULL;
}

/* Takes the key. */
static zt_status hand_over(EVP_PKEY *key, EVP_PKEY **ret, zt_error *ret_error)
{
	zt_status status = zt_key_set_apart(&key, ret_error);
	if (status == ZT_OK)
		*ret = key;
	else
		EVP_PKEY_free(key);
	return status;
}

zt_status zt_key_load(const char *uri, EVP_PKEY **ret, zt_error *ret_error)
{
	bool known;
	if (strstr(uri, "pin-value="))
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "a PIN does not belong in the key's address: name its file, pin-source=file:…");
	EVP_PKEY *key = from_store(uri, &known);
	if (!key && !known && zt_view_starts(zt_view_of(uri), ZT_LIT("pkcs11:")))
		key = from_engine(uri);
	if (!key)
		return zt_tls_error(ret_error, ZT_E_CREDENTIALS, "the device's key cannot be reached");
	return hand_over(key, ret, ret_error);
}

static void free_decoder(OSSL_DECODER_CTX **decoder)
{
	OSSL_DECODER_CTX_free(*decoder);
}

zt_status zt_key_decode(zt_view pem, EVP_PKEY **ret, zt_error *ret_error)
{
	EVP_PKEY *key = NULL;
	ZT_CLEANUP(free_decoder)
	OSSL_DECODER_CTX *decoder =
	    OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", NULL, NULL, EVP_PKEY_KEYPAIR, NULL, NULL);
	size_t left = pem.n;
	const unsigned char *at = pem.p;
	if (!decoder || OSSL_DECODER_from_data(decoder, &at, &left) != 1 || !key)
		return zt_tls_error(ret_error, ZT_E_CREDENTIALS, "there is no whole private key, or it is encrypted");
	return hand_over(key, ret, ret_error);
}
