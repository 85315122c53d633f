#include <stdlib.h>
#include <string.h>

#include "policy/evaluate.h"
#include "zt_cmocka.h"

static bool matches(const char *pattern, const char *text)
{
	return zt_pattern_match(zt_view_of(pattern), zt_view_of(text));
}

static void test_literal_matches_itself_alone(void **state)
{
	(void)state;
	assert_true(matches("topic/a", "topic/a"));
	assert_false(matches("topic/a", "topic/A"));
	assert_false(matches("topic/a", "topic/a/b"));
	assert_false(matches("topic/a", "topic/"));
	assert_true(matches("", ""));
	assert_false(matches("", "a"));
}

static void test_star_takes_any_run_with_slashes(void **state)
{
	(void)state;
	assert_true(matches("*", ""));
	assert_true(matches("*", "a/b/c"));
	assert_true(matches("a/*/c", "a/b/b/c"));
	assert_true(matches("a/*", "a/"));
	assert_false(matches("a/*", "a"));
	assert_true(matches("*a*b*", "xxaxxbxx"));
	assert_false(matches("*a*b", "xxaxxbx"));
	assert_true(matches("*ab", "aab"));
	assert_true(matches("**", "a"));
}

static void test_question_mark_takes_one_character(void **state)
{
	(void)state;
	assert_true(matches("a?c", "abc"));
	assert_true(matches("a?c", "a/c"));
	assert_false(matches("a?c", "ac"));
	assert_false(matches("a?c", "abbc"));
	assert_true(matches("a?c", "a\xC3\xA4"
				   "c"));
	assert_false(matches("?", ""));
}

/* AWS IoT: "The characters + and # are treated as literal strings in a policy". */
static void test_mqtt_wildcards_are_literal(void **state)
{
	(void)state;
	assert_true(matches("topicfilter/a/+/b", "topicfilter/a/+/b"));
	assert_false(matches("topicfilter/a/+/b", "topicfilter/a/x/b"));
	assert_true(matches("topicfilter/a/*", "topicfilter/a/#"));
	assert_false(matches("topicfilter/a/#", "topicfilter/a/b"));
}

/* Exponential for a matcher that tries every star again: 2^1000 ways. */
static void test_many_stars_end_soon(void **state)
{
	(void)state;
	char pattern[2001], text[2001];
	for (size_t i = 0; i < 2000; i += 2)
		memcpy(pattern + i, "a*", 2);
	pattern[1999] = 'b';
	pattern[2000] = 0;
	memset(text, 'a', 2000);
	text[2000] = 0;
	assert_false(matches(pattern, text));
	pattern[1999] = '*';
	assert_true(matches(pattern, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literal_matches_itself_alone),
		cmocka_unit_test(test_star_takes_any_run_with_slashes),
		cmocka_unit_test(test_question_mark_takes_one_character),
		cmocka_unit_test(test_mqtt_wildcards_are_literal),
		cmocka_unit_test(test_many_stars_end_soon),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
