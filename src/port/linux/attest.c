#include "port/linux/attest.h"

#include <ctype.h>

#include "base/codec.h"
#include "base/digest.h"
#include "base/json.h"
#include "port/linux/https_call.h"
#include "x509/read.h"

enum { GUID_CHARS = 36, NONCE_BYTES = 32, SMALL_MAX = 16 * 1024 };

typedef struct {
	const zt_attest_spec *spec;
	zt_https_origin origin;
	char tenant[GUID_CHARS + 1]; /* lower-case: the evidence signs it so */
	char device_id[ZT_DEVICE_ID_HEX + 1];
	const zt_key *root_key;
	zt_error *error;
} dialogue;

static zt_status read_tenant(dialogue *d)
{
	zt_view given = zt_view_of(d->spec->tenant);
	ENSURE(given.n == GUID_CHARS,
	       zt_error_set(d->error, ZT_E_USAGE, "the tenant is a GUID of %d characters", GUID_CHARS));
	for (size_t i = 0; i < GUID_CHARS; i++) {
		int c = given.p[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? c != '-' : !isxdigit(c))
			return zt_error_set(d->error, ZT_E_USAGE, "'%s' is no GUID", d->spec->tenant);
		d->tenant[i] = (char)tolower(c);
	}
	return ZT_OK;
}

static zt_status prepare(dialogue *d)
{
	if (!d->spec->ca_file)
		return zt_error_set(d->error, ZT_E_CONFIG,
				    "the authority's root certificate is not configured (--attest-ca-file)");
	TRY(zt_https_origin_parse(d->spec->url, &d->origin, d->error));
	TRY(read_tenant(d));
	zt_status status = zt_key_device_id(d->root_key, d->device_id);
	return status == ZT_OK ? ZT_OK : zt_error_set(d->error, status, "the root key is no P-256 key");
}

static zt_status status_of_http(uint16_t http)
{
	switch (http) {
	case 403:
		return ZT_E_DENIED;
	case 404:
		return ZT_E_NOT_FOUND;
	case 429:
		return ZT_E_THROTTLED;
	default:
		return http >= 500 ? ZT_E_UNAVAILABLE : ZT_E_FAILED;
	}
}

static zt_status ask(dialogue *d, const char *what, const json_t *question, json_t **ret_answer)
{
	ZT_CLEANUP(zt_str_free)
	zt_str path = ZT_STR(256), body = ZT_STR(SMALL_MAX), answer = ZT_STR(ZT_HTTPS_CALL_ANSWER_MAX);
	ZT_JSON_CLEANUP json_t *parsed = NULL;
	uint16_t http = 0;
	TRY(zt_str_printf(&path, "/tenants/%s/%s", d->tenant, what));
	TRY(zt_json_write(question, &body));
	TRY(zt_https_post_json(&d->origin, d->spec->ca_file, d->spec->clock, zt_str_text(&path), zt_str_view(&body),
			       &answer, &http, d->error));
	zt_error cause;
	if (zt_json_parse(zt_str_view(&answer), &parsed, &cause) != ZT_OK)
		return zt_error_set(d->error, ZT_E_PROTOCOL, "the authority answered %u with no JSON: %s", http,
				    cause.text);
	if (http != 200) {
		const char *code = zt_json_text(parsed, "code"), *message = zt_json_text(parsed, "message");
		return zt_error_coded(d->error, status_of_http(http), code ? code : "", "the authority refuses: %s",
				      message ? message : "no reason given");
	}
	*ret_answer = ZT_STEAL(parsed);
	return ZT_OK;
}

static zt_status get_nonce(dialogue *d, zt_str *ret_nonce)
{
	ZT_JSON_CLEANUP json_t *question = json_pack("{s:s}", "deviceId", d->device_id);
	ZT_JSON_CLEANUP json_t *answer = NULL;
	ENSURE(question, ZT_E_NOMEM);
	TRY(ask(d, "challenge", question, &answer));
	if (zt_base64_decode(zt_json_view(answer, "nonce"), ret_nonce) != ZT_OK || ret_nonce->n != NONCE_BYTES)
		return zt_error_set(d->error, ZT_E_PROTOCOL, "the authority's nonce is not %d bytes", NONCE_BYTES);
	return ZT_OK;
}

/* Binds the new TLS key to this device, this tenant and this challenge. */
static zt_status sign_evidence(dialogue *d, zt_view nonce, const zt_key *tls_key, zt_str *ret_base64)
{
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(SMALL_MAX), signature = ZT_STR(SMALL_MAX);
	zt_sha256 key_digest, digest;
	TRY(zt_key_spki(tls_key, &spki));
	zt_view spki_view = zt_str_view(&spki);
	zt_sha256_of(&spki_view, 1, &key_digest);
	const zt_view pieces[] = { ZT_LIT("zerotouch-attest-v1"), zt_view_make(d->tenant, GUID_CHARS), nonce,
				   zt_view_make(key_digest.bytes, sizeof key_digest.bytes) };
	zt_sha256_of(pieces, ZT_COUNT(pieces), &digest);
	TRY(zt_key_sign_digest(d->root_key, digest.bytes, &signature, d->error));
	return zt_base64_encode(zt_str_view(&signature), ret_base64);
}

static zt_status get_certificate(dialogue *d, zt_view nonce, const zt_key *tls_key, json_t **ret_answer)
{
	ZT_CLEANUP(zt_str_free)
	zt_str csr = ZT_STR(SMALL_MAX), signature = ZT_STR(SMALL_MAX), nonce64 = ZT_STR(SMALL_MAX);
	TRY(zt_csr_write(tls_key, ZT_VIEW_EMPTY, &csr, d->error));
	TRY(sign_evidence(d, nonce, tls_key, &signature));
	TRY(zt_base64_encode(nonce, &nonce64));
	ZT_JSON_CLEANUP json_t *question =
	    json_pack("{s:s, s:s, s:s, s:s}", "format", "p256", "nonce", zt_str_text(&nonce64), "csr",
		      zt_str_text(&csr), "signature", zt_str_text(&signature));
	ENSURE(question, ZT_E_NOMEM);
	return ask(d, "certificates", question, ret_answer);
}

static zt_status put_pem(zt_view pem, zt_str *out)
{
	TRY(zt_str_put(out, pem));
	return zt_view_ends(pem, ZT_LIT("\n")) ? ZT_OK : zt_str_put_u8(out, '\n');
}

/* The leaf must name this device, or every later step would fail with a worse explanation. */
static zt_status take_certificate(dialogue *d, const json_t *answer, zt_str *out)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *leaf = NULL;
	zt_view pem = zt_json_view(answer, "certificate");
	zt_error cause;
	if (zt_cert_read_pem(pem, &leaf, &cause) != ZT_OK)
		return zt_error_set(d->error, ZT_E_PROTOCOL, "the authority's certificate cannot be read: %s",
				    cause.text);
	if (!zt_view_equal(zt_cert_common_name(leaf), zt_view_of(d->device_id)))
		return zt_error_set(d->error, ZT_E_PROTOCOL, "the authority's certificate names another device");
	TRY(put_pem(pem, out));
	const json_t *chain = json_object_get(answer, "chain");
	for (size_t i = 0; i < json_array_size(chain); i++)
		TRY(put_pem(zt_view_of(json_string_value(json_array_get(chain, i))), out));
	return ZT_OK;
}

zt_status zt_attest(const zt_attest_spec *spec, const zt_key *root_key, zt_str *ret_certificate, zt_str *ret_key,
		    zt_error *ret_error)
{
	dialogue d = { .spec = spec, .root_key = root_key, .error = ret_error };
	ZT_CLEANUP(zt_str_free) zt_str nonce = ZT_STR(SMALL_MAX);
	ZT_CLEANUP(zt_key_freep) zt_key *tls_key = NULL;
	ZT_JSON_CLEANUP json_t *answer = NULL;
	TRY(prepare(&d));
	TRY(get_nonce(&d, &nonce));
	TRY(zt_key_new(ZT_KEY_P256, &tls_key, ret_error));
	TRY(get_certificate(&d, zt_str_view(&nonce), tls_key, &answer));
	TRY(take_certificate(&d, answer, ret_certificate));
	return zt_key_write_pem(tls_key, ret_key, ret_error);
}
