/* Loading: what another version or a broken disk left is told in clear words, and much is loaded rightly. */
#include "certs.h"

#include "cloud/registry/tags.h"

static const zt_account account = { "aws", "eu-west-1", ACCOUNT, "localhost" };

/* Writes one record behind the registry's back and loads everything again. */
static zt_status load_with(registry_fixture *f, unsigned kind, zt_view key, zt_view value)
{
	zt_changes *changes;
	zt_record record = { kind, key, value };
	zt_clock clock = { fixture_now, fixture_now, f };
	assert_ok(zt_changes_new(&changes));
	assert_ok(zt_changes_put(changes, &record));
	zt_store_submit(f->store, changes, NULL, NULL);
	fixture_close(f);
	assert_ok(zt_store_open(f->loop, f->path, &f->store, &f->error));
	zt_status status = zt_registry_new(f->store, &account, clock, &f->registry, &f->error);
	if (status == ZT_OK)
		return ZT_OK;
	assert_null(f->registry);
	assert_int_equal(f->error.status, status);
	/* Takes it out again, so that the fixture can end. */
	assert_ok(zt_changes_new(&changes));
	assert_ok(zt_changes_delete(changes, kind, key));
	zt_store_submit(f->store, changes, NULL, NULL);
	zt_store_close(f->store);
	fixture_open(f);
	return status;
}

#define assert_unreadable(f, kind, key, value, status, words)                            \
	do {                                                                             \
		assert_status(load_with(f, kind, ZT_LIT(key), ZT_LIT(value)), status);   \
		if (!strstr((f)->error.text, words))                                     \
			fail_msg("\"%s\" does not hold \"%s\"", (f)->error.text, words); \
	} while (0)

static void a_kind_of_a_later_version_is_told(void **state)
{
	registry_fixture *f = *state;
	assert_unreadable(f, 77, "k", "{}", ZT_E_CONFIG, "kind 77");
	assert_unreadable(f, 0, "k", "{}", ZT_E_CONFIG, "kind 0");
}

static void a_form_of_a_later_version_is_told(void **state)
{
	registry_fixture *f = *state;
	assert_unreadable(f, ZT_KIND_TAGS, "arn:x", "{\"v\":2}", ZT_E_CONFIG,
			  "the stored tags 'arn:x' cannot be read: written by a newer version of this program");
}

static void a_damaged_record_is_named_with_its_field(void **state)
{
	registry_fixture *f = *state;
	assert_unreadable(f, ZT_KIND_TAGS, "arn:x", "", ZT_E_INVALID, "not JSON");
	assert_unreadable(f, ZT_KIND_TAGS, "arn:x", "[]", ZT_E_INVALID, "v is missing");
	assert_unreadable(f, ZT_KIND_TAGS, "arn:x", "{\"v\":1}", ZT_E_INVALID, "tags is missing or wrong");
	assert_unreadable(f, ZT_KIND_TAGS, "arn:x", "{\"v\":1,\"tags\":{\"a\":1}}", ZT_E_INVALID,
			  "tags is missing or wrong");
	assert_unreadable(f, ZT_KIND_THING, "lamp", "{\"v\":1,\"id\":7}", ZT_E_INVALID,
			  "the stored thing 'lamp' cannot be read: id");
	assert_unreadable(f, ZT_KIND_POLICY, "p",
			  "{\"v\":1,\"generation\":\"\",\"created\":1,\"modified\":1,\"next\":2}", ZT_E_INVALID,
			  "no default version");
	assert_unreadable(f, ZT_KIND_RULE, "r", "{\"v\":1,\"created\":1,\"payload\":{}}", ZT_E_INVALID, "payload");
	assert_unreadable(f, ZT_KIND_ACCESS_KEY, "AKIA", "{\"v\":1}", ZT_E_INVALID, "secret");
	assert_unreadable(f, ZT_KIND_RETAINED, "t", "{\"v\":1,\"qos\":2,\"modified\":1}\0x", ZT_E_INVALID, "QoS");
	assert_unreadable(f, ZT_KIND_INVOCATION, "i", "{\"v\":1,\"function\":\"f\",\"attempts\":-1}", ZT_E_INVALID,
			  "attempts");
}

static void a_name_with_a_nul_is_told(void **state)
{
	registry_fixture *f = *state;
	assert_unreadable(f, ZT_KIND_META, "a\0b", "{\"v\":1,\"text\":\"t\"}", ZT_E_INVALID,
			  "the stored setting 'a' cannot be read");
}

static void a_certificate_that_is_not_its_id_is_told(void **state)
{
	registry_fixture *f = *state;
	assert_unreadable(f, ZT_KIND_CERTIFICATE, DEVICE, "{\"v\":1}\0abc", ZT_E_INVALID,
			  "the certificate is missing or wrong");
	assert_unreadable(f, ZT_KIND_CA, TENANT_CA, "{\"v\":1}", ZT_E_INVALID, "the certificate is missing or wrong");
}

static void an_attachment_without_its_policy_is_told(void **state)
{
	registry_fixture *f = *state;
	assert_unreadable(f, ZT_KIND_POLICY_ATTACHMENT, "p\0" DEVICE_ARN, "{\"v\":1}", ZT_E_INVALID,
			  "its policy is missing");
}

static void a_good_record_is_loaded(void **state)
{
	registry_fixture *f = *state;
	assert_ok(load_with(f, ZT_KIND_TAGS, ZT_LIT("arn:x"), ZT_LIT("{\"v\":1,\"tags\":{\"a\":\"b\"}}")));
	assert_string_equal(json_string_value(json_object_get(zt_registry_tags(f->registry, ZT_LIT("arn:x")), "a")),
			    "b");
}

enum { MANY = 10000, AT_A_TIME = 500 };

/* A certificate like the device's with another serial number: its DER differs, and so does its id. */
static void add_many(registry_fixture *f, const zt_str *der)
{
	zt_str other = ZT_STR(ZT_CERT_DER_MAX);
	const zt_certificate *certificate;
	assert_ok(zt_str_put(&other, zt_str_view(der)));
	for (unsigned i = 0; i < MANY; i++) {
		/* The last bytes belong to the signature, which nobody checks here. */
		other.p[other.n - 1] = (char)i;
		other.p[other.n - 2] = (char)(i >> 8);
		zt_certificate_spec spec = { zt_str_view(&other), ZT_LIT(TENANT_CA), ZT_CERT_ACTIVE, ZT_MODE_DEFAULT };
		if (i % AT_A_TIME == 0)
			begin(f);
		assert_ok(zt_txn_certificate_add(f->txn, &spec, &certificate, &f->error));
		f->now_ms++;
		if (i % AT_A_TIME == AT_A_TIME - 1)
			assert_ok(commit(f));
	}
	zt_str_free(&other);
}

static void ten_thousand_certificates_come_back_in_order(void **state)
{
	registry_fixture *f = *state;
	const zt_ca *ca;
	zt_str der = der_of("device");
	begin(f);
	assert_ok(register_ca(f, "tenant-ca", &ca));
	assert_ok(commit(f));
	add_many(f, &der);
	reload(f);
	int64_t expected_ms = fixture_start_ms;
	const zt_certificate *certificate;
	for (zt_view after = ZT_VIEW_EMPTY;
	     (certificate = zt_registry_next_certificate(f->registry, ZT_LIT(TENANT_CA), after));
	     after = zt_view_of(certificate->id))
		assert_int_equal(certificate->created_ms, expected_ms++);
	assert_int_equal(expected_ms, fixture_start_ms + MANY);
	zt_str_free(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kind_of_a_later_version_is_told),
		TEST(a_form_of_a_later_version_is_told),
		TEST(a_damaged_record_is_named_with_its_field),
		TEST(a_name_with_a_nul_is_told),
		TEST(a_certificate_that_is_not_its_id_is_told),
		TEST(an_attachment_without_its_policy_is_told),
		TEST(a_good_record_is_loaded),
		TEST(ten_thousand_certificates_come_back_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
