/* A client's side of a handshake, as bytes, into the port of certificates or (first byte odd) the port of all: whatever
 * the names and protocols that it offers, no server name gets past the first message but ours. */
#include <openssl/err.h>
#include <stdlib.h>

#include "cloud/gateway/tls.h"
#include "x509/issue.h"
#include "x509/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define HOST "localhost"
#define YEAR_2000_MS 946684800000LL
#define YEAR_2096_MS 3976214400000LL
enum { DER_MAX = 8 * 1024 };

static SSL_CTX *contexts[2];

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void make_contexts(void)
{
	static const char *const names[] = { HOST };
	const zt_rdn subject = { "CN", ZT_LIT(HOST), false };
	ZT_CLEANUP(zt_key_freep) zt_key *key = NULL;
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(DER_MAX), der = ZT_STR(DER_MAX);
	ZT_CLEANUP(zt_str_free) zt_str chain = ZT_STR(DER_MAX), key_pem = ZT_STR(DER_MAX);
	must(zt_key_new(ZT_KEY_P256, &key, NULL) == ZT_OK && zt_key_spki(key, &spki) == ZT_OK);
	const zt_issue_spec spec = { .profile = ZT_PROFILE_SERVER,
				     .subject = &subject,
				     .subject_count = 1,
				     .not_before_ms = YEAR_2000_MS,
				     .not_after_ms = YEAR_2096_MS,
				     .spki = zt_str_view(&spki),
				     .issuer_key = key,
				     .dns_names = names,
				     .dns_count = 1 };
	must(zt_certificate_issue(&spec, &der, NULL) == ZT_OK);
	must(zt_pem_put(zt_str_view(&der), "CERTIFICATE", &chain) == ZT_OK);
	must(zt_key_write_pem(key, &key_pem, NULL) == ZT_OK);
	for (int i = 0; i < 2; i++)
		must(zt_gateway_tls_new(i ? ZT_PORT_OF_ALL : ZT_PORT_OF_CERTIFICATES, zt_str_view(&chain),
					zt_str_view(&key_pem), HOST, &contexts[i], NULL) == ZT_OK);
}

static void shake_hands(SSL *tls, zt_view in)
{
	zt_tls_watch watch = { 0 };
	uint8_t room[256];
	(void)SSL_set_app_data(tls, &watch);
	must(BIO_write(SSL_get_rbio(tls), in.p, (int)in.n) == (int)in.n);
	(void)SSL_do_handshake(tls);
	(void)SSL_read(tls, room, sizeof room);
	/* A ServerHello (RFC 8446 §5.1: record type 22) went out for our name alone. */
	uint8_t *out;
	long written = BIO_get_mem_data(SSL_get_wbio(tls), (char **)&out);
	const char *name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
	if (written > 0 && out[0] == 22)
		must(!watch.wrong_name && name && zt_view_equal_nocase(zt_view_of(name), ZT_LIT(HOST)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view in = zt_view_make(bytes, n);
	uint8_t port;
	if (!contexts[0])
		make_contexts();
	if (!zt_view_take_u8(&in, &port) || in.n == 0)
		return 0;
	SSL *tls = SSL_new(contexts[port & 1]);
	must(tls != NULL);
	SSL_set_bio(tls, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_accept_state(tls);
	shake_hands(tls, in);
	SSL_free(tls);
	ERR_clear_error();
	return 0;
}
