/* One source for both bodies: OpenSSL and mbedTLS must read the same from every certificate. */
#include "x509/read.h"

#include "fixture.h"

#define DEVICE_ID                                                          \
	"1a08aea2864a9743475f8c540ab86f66d1b27f453586ed8501c71dc729b43b5f" \
	"0a2fd548a92bc678b30fd6d3267c367a426695f2aa5eff33491e8a2d58ca9135"
#define TENANT_GUID "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33"

static zt_cert_info *read_fixture(const char *name)
{
	zt_cert_info *info = NULL;
	zt_error error = { 0 };
	zt_str der = fixture_der(name);
	if (zt_cert_read(zt_str_view(&der), &info, &error) != ZT_OK)
		fail_msg("%s: %s", name, error.text);
	zt_str_free(&der);
	return info;
}

static void a_tenant_ca_gives_its_names_serial_and_dates(void **state)
{
	(void)state;
	zt_cert_info *info = read_fixture("tenant-ca");
	assert_string_equal(info->id, "6d094a13e6744a2045dffbe90c60c4e810bd6f5f92f10a95ba54e84cca528296");
	assert_string_equal(info->serial_hex, "f1c2a3b4d5e6f708192a3b4c5d6e7f80");
	assert_string_equal(info->serial_decimal, "321354572934754656323978700795048525696");
	assert_view(zt_dn_value(&info->subject, ZT_DN_COUNTRY, 0), "US");
	assert_view(zt_dn_value(&info->subject, ZT_DN_STATE, 0), "Washington");
	assert_view(zt_dn_value(&info->subject, ZT_DN_ORGANIZATION, 0), "Microsoft Corporation");
	assert_view(zt_cert_common_name(info), "Microsoft Azure Sphere " TENANT_GUID);
	assert_view(zt_dn_value(&info->issuer, ZT_DN_COMMON_NAME, 0), "Azure Sphere Policy CA 2022");
	assert_int_equal(info->not_before_ms, 1684248900000); /* 2023-05-16T14:55:00Z */
	assert_int_equal(info->not_after_ms, 1747320900000);  /* 2025-05-15T14:55:00Z */
	assert_true(info->is_ca);
	zt_cert_info_free(info);
}

static void the_attributes_keep_their_order(void **state)
{
	(void)state;
	static const zt_dn_kind order[] = { ZT_DN_COUNTRY, ZT_DN_STATE, ZT_DN_ORGANIZATION, ZT_DN_COMMON_NAME };
	zt_cert_info *info = read_fixture("tenant-ca");
	assert_int_equal(info->subject.count, ZT_COUNT(order));
	for (size_t i = 0; i < ZT_COUNT(order); i++)
		assert_int_equal(info->subject.parts[i].kind, order[i]);
	zt_cert_info_free(info);
}

static void a_device_certificate_has_a_common_name_of_128_characters(void **state)
{
	(void)state;
	zt_cert_info *info = read_fixture("device");
	assert_string_equal(info->id, "1e488c886c6b4735357ce1a7ac55140b3c5b5a20d3ee1f5cdbefdd9220ad3e44");
	assert_view(zt_cert_common_name(info), DEVICE_ID);
	assert_true(zt_is_device_id(zt_cert_common_name(info)));
	assert_int_equal(info->not_before_ms, 1738324500000);
	assert_int_equal(info->not_after_ms, 1738411200000);
	assert_false(info->is_ca);
	zt_cert_info_free(info);
}

static void an_unknown_critical_extension_does_not_hide_the_name(void **state)
{
	(void)state;
	zt_cert_info *info = read_fixture("device-measured");
	assert_view(zt_cert_common_name(info), DEVICE_ID);
	zt_cert_info_free(info);
}

static void the_tenant_is_found_in_subject_and_issuer(void **state)
{
	(void)state;
	zt_cert_info *ca = read_fixture("tenant-ca"), *device = read_fixture("device");
	assert_view(zt_cert_tenant(ca, false), TENANT_GUID);
	assert_view(zt_cert_tenant(ca, true), "");
	assert_view(zt_cert_tenant(device, true), TENANT_GUID);
	assert_view(zt_cert_tenant(device, false), "");
	zt_cert_info_free(ca);
	zt_cert_info_free(device);
}

static zt_view tenant_of(const char *common_name)
{
	static zt_cert_info info;
	info.subject.count = 1;
	info.subject.parts[0] = (zt_dn_part){ .kind = ZT_DN_COMMON_NAME, .text = (char *)common_name };
	return zt_cert_tenant(&info, false);
}

static void a_tenant_needs_the_whole_form(void **state)
{
	(void)state;
	assert_view(tenant_of("Microsoft Azure Sphere INT " TENANT_GUID), TENANT_GUID);
	assert_view(tenant_of("Microsoft Azure Sphere 8C5ED1E1-9A7B-4A3D-9A54-06BD1A3D1F33"),
		    "8C5ED1E1-9A7B-4A3D-9A54-06BD1A3D1F33");
	assert_view(tenant_of("Microsoft Azure Sphere " TENANT_GUID "0"), "");
	assert_view(tenant_of("Microsoft Azure Sphere 8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f3"), "");
	assert_view(tenant_of("Microsoft Azure Sphere 8c5ed1e1-9a7b-4a3d-9a5406-bd1a3d1f33"), "");
	assert_view(tenant_of("Microsoft Azure Sphere 8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1fxx"), "");
	assert_view(tenant_of("Microsoft Azure Sphere"), "");
	assert_view(tenant_of("x Microsoft Azure Sphere " TENANT_GUID), "");
}

static void issuer_and_subject_hashes_tell_who_could_have_signed(void **state)
{
	(void)state;
	zt_cert_info *ca = read_fixture("tenant-ca"), *next = read_fixture("tenant-ca-next");
	zt_cert_info *device = read_fixture("device"), *other = read_fixture("names");
	assert_memory_equal(device->issuer.hash, ca->subject.hash, 32);
	assert_memory_equal(next->subject.hash, ca->subject.hash, 32);
	assert_memory_not_equal(ca->issuer.hash, ca->subject.hash, 32);
	assert_memory_not_equal(other->issuer.hash, ca->subject.hash, 32);
	zt_cert_info_free(ca);
	zt_cert_info_free(next);
	zt_cert_info_free(device);
	zt_cert_info_free(other);
}

static void every_string_type_becomes_utf8(void **state)
{
	(void)state;
	zt_cert_info *info = read_fixture("names");
	const zt_dn *name = &info->subject;
	assert_view(zt_dn_value(name, ZT_DN_COMMON_NAME, 0), "Gerät Nr. 1"); /* UTF8String */
	assert_view(zt_dn_value(name, ZT_DN_SURNAME, 0), "Muñoz");           /* TeletexString */
	assert_view(zt_dn_value(name, ZT_DN_SERIAL_NUMBER, 0), "SN-17");     /* PrintableString */
	assert_view(zt_dn_value(name, ZT_DN_STATE, 0), "Österreich");        /* BMPString */
	assert_view(zt_dn_value(name, ZT_DN_ORGANIZATION, 0), "日本 🚀");     /* UniversalString */
	assert_view(zt_dn_value(name, ZT_DN_TITLE, 0), "Dr");
	assert_view(zt_dn_value(name, ZT_DN_GIVEN_NAME, 0), "Ana");
	assert_view(zt_dn_value(name, ZT_DN_INITIALS, 0), "AM");
	assert_view(zt_dn_value(name, ZT_DN_GENERATION_QUALIFIER, 0), "III");
	assert_view(zt_dn_value(name, ZT_DN_QUALIFIER, 0), "Q");
	assert_view(zt_dn_value(name, ZT_DN_PSEUDONYM, 0), "anon");
	zt_cert_info_free(info);
}

static void repeated_attributes_are_counted_and_others_left_out(void **state)
{
	(void)state;
	zt_cert_info *info = read_fixture("names");
	assert_view(zt_dn_value(&info->subject, ZT_DN_ORGANIZATIONAL_UNIT, 0), "first");
	assert_view(zt_dn_value(&info->subject, ZT_DN_ORGANIZATIONAL_UNIT, 1), "second");
	assert_null(zt_dn_value(&info->subject, ZT_DN_ORGANIZATIONAL_UNIT, 2).p);
	assert_int_equal(info->subject.count, 14); /* without locality and e-mail */
	zt_cert_info_free(info);
}

static void two_common_names_are_none(void **state)
{
	(void)state;
	zt_cert_info *info = read_fixture("two-common-names");
	assert_view(zt_cert_common_name(info), "");
	assert_view(zt_dn_value(&info->subject, ZT_DN_COMMON_NAME, 1), "two");
	zt_cert_info_free(info);
}

static void a_certificate_may_have_no_subject(void **state)
{
	(void)state;
	zt_cert_info *info = read_fixture("no-subject");
	assert_int_equal(info->subject.count, 0);
	assert_view(zt_cert_common_name(info), "");
	zt_cert_info_free(info);
}

static bool is_ca(const char *fixture)
{
	zt_cert_info *info = read_fixture(fixture);
	bool ca = info->is_ca;
	zt_cert_info_free(info);
	return ca;
}

static void a_ca_needs_basic_constraints_and_must_be_allowed_to_sign(void **state)
{
	(void)state;
	assert_true(is_ca("ca-rsa-2048"));
	assert_true(is_ca("ca-without-usage"));
	assert_false(is_ca("ca-may-not-sign"));
	assert_false(is_ca("version-1"));
	assert_false(is_ca("names"));
}

static void dates_reach_from_1950_to_9999(void **state)
{
	(void)state;
	zt_cert_info *late = read_fixture("far-dates"), *early = read_fixture("before-1970");
	assert_int_equal(late->not_before_ms, 2524607999000);
	assert_int_equal(late->not_after_ms, 253402300799000);
	assert_int_equal(early->not_before_ms, -631152000000);
	zt_cert_info_free(late);
	zt_cert_info_free(early);
}

static void assert_refused(const char *fixture, zt_status expected)
{
	zt_cert_info *info = NULL;
	zt_error error = { 0 };
	zt_str der = fixture_der(fixture);
	zt_status status = zt_cert_read(zt_str_view(&der), &info, &error);
	if (status != expected)
		fail_msg("%s gave %s", fixture, zt_status_name(status));
	assert_null(info);
	assert_int_equal(error.status, expected);
	assert_true(error.text[0]);
	zt_str_free(&der);
}

static void damaged_certificates_are_refused(void **state)
{
	(void)state;
	assert_refused("bad-nul-in-name", ZT_E_INVALID);
	assert_refused("bad-utf8-in-name", ZT_E_INVALID);
	assert_refused("bad-bmp-half-character", ZT_E_INVALID);
	assert_refused("bad-date", ZT_E_INVALID);
	assert_refused("bad-date-without-seconds", ZT_E_INVALID);
	assert_refused("bad-date-with-offset", ZT_E_INVALID);
	assert_refused("bad-serial", ZT_E_INVALID);
	assert_refused("bad-name-of-25-parts", ZT_E_LIMIT);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	zt_str der = fixture_der("tenant-ca");
	for (size_t n = 0; n < der.n; n++) {
		zt_cert_info *info = NULL;
		assert_status(zt_cert_read(zt_view_make(der.p, n), &info, NULL), ZT_E_INVALID);
		assert_null(info);
	}
	zt_str_free(&der);
}

static void bytes_behind_the_certificate_are_refused(void **state)
{
	(void)state;
	zt_cert_info *info = NULL;
	zt_str der = fixture_der("tenant-ca");
	assert_ok(zt_str_put_u8(&der, 0));
	assert_status(zt_cert_read(zt_str_view(&der), &info, NULL), ZT_E_INVALID);
	zt_str_free(&der);
}

static void a_certificate_over_the_limit_is_refused(void **state)
{
	(void)state;
	static const uint8_t zeros[ZT_CERT_DER_MAX + 1];
	zt_cert_info *info = NULL;
	assert_status(zt_cert_read(zt_view_make(zeros, sizeof zeros), &info, NULL), ZT_E_LIMIT);
}

static void the_first_certificate_of_a_pem_text_is_read(void **state)
{
	(void)state;
	zt_cert_info *info = NULL;
	zt_str text = ZT_STR(65536), device = fixture_pem("device"), ca = fixture_pem("tenant-ca");
	assert_ok(zt_str_put_text(&text, "device, then its CA\n"));
	assert_ok(zt_str_put(&text, zt_str_view(&device)));
	assert_ok(zt_str_put(&text, zt_str_view(&ca)));
	assert_ok(zt_cert_read_pem(zt_str_view(&text), &info, NULL));
	assert_view(zt_cert_common_name(info), DEVICE_ID);
	zt_cert_info_free(info);
	zt_str_free(&text);
	zt_str_free(&device);
	zt_str_free(&ca);
}

static void a_text_without_a_certificate_is_refused(void **state)
{
	(void)state;
	zt_cert_info *info = NULL;
	zt_error error = { 0 };
	assert_status(zt_cert_read_pem(ZT_LIT("hello"), &info, &error), ZT_E_INVALID);
	assert_string_equal(error.text, "there is no PEM certificate in the text");
}

static void a_device_id_is_128_lower_case_hex_digits(void **state)
{
	(void)state;
	assert_true(zt_is_device_id(ZT_LIT(DEVICE_ID)));
	assert_false(zt_is_device_id(zt_view_from(ZT_LIT(DEVICE_ID), 1)));
	assert_false(zt_is_device_id(ZT_LIT(DEVICE_ID "0")));
	assert_false(zt_is_device_id(ZT_VIEW_EMPTY));
	char text[] = DEVICE_ID;
	text[2] = 'A';
	assert_false(zt_is_device_id(zt_view_of(text)));
	text[2] = 'g';
	assert_false(zt_is_device_id(zt_view_of(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tenant_ca_gives_its_names_serial_and_dates),
		cmocka_unit_test(the_attributes_keep_their_order),
		cmocka_unit_test(a_device_certificate_has_a_common_name_of_128_characters),
		cmocka_unit_test(an_unknown_critical_extension_does_not_hide_the_name),
		cmocka_unit_test(the_tenant_is_found_in_subject_and_issuer),
		cmocka_unit_test(a_tenant_needs_the_whole_form),
		cmocka_unit_test(issuer_and_subject_hashes_tell_who_could_have_signed),
		cmocka_unit_test(every_string_type_becomes_utf8),
		cmocka_unit_test(repeated_attributes_are_counted_and_others_left_out),
		cmocka_unit_test(two_common_names_are_none),
		cmocka_unit_test(a_certificate_may_have_no_subject),
		cmocka_unit_test(a_ca_needs_basic_constraints_and_must_be_allowed_to_sign),
		cmocka_unit_test(dates_reach_from_1950_to_9999),
		cmocka_unit_test(damaged_certificates_are_refused),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(bytes_behind_the_certificate_are_refused),
		cmocka_unit_test(a_certificate_over_the_limit_is_refused),
		cmocka_unit_test(the_first_certificate_of_a_pem_text_is_read),
		cmocka_unit_test(a_text_without_a_certificate_is_refused),
		cmocka_unit_test(a_device_id_is_128_lower_case_hex_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
