#include "base/help.h"

#include "zt_cmocka.h"

static const zt_command *seen_command;
static size_t seen_verbs;

static void on_command(void *context, const zt_command *command)
{
	(void)context;
	seen_command = command;
}

static void on_verbs(void *context, const zt_verb *verbs, size_t count)
{
	(void)context, (void)verbs;
	seen_verbs = count;
}

static const zt_help_reader reader = { on_command, on_verbs, NULL };

static zt_status never(int argc, char **argv, zt_error *ret_error)
{
	(void)argc, (void)argv, (void)ret_error;
	fail();
	return ZT_OK;
}

static void a_reader_gets_the_tables(void **state)
{
	(void)state;
	static const zt_verb verbs[] = { { "create", "make one", never }, { "claim", "claim one", never } };
	static const zt_command command = { .name = "prog", .purpose = "Does things.", .usage = "prog" };
	char *argv[] = { (char *)"prog", (char *)"--help", NULL };
	assert_null(zt_help_read(&reader));
	zt_options_help(&command, NULL);
	assert_ok(zt_verbs_run("prog", "Does things.", verbs, ZT_COUNT(verbs), 2, argv, NULL));
	assert_ptr_equal(zt_help_read(NULL), &reader);
	assert_ptr_equal(seen_command, &command);
	assert_int_equal(seen_verbs, 2);
	assert_null(zt_help_reader_get());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_gets_the_tables),
	};
	return cmocka_run_group_tests_name("base/help", tests, NULL, NULL);
}
