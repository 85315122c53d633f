#include "base/verbs.h"

#include "zt_cmocka.h"

static int seen_argc;
static const char *seen_verb;

static zt_status remember(int argc, char **argv, zt_error *ret_error)
{
	(void)ret_error;
	seen_argc = argc;
	seen_verb = argv[0];
	return ZT_E_DENIED;
}

static const zt_verb verbs[] = { { "create", "make one", remember }, { "claim", "claim one", remember } };

static zt_status run(const char *word, zt_error *error)
{
	char *argv[] = { (char *)"prog", (char *)word, (char *)"more", NULL };
	seen_argc = 0;
	seen_verb = NULL;
	return zt_verbs_run("prog", "Does things.", verbs, ZT_COUNT(verbs), word ? 3 : 1, argv, error);
}

static void a_verb_runs_with_the_words_behind_the_program(void **state)
{
	(void)state;
	assert_status(run("claim", NULL), ZT_E_DENIED);
	assert_string_equal(seen_verb, "claim");
	assert_int_equal(seen_argc, 2);
}

static void an_unknown_verb_is_named_with_the_closest(void **state)
{
	(void)state;
	zt_error error = { 0 };
	assert_status(run("claims", &error), ZT_E_USAGE);
	assert_non_null(strstr(error.text, "'claims'"));
	assert_non_null(strstr(error.text, "'claim'"));
	assert_status(run("xyz", &error), ZT_E_USAGE);
	assert_non_null(strstr(error.text, "prog --help"));
	assert_null(seen_verb);
}

static void no_verb_is_wrong_usage_and_help_is_not(void **state)
{
	(void)state;
	assert_status(run(NULL, NULL), ZT_E_USAGE);
	assert_ok(run("--help", NULL));
	assert_ok(run("help", NULL));
	assert_null(seen_verb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verb_runs_with_the_words_behind_the_program),
		cmocka_unit_test(an_unknown_verb_is_named_with_the_closest),
		cmocka_unit_test(no_verb_is_wrong_usage_and_help_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
