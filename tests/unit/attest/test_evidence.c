/* The root key is openssl's, and so is the signature over bytes that are put together by the shell. */
#include "attest/evidence.h"

#include "attest/world.h"
#include "base/codec.h"
#include "base/json.h"
#include "zt_shell.h"

#define NONCE "0123456789abcdef0123456789abcdef" /* 32 bytes, whatever they are */
/* $ROOT signs; $IN holds the SPKI of the TLS key. */
#define SIGN                                                                                                 \
	"{ printf '%s' zerotouch-attest-v1 " GUID " " NONCE "; openssl dgst -sha256 -binary $IN; } > $IN.m;" \
	" openssl dgst -sha256 -sign $ROOT $IN.m | base64 -w0; rm -f $IN.m"

static struct {
	zt_str root_id, tls_spki, root_spki, signature;
} world;

static int begin(void **state)
{
	static char root[] = "/tmp/zt-root-XXXXXX";
	(void)state;
	assert_true(mkstemp(root) >= 0);
	assert_int_equal(setenv("ROOT", root, 1), 0);
	zt_str none = shell(ZT_VIEW_EMPTY, "openssl ecparam -name prime256v1 -genkey -noout -out $ROOT");
	world.root_spki = shell(ZT_VIEW_EMPTY, "openssl pkey -in $ROOT -pubout -outform DER");
	world.root_id = shell(zt_str_view(&world.root_spki), "tail -c 64 $IN | od -An -v -tx1 | tr -d ' \\n'");
	world.tls_spki =
	    shell(ZT_VIEW_EMPTY, "openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout -outform DER");
	world.signature = shell(zt_str_view(&world.tls_spki), SIGN);
	zt_str_free(&none);
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(unlink(getenv("ROOT")), 0);
	zt_str_free(&world.root_id);
	zt_str_free(&world.tls_spki);
	zt_str_free(&world.root_spki);
	zt_str_free(&world.signature);
	return 0;
}

static zt_evidence good(const json_t *request)
{
	return (zt_evidence){ .guid = ZT_LIT(GUID),
			      .device_id = zt_str_view(&world.root_id),
			      .nonce = ZT_LIT(NONCE),
			      .spki = zt_str_view(&world.tls_spki),
			      .request = request };
}

static void assert_check(const zt_evidence *evidence, zt_status expected, const char *code)
{
	zt_error error = { 0 };
	assert_status(zt_evidence_check(ZT_LIT("p256"), evidence, &error), expected);
	assert_string_equal(error.code, code);
}

static void the_root_keys_signature_is_evidence(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *request = json_pack("{s:s}", "signature", zt_str_text(&world.signature));
	zt_evidence evidence = good(request);
	assert_check(&evidence, ZT_OK, "");
}

static void it_covers_tenant_nonce_and_key(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *request = json_pack("{s:s}", "signature", zt_str_text(&world.signature));
	zt_str other_spki =
	    shell(ZT_VIEW_EMPTY, "openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout -outform DER");
	zt_evidence evidence = good(request);
	evidence.guid = ZT_LIT(OTHER_GUID);
	assert_check(&evidence, ZT_E_DENIED, "InvalidEvidence");
	evidence = good(request);
	evidence.nonce = ZT_LIT("0123456789abcdef0123456789abcdeg");
	assert_check(&evidence, ZT_E_DENIED, "InvalidEvidence");
	evidence = good(request);
	evidence.spki = zt_str_view(&other_spki);
	assert_check(&evidence, ZT_E_DENIED, "InvalidEvidence");
	evidence = good(request);
	evidence.device_id = device_id_of(7);
	assert_check(&evidence, ZT_E_DENIED, "InvalidEvidence");
	zt_str_free(&other_spki);
}

static void the_root_key_itself_is_not_certified(void **state)
{
	(void)state;
	zt_str signature = shell(zt_str_view(&world.root_spki), SIGN);
	ZT_JSON_CLEANUP json_t *request = json_pack("{s:s}", "signature", zt_str_text(&signature));
	zt_evidence evidence = good(request);
	evidence.spki = zt_str_view(&world.root_spki);
	assert_check(&evidence, ZT_E_INVALID, "InvalidRequest");
	zt_str_free(&signature);
}

static void a_signature_must_be_there_and_base64(void **state)
{
	(void)state;
	static const char *const requests[] = { "{}", "{\"signature\":\"\"}", "{\"signature\":\"?\"}",
						"{\"signature\":7}" };
	for (size_t i = 0; i < ZT_COUNT(requests); i++) {
		ZT_JSON_CLEANUP json_t *request = NULL;
		assert_ok(zt_json_parse(zt_view_of(requests[i]), &request, NULL));
		zt_evidence evidence = good(request);
		assert_check(&evidence, ZT_E_INVALID, "InvalidRequest");
	}
}

static void a_format_that_nobody_knows_is_named(void **state)
{
	(void)state;
	zt_error error = { 0 };
	zt_evidence evidence = good(NULL);
	assert_ok(zt_evidence_known(ZT_LIT("p256"), NULL));
	assert_status(zt_evidence_known(ZT_LIT("tpm2"), &error), ZT_E_UNSUPPORTED);
	assert_string_equal(error.code, "UnsupportedFormat");
	assert_non_null(strstr(error.text, "tpm2"));
	assert_status(zt_evidence_check(ZT_LIT("P256"), &evidence, NULL), ZT_E_UNSUPPORTED);
	assert_status(zt_evidence_known(ZT_VIEW_EMPTY, NULL), ZT_E_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_keys_signature_is_evidence),
		cmocka_unit_test(it_covers_tenant_nonce_and_key),
		cmocka_unit_test(the_root_key_itself_is_not_certified),
		cmocka_unit_test(a_signature_must_be_there_and_base64),
		cmocka_unit_test(a_format_that_nobody_knows_is_named),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
