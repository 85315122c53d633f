#include "zt_cmocka.h"

#include "jitr/name.h"

static const char device_id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
				"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void assert_name(const char *template, unsigned grown, const char *expected)
{
	zt_name_template names;
	char name[ZT_THING_NAME_MAX + 1];
	assert_ok(zt_name_template_parse(zt_view_of(template), &names, NULL));
	assert_ok(zt_name_template_put(&names, device_id, grown, name));
	assert_string_equal(name, expected);
}

static void first_digits_of_the_device_id(void **state)
{
	(void)state;
	assert_name(ZT_NAME_TEMPLATE_DEFAULT, 0, "Azure-Sphere-01234");
	assert_name("{device_id:1}", 0, "0");
	assert_name("a:{device_id:2}_z", 0, "a:01_z");
}

static void grows_digit_by_digit(void **state)
{
	(void)state;
	assert_name(ZT_NAME_TEMPLATE_DEFAULT, 1, "Azure-Sphere-012345");
	assert_name(ZT_NAME_TEMPLATE_DEFAULT, 11, "Azure-Sphere-0123456789abcdef");
}

static void the_whole_device_id_is_as_long_as_a_name_may_be(void **state)
{
	(void)state;
	assert_name("{device_id}", 0, device_id);
	zt_name_template names;
	char name[ZT_THING_NAME_MAX + 1];
	assert_ok(zt_name_template_parse(ZT_LIT("{device_id}"), &names, NULL));
	assert_status(zt_name_template_put(&names, device_id, 1, name), ZT_E_LIMIT);
}

static void growth_ends_at_128_characters(void **state)
{
	(void)state;
	zt_name_template names;
	char name[ZT_THING_NAME_MAX + 1] = "untouched";
	assert_ok(zt_name_template_parse(ZT_LIT("lamp-{device_id:120}"), &names, NULL));
	assert_ok(zt_name_template_put(&names, device_id, 3, name));
	assert_int_equal(strlen(name), 128);
	assert_status(zt_name_template_put(&names, device_id, 4, name), ZT_E_LIMIT);
}

static void refuses_what_gives_no_thing_name(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"",
		"lamp",
		"{device_id",
		"{device_id:}",
		"{device_id:0}",
		"{device_id:129}",
		"{device_id:x}",
		"{device}",
		"a b{device_id:5}",
		"a/{device_id:5}",
		"{device_id:5}{device_id:5}",
		"x{device_id}",
		"{device_id:5}\xc3\xa4",
		"{device_id:99999999999999999999}",
	};
	for (size_t i = 0; i < ZT_COUNT(wrong); i++) {
		zt_name_template names;
		assert_status(zt_name_template_parse(zt_view_of(wrong[i]), &names, NULL), ZT_E_CONFIG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_digits_of_the_device_id),
		cmocka_unit_test(grows_digit_by_digit),
		cmocka_unit_test(the_whole_device_id_is_as_long_as_a_name_may_be),
		cmocka_unit_test(growth_ends_at_128_characters),
		cmocka_unit_test(refuses_what_gives_no_thing_name),
	};
	return cmocka_run_group_tests_name("jitr/name", tests, NULL, NULL);
}
