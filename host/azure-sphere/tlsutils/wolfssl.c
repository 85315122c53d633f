/* The device's wolfSSL knows the device certificate's key, which nobody can read: an app that loads only the
 * certificate authenticates. Here the key is loaded along with it. These definitions stand before wolfSSL's own (link
 * order, or the runner's LD_PRELOAD) and end in them. WOLFSSL and WOLFSSL_CTX are opaque: void. */
#include "tlsutils/wolfssl.h"

#include <string.h>

#include <tlsutils/deviceauth.h>

#include "common/grants.h"
#include "tlsutils/curl_context.h"

enum { VERIFY_DEFAULT = 1 << 9 /* WOLFSSL_VERIFY_DEFAULT */, NO_DEVICE = -2 };

typedef void *make_fn(void *, void *);
typedef void set_verify_fn(void *, int, void *);
typedef int load_fn(void *, const char *, int);
typedef int load_chain_fn(void *, const char *);

/* Debian's library begins as OpenSSL does, without verification; the device's verifies the server unless it is told not
 * to. */
static void *make(const char *name, void *method, void *heap)
{
	make_fn *real = ZT_WOLFSSL(make_fn *, name);
	set_verify_fn *set = ZT_WOLFSSL(set_verify_fn *, "wolfSSL_CTX_set_verify");
	if (!real || !set)
		return NULL;
	void *context = real(method, heap);
	if (context)
		set(context, VERIFY_DEFAULT, NULL);
	return context;
}

void *wolfSSL_CTX_new(void *method);
void *wolfSSL_CTX_new(void *method)
{
	return make("wolfSSL_CTX_new", method, NULL);
}

void *wolfSSL_CTX_new_ex(void *method, void *heap);
void *wolfSSL_CTX_new_ex(void *method, void *heap)
{
	return make("wolfSSL_CTX_new_ex", method, heap);
}

/* Loads the certificate with its key by these functions of wolfSSL: into a context, or into one connection. */
static bool load_pair(void *target, const zt_identity_pair *pair, const char *chain, const char *key, const char *check)
{
	typedef int check_fn(const void *);
	load_chain_fn *use_chain = ZT_WOLFSSL(load_chain_fn *, chain);
	load_fn *use_key = ZT_WOLFSSL(load_fn *, key);
	check_fn *belongs = ZT_WOLFSSL(check_fn *, check);
	return use_chain && use_key && belongs && use_chain(target, pair->certificate) == ZT_WOLFSSL_SUCCESS &&
	       use_key(target, pair->key, ZT_WOLFSSL_PEM) == ZT_WOLFSSL_SUCCESS &&
	       belongs(target) == ZT_WOLFSSL_SUCCESS;
}

bool zt_load_wolfssl(void *context, const zt_identity_pair *pair)
{
	return load_pair(context, pair, "wolfSSL_CTX_use_certificate_chain_file", "wolfSSL_CTX_use_PrivateKey_file",
			 "wolfSSL_CTX_check_private_key");
}

static bool is_device_certificate(const char *file)
{
	return file && zt_grant("tenant") && strcmp(file, DeviceAuth_GetCertificatePath()) == 0;
}

static int load_device(void *target, bool is_context)
{
	zt_identity_pair pair;
	if (!zt_identity_open(&pair))
		return ZT_WOLFSSL_FAILED;
	bool loaded = is_context ? zt_load_wolfssl(target, &pair)
				 : load_pair(target, &pair, "wolfSSL_use_certificate_chain_file",
					     "wolfSSL_use_PrivateKey_file", "wolfSSL_check_private_key");
	zt_identity_close(&pair);
	return loaded ? ZT_WOLFSSL_SUCCESS : ZT_WOLFSSL_FAILED;
}

int zt_load_wolfssl_device(void *context)
{
	return load_device(context, true);
}

static int load_plain(void *target, const char *name, const char *file, int format)
{
	load_fn *load = ZT_WOLFSSL(load_fn *, name);
	return load ? load(target, file, format) : ZT_WOLFSSL_FAILED;
}

int wolfSSL_CTX_use_certificate_file(void *context, const char *file, int format);
int wolfSSL_CTX_use_certificate_file(void *context, const char *file, int format)
{
	if (zt_is_curls(context))
		return zt_curl_use_certificate(context, file, is_device_certificate(file));
	if (is_device_certificate(file))
		return load_device(context, true);
	return load_plain(context, "wolfSSL_CTX_use_certificate_file", file, format);
}

int wolfSSL_CTX_use_certificate_chain_file(void *context, const char *file);
int wolfSSL_CTX_use_certificate_chain_file(void *context, const char *file)
{
	if (zt_is_curls(context))
		return zt_curl_use_certificate(context, file, is_device_certificate(file));
	if (is_device_certificate(file))
		return load_device(context, true);
	return load_plain(context, "wolfSSL_CTX_use_certificate_chain_file", file, ZT_WOLFSSL_PEM);
}

int wolfSSL_use_certificate_file(void *ssl, const char *file, int format);
int wolfSSL_use_certificate_file(void *ssl, const char *file, int format)
{
	if (is_device_certificate(file))
		return load_device(ssl, false);
	return load_plain(ssl, "wolfSSL_use_certificate_file", file, format);
}

int wolfSSL_use_certificate_chain_file(void *ssl, const char *file);
int wolfSSL_use_certificate_chain_file(void *ssl, const char *file)
{
	if (is_device_certificate(file))
		return load_device(ssl, false);
	return load_plain(ssl, "wolfSSL_use_certificate_chain_file", file, ZT_WOLFSSL_PEM);
}

int wolfSSL_CTX_use_PrivateKey_file(void *context, const char *file, int format);
int wolfSSL_CTX_use_PrivateKey_file(void *context, const char *file, int format)
{
	if (zt_is_curls(context))
		return zt_curl_use_key(context, file);
	return load_plain(context, "wolfSSL_CTX_use_PrivateKey_file", file, format);
}

int wolfSSL_CTX_load_verify_locations(void *context, const char *file, const char *folder);
int wolfSSL_CTX_load_verify_locations(void *context, const char *file, const char *folder)
{
	typedef int verify_fn(void *, const char *, const char *);
	if (zt_is_curls(context))
		return zt_curl_trust(context, file, folder);
	verify_fn *load = ZT_WOLFSSL(verify_fn *, "wolfSSL_CTX_load_verify_locations");
	return load ? load(context, file, folder) : ZT_WOLFSSL_FAILED;
}

void wolfSSL_CTX_set_verify(void *context, int mode, void *callback);
void wolfSSL_CTX_set_verify(void *context, int mode, void *callback)
{
	set_verify_fn *set = ZT_WOLFSSL(set_verify_fn *, "wolfSSL_CTX_set_verify");
	if (zt_is_curls(context))
		zt_curl_set_verify(context, mode);
	else if (set)
		set(context, mode, callback);
}

int wolfSSL_CTX_SetMinVersion(void *context, int version);
int wolfSSL_CTX_SetMinVersion(void *context, int version)
{
	typedef int set_fn(void *, int);
	if (zt_is_curls(context))
		return zt_curl_set_least_version(context, version);
	set_fn *set = ZT_WOLFSSL(set_fn *, "wolfSSL_CTX_SetMinVersion");
	return set ? set(context, version) : ZT_WOLFSSL_FAILED;
}

/* libcurl sends the name by itself. */
int wolfSSL_CTX_UseSNI(void *context, unsigned char type, const void *data, unsigned short size);
int wolfSSL_CTX_UseSNI(void *context, unsigned char type, const void *data, unsigned short size)
{
	typedef int use_fn(void *, unsigned char, const void *, unsigned short);
	if (zt_is_curls(context))
		return context ? ZT_WOLFSSL_SUCCESS : ZT_WOLFSSL_FAILED;
	use_fn *use = ZT_WOLFSSL(use_fn *, "wolfSSL_CTX_UseSNI");
	return use ? use(context, type, data, size) : ZT_WOLFSSL_FAILED;
}

int wolfSSL_CTX_set_cipher_list(void *context, const char *list);
int wolfSSL_CTX_set_cipher_list(void *context, const char *list)
{
	if (zt_is_curls(context))
		return zt_curl_set_ciphers(context, list);
	load_chain_fn *set = ZT_WOLFSSL(load_chain_fn *, "wolfSSL_CTX_set_cipher_list");
	return set ? set(context, list) : ZT_WOLFSSL_FAILED;
}

/* Which crypto device holds the key, as Azure's IoT SDK says it: here the key is loaded, and no device is to be asked.
 */
int wolfSSL_CTX_SetDevId(void *context, int device);
int wolfSSL_CTX_SetDevId(void *context, int device)
{
	(void)device;
	return context ? ZT_WOLFSSL_SUCCESS : ZT_WOLFSSL_FAILED;
}

int wolfSSL_SetDevId(void *ssl, int device);
int wolfSSL_SetDevId(void *ssl, int device)
{
	return wolfSSL_CTX_SetDevId(ssl, device);
}

/* Here no crypto device holds a key (INVALID_DEVID). */
int wolfSSL_CTX_GetDevId(void *context, void *ssl);
int wolfSSL_CTX_GetDevId(void *context, void *ssl)
{
	typedef int get_fn(void *, void *);
	get_fn *get = ZT_WOLFSSL(get_fn *, "wolfSSL_CTX_GetDevId");
	return get && !zt_is_curls(context) ? get(context, ssl) : NO_DEVICE;
}

/* A context of libcurl's has its key: nobody needs to sign for it. */
void wolfSSL_CTX_SetEccSignCb(void *context, void *callback);
void wolfSSL_CTX_SetEccSignCb(void *context, void *callback)
{
	typedef void set_fn(void *, void *);
	set_fn *set = ZT_WOLFSSL(set_fn *, "wolfSSL_CTX_SetEccSignCb");
	if (set && !zt_is_curls(context))
		set(context, callback);
}

int wolfSSL_CTX_set_timeout(void *context, unsigned seconds);
int wolfSSL_CTX_set_timeout(void *context, unsigned seconds)
{
	typedef int set_fn(void *, unsigned);
	if (zt_is_curls(context))
		return zt_curl_set_timeout(context, seconds);
	set_fn *set = ZT_WOLFSSL(set_fn *, "wolfSSL_CTX_set_timeout");
	return set ? set(context, seconds) : ZT_WOLFSSL_FAILED;
}

long wolfSSL_CTX_set_session_cache_mode(void *context, long mode);
long wolfSSL_CTX_set_session_cache_mode(void *context, long mode)
{
	typedef long set_fn(void *, long);
	if (zt_is_curls(context))
		return zt_curl_set_session_cache(context, mode);
	set_fn *set = ZT_WOLFSSL(set_fn *, "wolfSSL_CTX_set_session_cache_mode");
	return set ? set(context, mode) : ZT_WOLFSSL_FAILED;
}
