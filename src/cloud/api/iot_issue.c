/* Certificates that the service issues itself (AWS IoT, "X.509 client certificates"; AWS IoT API reference). */
#include "base/secret.h"
#include "cloud/api/front.h"
#include "cloud/api/input.h"
#include "cloud/api/tables.h"
#include "cloud/registry/certificates.h"
#include "cloud/api/iot_make.h"
#include "x509/issue.h"

enum { PEM_MAX = 16 * 1024, SPKI_MAX = 4096 };
/* 2049-12-31T23:59:59Z (AWS IoT, "X.509 client certificates"). */
static const int64_t end_ms = 2524607999000;
static const zt_param csr_param = { "certificateSigningRequest", 1, 4096, NULL };

/* Nobody checks who signed a certificate that is registered by its issuer, so the signer's key is made for it and
 * forgotten. The names are those of AWS's own (general knowledge, unconfirmed). */
static zt_status issue(const zt_call *call, zt_view spki, zt_str *ret_der, zt_error *ret_error)
{
	static const zt_rdn subject[] = { { "CN", ZT_LIT_INIT("AWS IoT Certificate"), true } };
	static const zt_rdn issuer[] = {
		{ "OU", ZT_LIT_INIT("Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US"), true },
	};
	ZT_CLEANUP(zt_key_freep) zt_key *key = NULL;
	TRY(zt_key_new(ZT_KEY_P256, &key, ret_error));
	const zt_issue_spec spec = {
		.profile = ZT_PROFILE_AWS_CLIENT,
		.subject = subject,
		.subject_count = ZT_COUNT(subject),
		.not_before_ms = zt_registry_now_ms(call->registry) - 120 * 1000,
		.not_after_ms = end_ms,
		.spki = spki,
		.issuer = issuer,
		.issuer_count = ZT_COUNT(issuer),
		.issuer_key = key,
	};
	return zt_certificate_issue(&spec, ret_der, ret_error);
}

zt_status zt_make_from_spki(zt_call *call, zt_view spki, zt_cert_status status, const zt_certificate **ret,
			    zt_error *ret_error)
{
	zt_txn *txn;
	ZT_CLEANUP(zt_str_free) zt_str der = ZT_STR(PEM_MAX);
	TRY(issue(call, spki, &der, ret_error));
	const zt_certificate_spec spec = { .der = zt_str_view(&der), .status = status };
	TRY(zt_call_txn(call, &txn));
	return zt_txn_certificate_add(txn, &spec, ret, ret_error);
}

zt_status zt_make_from_csr(zt_call *call, zt_view csr, zt_cert_status status, const zt_certificate **ret,
			   zt_error *ret_error)
{
	zt_error cause = { 0 };
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(SPKI_MAX);
	if (zt_csr_read(csr, &spki, &cause) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "The certificate signing request is not valid: %s",
				    cause.text);
	return zt_make_from_spki(call, zt_str_view(&spki), status, ret, ret_error);
}

static zt_status read_status(const zt_call *call, zt_cert_status *ret, zt_error *ret_error)
{
	bool active = false;
	TRY(zt_in_query_bool(call, "setAsActive", &active, ret_error));
	*ret = active ? ZT_CERT_ACTIVE : ZT_CERT_INACTIVE;
	return ZT_OK;
}

static zt_status reply(zt_call *call, const zt_certificate *certificate)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	TRY(zt_account_iot_arn(zt_registry_account(call->registry), "cert", zt_view_of(certificate->id), &arn));
	return zt_call_reply(call, json_pack("{s:s, s:s, s:s}", "certificateArn", zt_str_text(&arn), "certificateId",
					     certificate->id, "certificatePem", certificate->pem));
}

/* Registers the certificate of a fresh key and replies with both. */
static zt_status reply_keys(zt_call *call, const zt_key *key, zt_error *ret_error)
{
	zt_cert_status status = ZT_CERT_INACTIVE;
	const zt_certificate *certificate = NULL;
	ZT_CLEANUP(zt_str_free) zt_str spki = ZT_STR(SPKI_MAX), public_pem = ZT_STR(PEM_MAX);
	ZT_CLEANUP(zt_str_free_wiped) zt_str private_pem = ZT_STR(PEM_MAX);
	TRY(zt_key_spki(key, &spki));
	TRY(zt_key_public_pem(key, &public_pem, ret_error));
	TRY(zt_key_write_pem(key, &private_pem, ret_error));
	TRY(read_status(call, &status, ret_error));
	TRY(zt_make_from_spki(call, zt_str_view(&spki), status, &certificate, ret_error));
	TRY(reply(call, certificate));
	json_t *pair =
	    json_pack("{s:s, s:s}", "PublicKey", zt_str_text(&public_pem), "PrivateKey", zt_str_text(&private_pem));
	return json_object_set_new(call->reply, "keyPair", pair) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static void key_made(void *context, zt_status status, zt_key *key)
{
	zt_call *call = context;
	zt_error error = { .status = status };
	if (status == ZT_OK)
		status = reply_keys(call, key, &error);
	zt_key_free(key);
	zt_call_finish(call, status, &error);
}

static zt_status create_keys(zt_call *call, zt_error *ret_error)
{
	zt_cert_status status;
	TRY(read_status(call, &status, ret_error));
	zt_call_defer(call);
	return zt_keymaker_make(call->api->keymaker, key_made, call, ret_error);
}

static zt_status create_from_csr(zt_call *call, zt_error *ret_error)
{
	zt_view csr;
	zt_cert_status status = ZT_CERT_INACTIVE;
	const zt_certificate *certificate = NULL;
	TRY(zt_in_json(call->body, &csr_param, ZT_REQUIRED, &csr, ret_error));
	TRY(read_status(call, &status, ret_error));
	TRY(zt_make_from_csr(call, csr, status, &certificate, ret_error));
	return reply(call, certificate);
}

static const zt_operation rows[] = {
	{ ZT_REST("CreateKeysAndCertificate", "POST", "/keys-and-certificate", NULL, create_keys) },
	{ ZT_REST("CreateCertificateFromCsr", "POST", "/certificates", NULL, create_from_csr) },
};
const zt_operations zt_iot_issue_operations = ZT_OPERATIONS(rows);
