#include "base/json.h"

#include "zt_cmocka.h"

static json_t *parse(const char *text)
{
	json_t *json = NULL;
	assert_ok(zt_json_parse(zt_view_of(text), &json, NULL));
	return json;
}

static void members_are_read_as_views_and_texts(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *json = parse("{\"a\":\"x\",\"n\":7,\"u\":\"\\u00e9\",\"o\":{}}");
	assert_view(zt_json_view(json, "a"), "x");
	assert_string_equal(zt_json_text(json, "a"), "x");
	assert_view(zt_json_view(json, "u"), "é");
	assert_null(zt_json_view(json, "n").p);
	assert_null(zt_json_text(json, "n"));
	assert_null(zt_json_view(json, "none").p);
	assert_null(zt_json_text(json, "none"));
}

static void members_of_what_is_no_object_are_absent(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *list = parse("[1]");
	assert_null(zt_json_view(list, "a").p);
	assert_null(zt_json_text(NULL, "a"));
}

static void any_value_is_json(void **state)
{
	(void)state;
	static const char *const good[] = { "{}", "[]", "1", "-0.5e3", "\"\"", "true", "null", " \n{}\t " };
	for (size_t i = 0; i < ZT_COUNT(good); i++)
		json_decref(parse(good[i]));
}

/* RFC 8259, and what must not be guessed about. */
static void what_is_no_json_is_refused_with_its_place(void **state)
{
	(void)state;
	static const char *const bad[] = { "",
					   " ",
					   "{",
					   "{}x",
					   "{} {}",
					   "[1,]",
					   "{\"a\":1,}",
					   "{'a':1}",
					   "{a:1}",
					   "01",
					   "+1",
					   ".5",
					   "NaN",
					   "\"\xff\"",
					   "\"\n\"",
					   "\"\\x\"",
					   "{\"a\":1,\"a\":2}",
					   "nul",
					   "\"\\ud800\"",
					   "\"\\u0000\"" };
	for (size_t i = 0; i < ZT_COUNT(bad); i++) {
		json_t *json = NULL;
		zt_error error = { 0 };
		if (zt_json_parse(zt_view_of(bad[i]), &json, &error) != ZT_E_INVALID)
			fail_msg("'%s' was taken", bad[i]);
		assert_null(json);
		assert_non_null(strstr(error.text, "line"));
	}
}

static void nesting_has_a_limit(void **state)
{
	(void)state;
	static char deep[100001];
	json_t *json = NULL;
	memset(deep, '[', sizeof deep - 1);
	assert_status(zt_json_parse(zt_view_of(deep), &json, NULL), ZT_E_INVALID);
}

static void it_is_written_compactly_in_order(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(100);
	ZT_JSON_CLEANUP json_t *json = parse("{ \"b\" : 1, \"a\" : [ true, null, \"\\/\\n\" ] }");
	assert_ok(zt_json_write(json, &out));
	assert_view(zt_str_view(&out), "{\"b\":1,\"a\":[true,null,\"/\\n\"]}");
}

static void writing_keeps_to_the_ceiling(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(5);
	ZT_JSON_CLEANUP json_t *json = parse("[1,2,3]");
	assert_status(zt_json_write(json, &out), ZT_E_LIMIT);
}

static void a_string_is_made_of_utf8_alone(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *good = zt_json_string(ZT_LIT("é"));
	assert_string_equal(json_string_value(good), "é");
	assert_null(zt_json_string(ZT_LIT("\xff")));
	ZT_JSON_CLEANUP json_t *empty = zt_json_string(ZT_VIEW_EMPTY);
	assert_string_equal(json_string_value(empty), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_read_as_views_and_texts),
		cmocka_unit_test(members_of_what_is_no_object_are_absent),
		cmocka_unit_test(any_value_is_json),
		cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(it_is_written_compactly_in_order),
		cmocka_unit_test(writing_keeps_to_the_ceiling),
		cmocka_unit_test(a_string_is_made_of_utf8_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
