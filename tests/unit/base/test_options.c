#include "base/options.h"

#include "zt_cmocka.h"

static struct {
	bool flag;
	const char *text;
	unsigned number;
	zt_opt_list list;
	zt_opt_result result;
	zt_error error;
} got;

static const zt_opt options[] = {
	{ "flag", 'f', ZT_OPT_FLAG, &got.flag, NULL, "a flag", 0, 0 },
	{ "text", 't', ZT_OPT_TEXT, &got.text, "FILE", "a text", 0, 0 },
	{ "number", 'n', ZT_OPT_NUMBER, &got.number, "N", "a number", 1, 65535 },
	{ "list", 0, ZT_OPT_LIST, &got.list, "ITEM", "a list", 0, 0 },
};
static const zt_command command = { .name = "prog verb",
				    .purpose = "Does it.",
				    .usage = "prog verb [options] THING",
				    .options = options,
				    .option_count = ZT_COUNT(options),
				    .examples = "  prog verb -f x\n",
				    .exits = "  20: something else\n",
				    .positional_min = 1,
				    .positional_max = 2 };

static zt_status parse(const char *words)
{
	static char copy[2000];
	static char *argv[128];
	int argc = 0;
	memset(&got, 0, sizeof got);
	(void)snprintf(copy, sizeof copy, "verb %s", words);
	char *save = NULL;
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	return zt_options_parse(&command, argc, argv, &got.result, &got.error);
}

static void assert_usage(const char *words, const char *named)
{
	assert_status(parse(words), ZT_E_USAGE);
	if (!strstr(got.error.text, named))
		fail_msg("'%s' does not name '%s'", got.error.text, named);
	assert_int_equal(got.result.positional_count, 0);
}

static void each_way_to_give_a_value(void **state)
{
	(void)state;
	static const char *const ways[] = { "--text a --number 7 x", "--text=a --number=7 x", "-t a -n 7 x",
					    "-ta -n7 x", "x -t a --number=7" };
	for (size_t i = 0; i < ZT_COUNT(ways); i++) {
		assert_ok(parse(ways[i]));
		assert_string_equal(got.text, "a");
		assert_int_equal(got.number, 7);
		assert_string_equal(got.result.positional[0], "x");
		assert_int_equal(got.result.positional_count, 1);
	}
}

static void a_value_may_be_empty_or_hold_an_equals_sign(void **state)
{
	(void)state;
	assert_ok(parse("--text= x"));
	assert_string_equal(got.text, "");
	assert_ok(parse("--text=a=b x"));
	assert_string_equal(got.text, "a=b");
}

static void a_flag_takes_no_value(void **state)
{
	(void)state;
	assert_ok(parse("-f x"));
	assert_true(got.flag);
	assert_usage("--flag=yes x", "--flag");
	assert_usage("-fx", "--flag");
}

static void a_list_keeps_every_value_in_order(void **state)
{
	(void)state;
	assert_ok(parse("--list a x --list=b"));
	assert_int_equal(got.list.count, 2);
	assert_string_equal(got.list.values[0], "a");
	assert_string_equal(got.list.values[1], "b");
}

static void a_list_has_a_limit(void **state)
{
	(void)state;
	char words[1000] = "x";
	for (int i = 0; i <= ZT_OPT_LIST_MAX; i++)
		(void)snprintf(words + strlen(words), sizeof words - strlen(words), " --list=%d", i);
	assert_usage(words, "--list");
}

static void a_number_stays_in_its_range(void **state)
{
	(void)state;
	assert_ok(parse("-n 1 x"));
	assert_ok(parse("-n 65535 x"));
	assert_usage("-n 0 x", "1 to 65535");
	assert_usage("-n 65536 x", "65536");
	assert_usage("-n -1 x", "-1");
	assert_usage("-n 7a x", "7a");
	assert_usage("-n 4294967297 x", "4294967297");
}

static void the_one_thing_that_is_wrong_is_named(void **state)
{
	(void)state;
	assert_usage("--wrong x", "--wrong");
	assert_usage("-w x", "-w");
	assert_usage("x --text", "FILE");
	assert_usage("a b c", "'c'");
	assert_usage("", "prog verb [options] THING");
}

static void behind_two_dashes_nothing_is_an_option(void **state)
{
	(void)state;
	assert_ok(parse("-- --text -f"));
	assert_false(got.flag);
	assert_int_equal(got.result.positional_count, 2);
	assert_string_equal(got.result.positional[0], "--text");
}

static void a_single_dash_is_a_positional(void **state)
{
	(void)state;
	assert_ok(parse("-"));
	assert_string_equal(got.result.positional[0], "-");
}

static void help_needs_nothing_else(void **state)
{
	(void)state;
	assert_ok(parse("--help"));
	assert_true(got.result.help);
	assert_ok(parse("-h"));
	assert_true(got.result.help);
}

static void help_shows_purpose_usage_options_and_examples(void **state)
{
	(void)state;
	char text[2000] = "";
	FILE *out = fmemopen(text, sizeof text, "w");
	assert_non_null(out);
	zt_options_help(&command, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "Does it.\n\n"
				  "Usage: prog verb [options] THING\n\n"
				  "Options:\n"
				  "  -f, --flag                     a flag\n"
				  "  -t, --text FILE                a text\n"
				  "  -n, --number N                 a number\n"
				  "      --list ITEM                a list\n"
				  "  -h, --help                     show this and end\n\n"
				  "Examples:\n"
				  "  prog verb -f x\n\n"
				  "Exit status:\n"
				  "  0 done, 1 failed, 2 usage, 3 configuration, 4 credentials, 5 not found, "
				  "6 exists or conflicts,\n"
				  "  7 network or TLS, 8 throttled or unavailable, 9 denied, 10 partly done, "
				  "130 interrupted\n"
				  "  20: something else\n");
}

static void help_tells_of_help_alone_too(void **state)
{
	(void)state;
	static const zt_verb verbs[] = { { "sub", "a command below", NULL } };
	const zt_command bare = { .purpose = "Does it.", .usage = "prog verb", .verbs = verbs, .verb_count = 1 };
	char text[2000] = "";
	FILE *out = fmemopen(text, sizeof text, "w");
	assert_non_null(out);
	zt_options_help(&bare, out);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "\nOptions:\n  -h, --help "));
	assert_non_null(strstr(text, "\nCommands:\n  sub            a command below\n"));
}

/* One that a command may end with and that help does not name would be a riddle. */
static void help_names_every_exit_status_of_the_table(void **state)
{
	(void)state;
	char text[2000] = " ", number[16];
	FILE *out = fmemopen(text + 1, sizeof text - 1, "w");
	assert_non_null(out);
	zt_options_help(&command, out);
	assert_int_equal(fclose(out), 0);
	for (zt_status status = ZT_OK; status < ZT_STATUS_COUNT; status++) {
		int code = zt_status_exit(status);
		(void)snprintf(number, sizeof number, " %d ", code);
		/* Each of these is one command's, which tells it. */
		bool special = status == ZT_E_CHANGES || status == ZT_E_FINDINGS || status == ZT_E_NOT_ALLOWED;
		if (!special && !strstr(text, number))
			fail_msg("exit status %d (%s) is not in --help", code, zt_status_name(status));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_to_give_a_value),
		cmocka_unit_test(a_value_may_be_empty_or_hold_an_equals_sign),
		cmocka_unit_test(a_flag_takes_no_value),
		cmocka_unit_test(a_list_keeps_every_value_in_order),
		cmocka_unit_test(a_list_has_a_limit),
		cmocka_unit_test(a_number_stays_in_its_range),
		cmocka_unit_test(the_one_thing_that_is_wrong_is_named),
		cmocka_unit_test(behind_two_dashes_nothing_is_an_option),
		cmocka_unit_test(a_single_dash_is_a_positional),
		cmocka_unit_test(help_needs_nothing_else),
		cmocka_unit_test(help_shows_purpose_usage_options_and_examples),
		cmocka_unit_test(help_tells_of_help_alone_too),
		cmocka_unit_test(help_names_every_exit_status_of_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
