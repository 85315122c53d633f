/* Constraints of fields, and AWS's words for what breaks them (AWS IoT API reference). */
#include "zt_cmocka.h"

#include "base/json.h"
#include "cloud/api/input.h"

static void expect_refused(const zt_param *param, zt_view value, const char *words)
{
	zt_error error = { 0 };
	if (zt_param_check(param, value, &error) != ZT_E_INVALID || !strstr(error.text, words))
		fail_msg("%s '%.*s': \"%s\" does not say \"%s\"", param->name, ZT_PRI(value), error.text, words);
}

static void a_class_takes_its_letters_alone(void **state)
{
	(void)state;
	static const char allowed[] = "abcXYZ019:_-";
	for (unsigned c = 1; c < 256; c++) {
		uint8_t byte = (uint8_t)c;
		bool letter =
		    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr(":_-", (int)c);
		assert_int_equal(zt_param_check(&zt_param_thing_name, (zt_view){ &byte, 1 }, NULL) == ZT_OK, letter);
	}
	assert_ok(zt_param_check(&zt_param_thing_name, zt_view_of(allowed), NULL));
}

static void word_and_non_ascii_escapes_are_understood(void **state)
{
	(void)state;
	assert_ok(zt_param_check(&zt_param_policy_name, ZT_LIT("a_B9+=,.@-"), NULL));
	expect_refused(&zt_param_policy_name, ZT_LIT("a\\"), "regular expression");
	expect_refused(&zt_param_policy_name, ZT_LIT("\xc3\xa4"), "regular expression");
	assert_ok(zt_param_check(&zt_param_tag_key, ZT_LIT("\xc3\xa4 1"), NULL));
	expect_refused(&zt_param_tag_key, ZT_LIT("<"), "regular expression");
}

static void lengths_are_told_as_aws_does(void **state)
{
	(void)state;
	char long_name[130];
	memset(long_name, 'x', sizeof long_name);
	expect_refused(&zt_param_thing_name, ZT_LIT(""),
		       "Value '' at 'thingName' failed to satisfy constraint: Member must have "
		       "length greater than or equal to 1");
	expect_refused(&zt_param_thing_name, zt_view_make(long_name, 129),
		       "...' at 'thingName' failed to satisfy constraint: "
		       "Member must have length less than or equal to 128");
	assert_ok(zt_param_check(&zt_param_thing_name, zt_view_make(long_name, 128), NULL));
}

static void a_field_of_anything_takes_no_nul(void **state)
{
	(void)state;
	const zt_param any = { "x", 0, 0, NULL };
	assert_ok(zt_param_check(&any, ZT_LIT("\x01 \xff"), NULL));
	assert_status(zt_param_check(&any, zt_view_make("a\0", 2), NULL), ZT_E_INVALID);
}

static void json_members_are_checked_for_presence_and_type(void **state)
{
	(void)state;
	zt_view value;
	zt_error error = { 0 };
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:s, s:i, s:n}", "policyDocument", "{}", "thingName", 7, "policyName");
	assert_ok(zt_in_json(body, &zt_param_policy_document, ZT_REQUIRED, &value, NULL));
	assert_view(value, "{}");
	assert_status(zt_in_json(body, &zt_param_thing_name, ZT_OPTIONAL, &value, NULL), ZT_E_INVALID);
	assert_ok(zt_in_json(body, &zt_param_policy_name, ZT_OPTIONAL, &value, NULL));
	assert_int_equal(value.n, 0);
	assert_status(zt_in_json(body, &zt_param_policy_name, ZT_REQUIRED, &value, &error), ZT_E_INVALID);
	assert_string_equal(error.text,
			    "1 validation error detected: Value null at 'policyName' failed to satisfy constraint: "
			    "Member must not be null");
}

static void numbers_keep_to_their_range(void **state)
{
	(void)state;
	uint64_t number = 5;
	zt_error error = { 0 };
	ZT_JSON_CLEANUP json_t *body =
	    json_pack("{s:i, s:i, s:s, s:f}", "low", 0, "minus", -1, "text", "1", "real", 1.5);
	assert_ok(zt_in_json_number(body, "absent", 1, 9, &number, NULL));
	assert_int_equal(number, 5);
	assert_status(zt_in_json_number(body, "low", 1, 9, &number, &error), ZT_E_INVALID);
	assert_non_null(strstr(error.text, "Member must have value greater than or equal to 1"));
	assert_status(zt_in_json_number(body, "minus", 0, 9, &number, NULL), ZT_E_INVALID);
	assert_status(zt_in_json_number(body, "text", 0, 9, &number, NULL), ZT_E_INVALID);
	assert_status(zt_in_json_number(body, "real", 0, 9, &number, NULL), ZT_E_INVALID);
}

static void query_values_are_read(void **state)
{
	(void)state;
	bool yes = false;
	uint64_t number = 0;
	zt_call call = { 0 };
	assert_ok(zt_form_read(ZT_LIT("a=TRUE&b=no&c=250&d=-1"), &call.query, NULL));
	assert_ok(zt_in_query_bool(&call, "a", &yes, NULL));
	assert_true(yes);
	assert_status(zt_in_query_bool(&call, "b", &yes, NULL), ZT_E_INVALID);
	assert_ok(zt_in_query_number(&call, "c", 1, 250, &number, NULL));
	assert_int_equal(number, 250);
	assert_status(zt_in_query_number(&call, "c", 1, 249, &number, NULL), ZT_E_INVALID);
	assert_status(zt_in_query_number(&call, "d", 0, 9, &number, NULL), ZT_E_INVALID);
	zt_form_free(&call.query);
}

static void words_of_a_set_are_listed(void **state)
{
	(void)state;
	static const char *const words[] = { "ENABLE", "DISABLE", NULL };
	unsigned index = 7;
	zt_error error = { 0 };
	assert_ok(zt_word_index("x", ZT_VIEW_EMPTY, words, &index, NULL));
	assert_int_equal(index, 7);
	assert_ok(zt_word_index("x", ZT_LIT("DISABLE"), words, &index, NULL));
	assert_int_equal(index, 1);
	assert_status(zt_word_index("x", ZT_LIT("disable"), words, &index, &error), ZT_E_INVALID);
	assert_string_equal(error.text,
			    "1 validation error detected: Value 'disable' at 'x' failed to satisfy constraint: Member "
			    "must satisfy enum value set: [ENABLE, DISABLE]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_takes_its_letters_alone),
		cmocka_unit_test(word_and_non_ascii_escapes_are_understood),
		cmocka_unit_test(lengths_are_told_as_aws_does),
		cmocka_unit_test(a_field_of_anything_takes_no_nul),
		cmocka_unit_test(json_members_are_checked_for_presence_and_type),
		cmocka_unit_test(numbers_keep_to_their_range),
		cmocka_unit_test(query_values_are_read),
		cmocka_unit_test(words_of_a_set_are_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
