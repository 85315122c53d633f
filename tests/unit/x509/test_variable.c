/* Certificate policy variables, with attributes and values of AWS's examples ("X.509 certificate policy variables"). */
#include "x509/variable.h"

#include "fixture.h"
#include "x509/read.h"

static zt_cert_info *read_variables(void)
{
	zt_cert_info *info = NULL;
	zt_str der = fixture_der("variables");
	assert_ok(zt_cert_read(zt_str_view(&der), &info, NULL));
	zt_str_free(&der);
	return info;
}

static void assert_value(const zt_cert_info *info, const char *name, size_t index, const char *expected)
{
	zt_view value = ZT_VIEW_EMPTY;
	bool has = zt_cert_variable(info, zt_view_of(name), index, &value);
	if (has != (expected != NULL) || (has && !zt_view_equal(value, zt_view_of(expected))))
		fail_msg("%s %zu is \"%.*s\"", name, index, ZT_PRI(value));
}

static void the_serial_number_is_decimal(void **state)
{
	(void)state;
	zt_cert_info *info = read_variables();
	assert_value(info, "SerialNumber", 0, "10525622389124227206");
	assert_value(info, "serialnumber", 0, "10525622389124227206");
	assert_value(info, "SerialNumber", 1, NULL);
	zt_cert_info_free(info);
}

static void special_characters_stand_behind_a_backslash(void **state)
{
	(void)state;
	zt_cert_info *info = read_variables();
	assert_value(info, "Subject.Organization", 0, "Amazon Web Services O\\=Amazon.com Inc.");
	assert_value(info, "Subject.CommonName", 0, "a\\,b");
	assert_view(zt_cert_common_name(info), "a,b");
	assert_value(info, "Issuer.CommonName", 0, "ca");
	assert_value(info, "Subject.Country", 0, NULL);
	zt_cert_info_free(info);
}

static void alternative_names_of_subject_and_issuer(void **state)
{
	(void)state;
	zt_cert_info *info = read_variables();
	assert_value(info, "Subject.AlternativeName.DNSName", 0, "example.com");
	assert_value(info, "Subject.AlternativeName.IPAddress", 0, "1.2.3.4");
	assert_value(info, "Subject.AlternativeName.UniformResourceIdentifier", 0, "ResourceIdentifier001");
	assert_value(info, "Subject.AlternativeName.RFC822Name", 0, "device1@example.com");
	assert_value(info, "Subject.AlternativeName.DirectoryName", 0, "cn=LightBulbCert,ou=SmartHome,o=IoT,c=US");
	assert_value(info, "Issuer.AlternativeName.DNSName", 0, "issuer.com");
	assert_value(info, "Issuer.AlternativeName.IPAddress", 0, "5.6.7.8");
	assert_value(info, "Issuer.AlternativeName.UniformResourceIdentifier", 0, "PrimarySignerCA");
	assert_value(info, "Issuer.AlternativeName.RFC822Name", 0, "primary@issuer.com");
	assert_value(info, "Issuer.AlternativeName.DirectoryName", 0,
		     "cn=Primary Issuer CA,ou=IoT Devices,o=Issuer,c=US");
	zt_cert_info_free(info);
}

static void five_of_a_kind_are_kept_and_a_nul_is_no_name(void **state)
{
	(void)state;
	zt_cert_info *info = read_variables();
	assert_value(info, "Subject.AlternativeName.DNSName", 1, "2.example.com");
	assert_value(info, "Subject.AlternativeName.DNSName", 4, "5.example.com");
	assert_value(info, "Subject.AlternativeName.DNSName", 5, NULL);
	zt_cert_info_free(info);
}

static void available_keys_are_those_with_values(void **state)
{
	(void)state;
	static const char *const keys[] = {
		"iot:Certificate.Subject.CommonName",
		"iot:Certificate.Subject.Organization",
		"iot:Certificate.Subject.AlternativeName.RFC822Name",
		"iot:Certificate.Subject.AlternativeName.DNSName",
		"iot:Certificate.Subject.AlternativeName.DirectoryName",
		"iot:Certificate.Subject.AlternativeName.UniformResourceIdentifier",
		"iot:Certificate.Subject.AlternativeName.IPAddress",
		"iot:Certificate.Issuer.CommonName",
		"iot:Certificate.Issuer.AlternativeName.RFC822Name",
		"iot:Certificate.Issuer.AlternativeName.DNSName",
		"iot:Certificate.Issuer.AlternativeName.DirectoryName",
		"iot:Certificate.Issuer.AlternativeName.UniformResourceIdentifier",
		"iot:Certificate.Issuer.AlternativeName.IPAddress",
		"iot:Certificate.SerialNumber",
		NULL,
	};
	zt_cert_info *info = read_variables();
	for (size_t i = 0; i < ZT_COUNT(keys); i++)
		assert_value(info, "AvailableKeys", i, keys[i]);
	zt_cert_info_free(info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_serial_number_is_decimal),
		cmocka_unit_test(special_characters_stand_behind_a_backslash),
		cmocka_unit_test(alternative_names_of_subject_and_issuer),
		cmocka_unit_test(five_of_a_kind_are_kept_and_a_nul_is_no_name),
		cmocka_unit_test(available_keys_are_those_with_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
