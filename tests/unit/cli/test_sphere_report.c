#include "cli/sphere_report.h"
#include "zt_cmocka.h"

/* In the manner of Microsoft's samples: comments of both kinds, values given and counted. */
static const char source[] = "#include <x.h>\n"
			     "struct other { int a; };\n"
			     "typedef enum {\n"
			     "    ExitCode_Success = 0, // all is well\n"
			     "    /* the usual end */\n"
			     "    ExitCode_TermHandler_SigTerm = 1,\n"
			     "    ExitCode_Init_EventLoop,\n"
			     "    ExitCode_Last = 7\n"
			     "} ExitCode;\n";

static void expect(const char *text, int code, const char *name)
{
	zt_str found = ZT_STR(64);
	zt_status status = zt_sphere_exit_name(zt_view_of(text), code, &found);
	assert_int_equal(status, name ? ZT_OK : ZT_E_NOT_FOUND);
	assert_string_equal(zt_str_text(&found), name ? name : "");
	zt_str_free(&found);
}

static void test_names_come_from_the_enumeration(void **state)
{
	(void)state;
	expect(source, 0, "ExitCode_Success");
	expect(source, 1, "ExitCode_TermHandler_SigTerm");
	expect(source, 2, "ExitCode_Init_EventLoop");
	expect(source, 7, "ExitCode_Last");
}

static void test_a_code_that_is_not_in_it_has_no_name(void **state)
{
	(void)state;
	expect(source, 3, NULL);
	expect(source, 8, NULL);
}

static void test_a_source_without_one_has_none(void **state)
{
	(void)state;
	expect("", 0, NULL);
	expect("enum { ExitCodes, Two };", 0, NULL);
	expect("enum { ExitCode_A = OTHER, ExitCode_B }; {", 0, NULL);
	expect("enum { /* never ends", 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_come_from_the_enumeration),
		cmocka_unit_test(test_a_code_that_is_not_in_it_has_no_name),
		cmocka_unit_test(test_a_source_without_one_has_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
