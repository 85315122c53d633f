/* What the certificates hold is read by the openssl command line; the expectations are AS3's decoded certificates. */
#include "x509/issue.h"

#include "fixture.h"
#include "x509/verify.h"

#define DEVICE_ID                                                          \
	"1a08aea2864a9743475f8c540ab86f66d1b27f453586ed8501c71dc729b43b5f" \
	"0a2fd548a92bc678b30fd6d3267c367a426695f2aa5eff33491e8a2d58ca9135"
#define TENANT "Microsoft Azure Sphere 8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33"
#define BEGIN_MS 1684248900000LL /* 2023-05-16T14:55:00Z */
#define DAY_MS (24LL * 3600 * 1000)
#define TEXT "openssl x509 -inform DER -in $IN -noout -text -certopt no_header,no_serial,no_pubkey,no_sigdump"
#define BYTES "openssl asn1parse -inform DER -in $IN"
/* OIDs and values of extensions only: type, critical flag, bytes. */
#define EXTENSIONS BYTES " | awk '/cont \\[ 3 \\]/{on=1;next} on && /d=5|d=1/{if(/d=1/)exit; sub(/^.*: /,\"\"); print}'"

static const zt_rdn tenant_subject[] = {
	{ "C", ZT_LIT_INIT("US"), false },      { "ST", ZT_LIT_INIT("Washington"), false },
	{ "L", ZT_LIT_INIT("Redmond"), false }, { "O", ZT_LIT_INIT("Microsoft Corporation"), false },
	{ "CN", ZT_LIT_INIT(TENANT), false },
};
static const zt_rdn policy_name[] = {
	{ "C", ZT_LIT_INIT("US"), false },
	{ "O", ZT_LIT_INIT("Microsoft Corporation"), false },
	{ "CN", ZT_LIT_INIT("Azure Sphere Policy CA 2022"), false },
};
static const zt_rdn device_subject[] = { { "CN", ZT_LIT_INIT(DEVICE_ID), false } };

static struct {
	zt_key *ca_key, *policy_key, *leaf_key;
	zt_str ca; /* DER of the tenant CA */
} world;

/* Issues over `key`'s public half. */
static zt_str issue(zt_issue_spec spec, const zt_key *key)
{
	zt_str spki = ZT_STR(4096), der = ZT_STR(16384);
	zt_error error = { 0 };
	assert_ok(zt_key_spki(key, &spki));
	spec.spki = zt_str_view(&spki);
	if (zt_certificate_issue(&spec, &der, &error) != ZT_OK)
		fail_msg("%s", error.text);
	zt_str_free(&spki);
	return der;
}

static zt_issue_spec tenant_ca(void)
{
	return (zt_issue_spec){ .profile = ZT_PROFILE_TENANT_CA,
				.subject = tenant_subject,
				.subject_count = ZT_COUNT(tenant_subject),
				.issuer = policy_name,
				.issuer_count = ZT_COUNT(policy_name),
				.not_before_ms = BEGIN_MS,
				.not_after_ms = BEGIN_MS + 730 * DAY_MS,
				.issuer_key = world.policy_key };
}

static zt_issue_spec under_tenant(zt_profile profile, const zt_rdn *subject)
{
	return (zt_issue_spec){ .profile = profile,
				.subject = subject,
				.subject_count = 1,
				.not_before_ms = BEGIN_MS,
				.not_after_ms = BEGIN_MS + DAY_MS,
				.issuer_der = zt_str_view(&world.ca),
				.issuer_key = world.ca_key };
}

static int make_world(void **state)
{
	(void)state;
	assert_ok(zt_key_new(ZT_KEY_P384, &world.ca_key, NULL));
	assert_ok(zt_key_new(ZT_KEY_P384, &world.policy_key, NULL));
	assert_ok(zt_key_new(ZT_KEY_P256, &world.leaf_key, NULL));
	world.ca = issue(tenant_ca(), world.ca_key);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	zt_key_free(world.ca_key);
	zt_key_free(world.policy_key);
	zt_key_free(world.leaf_key);
	zt_str_free(&world.ca);
	return 0;
}

static void a_tenant_ca_is_as_as3_issues_it(void **state)
{
	(void)state;
	assert_shell(zt_str_view(&world.ca), TEXT,
		     "        Version: 3 (0x2)\n"
		     "        Signature Algorithm: ecdsa-with-SHA384\n"
		     "        Issuer: C = US, O = Microsoft Corporation, CN = Azure Sphere Policy CA 2022\n"
		     "        Validity\n"
		     "            Not Before: May 16 14:55:00 2023 GMT\n"
		     "            Not After : May 15 14:55:00 2025 GMT\n"
		     "        Subject: C = US, ST = Washington, L = Redmond, O = Microsoft Corporation, CN = " TENANT
		     "\n"
		     "        X509v3 extensions:\n"
		     "            X509v3 Key Usage: critical\n"
		     "                Digital Signature, Certificate Sign, CRL Sign\n"
		     "            X509v3 Basic Constraints: critical\n"
		     "                CA:TRUE\n"
		     "            X509v3 CRL Distribution Points: \n"
		     "                Full Name:\n"
		     "                  URI:http://crl.sphere.azure.net/Microsoft Azure Sphere Policy2022.crl\n"
		     "            Authority Information Access: \n"
		     "                CA Issuers - "
		     "URI:http://pki.sphere.azure.net/certificates/MicrosoftAzureSpherePolicy2022.cer\n");
}

static void all_names_of_a_tenant_ca_are_printable_strings(void **state)
{
	(void)state;
	assert_shell(zt_str_view(&world.ca), BYTES " | grep -c 'PRINTABLESTRING'", "8\n");
	assert_shell(zt_str_view(&world.ca), BYTES " | grep -c 'UTF8STRING' || true", "0\n");
}

static void a_tenant_ca_has_a_p384_key(void **state)
{
	(void)state;
	assert_shell(zt_str_view(&world.ca),
		     "openssl x509 -inform DER -in $IN -noout -pubkey | openssl pkey -pubin -noout -text "
		     "| grep OID",
		     "ASN1 OID: secp384r1\n");
}

static void a_serial_number_is_16_random_bytes(void **state)
{
	(void)state;
	zt_str other = issue(tenant_ca(), world.ca_key);
	static const char serial[] = "openssl x509 -inform DER -in $IN -noout -serial | cut -d= -f2 | tr -d '\n'";
	zt_str first = shell(zt_str_view(&world.ca), serial), second = shell(zt_str_view(&other), serial);
	/* A leading zero byte, one time in 256, makes it shorter. */
	assert_in_range(first.n, 28, 32);
	assert_in_range(second.n, 28, 32);
	assert_string_not_equal(first.p, second.p);
	zt_str_free(&other);
	zt_str_free(&first);
	zt_str_free(&second);
}

static void a_proof_of_possession_has_as3s_two_extensions_and_no_other(void **state)
{
	(void)state;
	zt_rdn code = { "CN", ZT_LIT("94bd028892859c06078f160befe328e7692f406c1a86d8571f3e445e7bd4aecd"), false };
	zt_issue_spec spec = under_tenant(ZT_PROFILE_PROOF, &code);
	spec.not_before_ms = BEGIN_MS - 5 * 60 * 1000;
	spec.not_after_ms = BEGIN_MS + 60 * 60 * 1000;
	zt_str proof = issue(spec, world.policy_key);
	assert_shell(zt_str_view(&proof), EXTENSIONS,
		     "OBJECT            :X509v3 Key Usage\n"
		     "BOOLEAN           :255\n"
		     "OCTET STRING      [HEX DUMP]:03020001\n"
		     "OBJECT            :X509v3 Extended Key Usage\n"
		     "BOOLEAN           :255\n"
		     "OCTET STRING      [HEX DUMP]:3000\n");
	assert_shell(zt_str_view(&proof), "openssl x509 -inform DER -in $IN -noout -subject -issuer -dates",
		     "subject=CN = 94bd028892859c06078f160befe328e7692f406c1a86d8571f3e445e7bd4aecd\n"
		     "issuer=C = US, ST = Washington, L = Redmond, O = Microsoft Corporation, CN = " TENANT "\n"
		     "notBefore=May 16 14:50:00 2023 GMT\n"
		     "notAfter=May 16 15:55:00 2023 GMT\n");
	zt_str_free(&proof);
}

static void a_device_certificate_has_one_name_of_128_characters(void **state)
{
	(void)state;
	zt_str device = issue(under_tenant(ZT_PROFILE_DEVICE, device_subject), world.leaf_key);
	assert_shell(zt_str_view(&device), TEXT,
		     "        Version: 3 (0x2)\n"
		     "        Signature Algorithm: ecdsa-with-SHA384\n"
		     "        Issuer: C = US, ST = Washington, L = Redmond, O = Microsoft Corporation, CN = " TENANT
		     "\n"
		     "        Validity\n"
		     "            Not Before: May 16 14:55:00 2023 GMT\n"
		     "            Not After : May 17 14:55:00 2023 GMT\n"
		     "        Subject: CN = " DEVICE_ID "\n"
		     "        X509v3 extensions:\n"
		     "            X509v3 Key Usage: critical\n"
		     "                Digital Signature\n"
		     "            X509v3 Extended Key Usage: \n"
		     "                TLS Web Client Authentication\n");
	assert_shell(zt_str_view(&device), BYTES " | grep -c 'prim: PRINTABLESTRING   :" DEVICE_ID "'", "1\n");
	zt_str_free(&device);
}

/* openssl verify of `leaf` under `ca`, with a day that both live in. */
static void assert_verifies(const zt_str *ca, const zt_str *leaf, const char *options)
{
	zt_str text = ZT_STR(65536);
	assert_ok(zt_pem_put(zt_str_view(ca), "CERTIFICATE", &text));
	assert_ok(zt_pem_put(zt_str_view(leaf), "CERTIFICATE", &text));
	assert_int_equal(setenv("OPTIONS", options, 1), 0);
	assert_shell(
	    zt_str_view(&text),
	    "awk -v f=$IN '/BEGIN/{n++} {print > (f \".\" n)}' $IN; "
	    "openssl verify -attime 1684249000 $OPTIONS -trusted $IN.1 $IN.2 2>&1 | sed 's/.*: //'; rm -f $IN.1 $IN.2",
	    "OK\n");
	zt_str_free(&text);
}

static void openssl_verifies_a_device_certificate_as_a_tls_client(void **state)
{
	(void)state;
	zt_str device = issue(under_tenant(ZT_PROFILE_DEVICE, device_subject), world.leaf_key);
	assert_verifies(&world.ca, &device, "-partial_chain -purpose sslclient");
	zt_str_free(&device);
}

static void key_identifiers_link_leaf_and_ca(void **state)
{
	(void)state;
	zt_issue_spec ca_spec = tenant_ca();
	ca_spec.key_identifiers = true;
	zt_str ca = issue(ca_spec, world.ca_key);
	zt_issue_spec spec = under_tenant(ZT_PROFILE_DEVICE, device_subject);
	spec.key_identifiers = true;
	spec.issuer_der = zt_str_view(&ca);
	zt_str leaf = issue(spec, world.leaf_key);
	static const char subject_id[] =
	    "openssl x509 -inform DER -in $IN -noout -ext subjectKeyIdentifier | tail -1 | tr -d ' \n'";
	static const char authority_id[] =
	    "openssl x509 -inform DER -in $IN -noout -ext authorityKeyIdentifier | tail -1 | tr -d ' \n'";
	static const char key_hash[] =
	    "openssl x509 -inform DER -in $IN -noout -pubkey | openssl pkey -pubin -outform DER "
	    "| tail -c 97 | sha1sum | cut -c1-40 | tr a-f A-F | sed 's/../&:/g;s/:$//' | tr -d '\n'";
	zt_str ca_id = shell(zt_str_view(&ca), subject_id), hash = shell(zt_str_view(&ca), key_hash);
	zt_str leaf_authority = shell(zt_str_view(&leaf), authority_id);
	assert_string_equal(ca_id.p, hash.p);
	assert_string_equal(leaf_authority.p, ca_id.p);
	assert_verifies(&ca, &leaf, "-partial_chain -purpose sslclient -x509_strict");
	zt_str_free(&ca_id);
	zt_str_free(&hash);
	zt_str_free(&leaf_authority);
	zt_str_free(&ca);
	zt_str_free(&leaf);
}

static void a_leaf_names_no_key_identifier_that_its_ca_lacks(void **state)
{
	(void)state;
	zt_issue_spec spec = under_tenant(ZT_PROFILE_DEVICE, device_subject);
	spec.key_identifiers = true;
	zt_str leaf = issue(spec, world.leaf_key);
	assert_shell(zt_str_view(&leaf), TEXT " | grep -c 'Authority Key' || true", "0\n");
	zt_str_free(&leaf);
}

static void a_server_certificate_carries_names_and_addresses(void **state)
{
	(void)state;
	static const zt_rdn root_name[] = { { "CN", ZT_LIT_INIT("root"), true } };
	static const zt_rdn server_name[] = { { "CN", ZT_LIT_INIT("localhost"), true } };
	static const char *const names[] = { "localhost", "127.0.0.1", "::1", "gateway.example" };
	zt_issue_spec spec = { .profile = ZT_PROFILE_CA,
			       .subject = root_name,
			       .subject_count = 1,
			       .not_before_ms = BEGIN_MS,
			       .not_after_ms = BEGIN_MS + DAY_MS,
			       .issuer_key = world.ca_key };
	zt_str root = issue(spec, world.ca_key);
	spec = (zt_issue_spec){ .profile = ZT_PROFILE_SERVER,
				.subject = server_name,
				.subject_count = 1,
				.not_before_ms = BEGIN_MS,
				.not_after_ms = BEGIN_MS + DAY_MS,
				.issuer_der = zt_str_view(&root),
				.issuer_key = world.ca_key,
				.dns_names = names,
				.dns_count = ZT_COUNT(names) };
	zt_str server = issue(spec, world.leaf_key);
	assert_shell(zt_str_view(&server), "openssl x509 -inform DER -in $IN -noout -ext subjectAltName",
		     "X509v3 Subject Alternative Name: \n"
		     "    DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:gateway.example\n");
	assert_verifies(&root, &server, "-purpose sslserver -x509_strict -verify_hostname gateway.example");
	assert_verifies(&root, &server, "-purpose sslserver -x509_strict -verify_ip ::1");
	zt_str_free(&root);
	zt_str_free(&server);
}

static void a_certificate_of_awss_shape_has_an_issuer_of_its_own(void **state)
{
	(void)state;
	static const zt_rdn subject[] = { { "CN", ZT_LIT_INIT("AWS IoT Certificate"), true } };
	static const zt_rdn issuer[] = {
		{ "OU", ZT_LIT_INIT("Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US"), true }
	};
	zt_issue_spec spec = { .profile = ZT_PROFILE_AWS_CLIENT,
			       .subject = subject,
			       .subject_count = 1,
			       .issuer = issuer,
			       .issuer_count = 1,
			       .not_before_ms = BEGIN_MS,
			       .not_after_ms = 2524607999000LL,
			       .issuer_key = world.policy_key };
	zt_str cert = issue(spec, world.leaf_key);
	assert_shell(zt_str_view(&cert), TEXT " | grep -v -E '^ +([0-9A-F]{2}:){3}'",
		     "        Version: 3 (0x2)\n"
		     "        Signature Algorithm: ecdsa-with-SHA384\n"
		     "        Issuer: OU = Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US\n"
		     "        Validity\n"
		     "            Not Before: May 16 14:55:00 2023 GMT\n"
		     "            Not After : Dec 31 23:59:59 2049 GMT\n"
		     "        Subject: CN = AWS IoT Certificate\n"
		     "        X509v3 extensions:\n"
		     "            X509v3 Basic Constraints: critical\n"
		     "                CA:FALSE\n"
		     "            X509v3 Key Usage: critical\n"
		     "                Digital Signature\n"
		     "            X509v3 Subject Key Identifier: \n"
		     "            X509v3 Authority Key Identifier: \n");
	zt_str_free(&cert);
}

static void rsa_and_p256_sign_with_sha256(void **state)
{
	(void)state;
	static const char *const algorithms[] = { "        Signature Algorithm: ecdsa-with-SHA256\n", NULL,
						  "        Signature Algorithm: sha256WithRSAEncryption\n" };
	for (zt_key_kind kind = ZT_KEY_P256; kind <= ZT_KEY_RSA2048; kind += 2) {
		zt_key *key = NULL;
		assert_ok(zt_key_new(kind, &key, NULL));
		zt_issue_spec spec = { .profile = ZT_PROFILE_CA,
				       .subject = device_subject,
				       .subject_count = 1,
				       .not_before_ms = BEGIN_MS,
				       .not_after_ms = BEGIN_MS + DAY_MS,
				       .issuer_key = key };
		zt_str cert = issue(spec, key);
		assert_shell(zt_str_view(&cert), TEXT " | grep Signature.Alg", algorithms[kind]);
		zt_str_free(&cert);
		zt_key_free(key);
	}
}

static void assert_no_certificate(zt_rdn rdn)
{
	zt_str spki = ZT_STR(4096), der = ZT_STR(16384);
	zt_error error = { 0 };
	zt_issue_spec spec = under_tenant(ZT_PROFILE_DEVICE, &rdn);
	assert_ok(zt_key_spki(world.leaf_key, &spki));
	spec.spki = zt_str_view(&spki);
	assert_status(zt_certificate_issue(&spec, &der, &error), ZT_E_INVALID);
	assert_int_equal(der.n, 0);
	assert_true(error.text[0]);
	zt_str_free(&spki);
	zt_str_free(&der);
}

static void names_that_their_string_type_cannot_hold_are_refused(void **state)
{
	(void)state;
	assert_no_certificate((zt_rdn){ "CN", ZT_LIT("a_b"), false }); /* no '_' in PrintableString */
	assert_no_certificate((zt_rdn){ "CN", ZT_LIT("ab\0c"), false });
	assert_no_certificate((zt_rdn){ "CN", ZT_LIT("caf\xe9"), true });
	assert_no_certificate((zt_rdn){ "CN", ZT_VIEW_EMPTY, false });
	assert_no_certificate((zt_rdn){ "XX", ZT_LIT("a"), false });
}

static void a_public_key_that_is_none_is_refused(void **state)
{
	(void)state;
	zt_str der = ZT_STR(16384);
	zt_issue_spec spec = under_tenant(ZT_PROFILE_DEVICE, device_subject);
	spec.spki = ZT_LIT("no key");
	assert_status(zt_certificate_issue(&spec, &der, NULL), ZT_E_INVALID);
	zt_str_free(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenant_ca_is_as_as3_issues_it),
		cmocka_unit_test(all_names_of_a_tenant_ca_are_printable_strings),
		cmocka_unit_test(a_tenant_ca_has_a_p384_key),
		cmocka_unit_test(a_serial_number_is_16_random_bytes),
		cmocka_unit_test(a_proof_of_possession_has_as3s_two_extensions_and_no_other),
		cmocka_unit_test(a_device_certificate_has_one_name_of_128_characters),
		cmocka_unit_test(openssl_verifies_a_device_certificate_as_a_tls_client),
		cmocka_unit_test(key_identifiers_link_leaf_and_ca),
		cmocka_unit_test(a_leaf_names_no_key_identifier_that_its_ca_lacks),
		cmocka_unit_test(a_server_certificate_carries_names_and_addresses),
		cmocka_unit_test(a_certificate_of_awss_shape_has_an_issuer_of_its_own),
		cmocka_unit_test(rsa_and_p256_sign_with_sha256),
		cmocka_unit_test(names_that_their_string_type_cannot_hold_are_refused),
		cmocka_unit_test(a_public_key_that_is_none_is_refused),
	};
	return cmocka_run_group_tests(tests, make_world, end_world);
}
