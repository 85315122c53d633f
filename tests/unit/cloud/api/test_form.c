/* Forms and query strings (HTML, application/x-www-form-urlencoded; RFC 3986 §2.1). */
#include "zt_cmocka.h"

#include "cloud/api/form.h"

static zt_form read_form(const char *text)
{
	zt_form form;
	assert_ok(zt_form_read(zt_view_of(text), &form, NULL));
	return form;
}

static void expect_refused(zt_view text, zt_status expected)
{
	zt_form form;
	zt_error error = { 0 };
	assert_status(zt_form_read(text, &form, &error), expected);
	assert_true(error.text[0] != 0);
}

static void members_are_decoded_in_their_order(void **state)
{
	(void)state;
	zt_form form = read_form("Action=GetRole&Role%4eame=a+b%2Fc&&empty=&flag");
	assert_int_equal(form.count, 4);
	assert_view(form.members[0].name, "Action");
	assert_view(form.members[1].name, "RoleName");
	assert_view(form.members[1].value, "a b/c");
	assert_view(form.members[2].value, "");
	assert_view(form.members[3].name, "flag");
	zt_form_free(&form);
}

static void the_first_of_two_names_counts(void **state)
{
	(void)state;
	zt_view value;
	zt_form form = read_form("a=1&a=2");
	assert_true(zt_form_get(&form, "a", &value));
	assert_view(value, "1");
	assert_false(zt_form_get(&form, "b", &value));
	zt_form_free(&form);
}

static void nothing_is_a_form(void **state)
{
	(void)state;
	zt_form form = read_form("");
	assert_int_equal(form.count, 0);
	zt_form_free(&form);
	zt_form_free(&form);
}

static void only_the_first_equals_sign_divides(void **state)
{
	(void)state;
	zt_form form = read_form("token=YQ==");
	assert_view(form.members[0].value, "YQ==");
	zt_form_free(&form);
}

static void broken_escapes_are_refused(void **state)
{
	(void)state;
	expect_refused(ZT_LIT("a=%"), ZT_E_INVALID);
	expect_refused(ZT_LIT("a=%4"), ZT_E_INVALID);
	expect_refused(ZT_LIT("%zz=1"), ZT_E_INVALID);
}

static void bytes_that_are_no_utf8_are_refused(void **state)
{
	(void)state;
	expect_refused(ZT_LIT("a=%ff"), ZT_E_INVALID);
	expect_refused(ZT_LIT("a=%00"), ZT_E_INVALID);
	expect_refused(ZT_LIT("\xc3=1"), ZT_E_INVALID);
}

static void a_sequence_may_not_straddle_name_and_value(void **state)
{
	(void)state;
	expect_refused(ZT_LIT("%c3=%a4"), ZT_E_INVALID);
}

static void more_members_than_the_limit_are_refused(void **state)
{
	(void)state;
	char text[2 * (ZT_FORM_MEMBERS_MAX + 1)];
	for (size_t i = 0; i < sizeof text; i += 2) {
		text[i] = 'a';
		text[i + 1] = '&';
	}
	expect_refused(zt_view_make(text, sizeof text), ZT_E_LIMIT);
	zt_form form;
	assert_ok(zt_form_read(zt_view_make(text, sizeof text - 2), &form, NULL));
	assert_int_equal(form.count, ZT_FORM_MEMBERS_MAX);
	zt_form_free(&form);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_decoded_in_their_order),
		cmocka_unit_test(the_first_of_two_names_counts),
		cmocka_unit_test(nothing_is_a_form),
		cmocka_unit_test(only_the_first_equals_sign_divides),
		cmocka_unit_test(broken_escapes_are_refused),
		cmocka_unit_test(bytes_that_are_no_utf8_are_refused),
		cmocka_unit_test(a_sequence_may_not_straddle_name_and_value),
		cmocka_unit_test(more_members_than_the_limit_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
