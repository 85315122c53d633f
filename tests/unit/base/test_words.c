#include "base/words.h"

#include <stdlib.h>
#include <string.h>

#include "zt_cmocka.h"

static void assert_words(const char *command, const char *const *expected, size_t count)
{
	zt_words words;
	assert_ok(zt_words_split(command, &words, NULL));
	assert_int_equal(words.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(words.argv[i], expected[i]);
	assert_null(words.argv[count]);
}

#define WORDS(command, ...)                                          \
	do {                                                         \
		const char *const expected[] = { __VA_ARGS__ };      \
		assert_words(command, expected, ZT_COUNT(expected)); \
	} while (0)

static void test_blanks_separate(void **state)
{
	(void)state;
	WORDS("sign", "sign");
	WORDS("  sign\t--key  k.pem\n", "sign", "--key", "k.pem");
}

static void test_quotes_hold_together(void **state)
{
	(void)state;
	WORDS("'a b' \"c d\" e'f g'h", "a b", "c d", "ef gh");
	WORDS("'' \"\"", "", "");
	WORDS("'say \"x\"' \"it's\"", "say \"x\"", "it's");
}

static void test_backslash_takes_the_next_as_it_is(void **state)
{
	(void)state;
	WORDS("a\\ b \"\\\"\" 'c\\d' \\'", "a b", "\"", "c\\d", "'");
}

static void test_nothing_means_anything_to_a_shell(void **state)
{
	(void)state;
	WORDS("x;rm $HOME `id` | tee > f && * #c", "x;rm", "$HOME", "`id`", "|", "tee", ">", "f", "&&", "*", "#c");
}

static void test_what_has_no_end_is_refused(void **state)
{
	(void)state;
	zt_words words;
	static const char *const bad[] = { "", "  ", "'a", "a \"b", "a\\", "\"a\\" };
	for (size_t i = 0; i < ZT_COUNT(bad); i++)
		assert_status(zt_words_split(bad[i], &words, NULL), ZT_E_USAGE);
}

static void test_too_much_is_refused(void **state)
{
	(void)state;
	static zt_words words;
	char text[ZT_WORDS_TEXT_MAX + 1];
	memset(text, 'a', sizeof text);
	text[ZT_WORDS_TEXT_MAX] = 0;
	assert_status(zt_words_split(text, &words, NULL), ZT_E_USAGE);
	text[ZT_WORDS_TEXT_MAX - 1] = 0;
	assert_ok(zt_words_split(text, &words, NULL));
	for (size_t i = 1; i < ZT_WORDS_TEXT_MAX - 1; i += 2)
		text[i] = ' ';
	assert_status(zt_words_split(text, &words, NULL), ZT_E_USAGE);
	text[2 * ZT_WORDS_MAX] = 0;
	assert_ok(zt_words_split(text, &words, NULL));
	assert_int_equal(words.count, ZT_WORDS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blanks_separate),
		cmocka_unit_test(test_quotes_hold_together),
		cmocka_unit_test(test_backslash_takes_the_next_as_it_is),
		cmocka_unit_test(test_nothing_means_anything_to_a_shell),
		cmocka_unit_test(test_what_has_no_end_is_refused),
		cmocka_unit_test(test_too_much_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
