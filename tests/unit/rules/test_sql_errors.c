#include <string.h>

#include "run.h"

static void assert_refused(const char *statement, const char *reason)
{
	zt_sql *sql = NULL;
	zt_error error = { 0 };
	if (zt_sql_parse(zt_view_of(statement), &sql, &error) != ZT_E_INVALID)
		fail_msg("%s was taken", statement);
	assert_null(sql);
	assert_string_equal(error.code, "SqlParseException");
	if (!strstr(error.text, reason))
		fail_msg("%s: \"%s\" does not say \"%s\"", statement, error.text, reason);
}

static void test_every_fault_is_told_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *statement, *reason;
	} cases[] = {
		{ "", "SELECT expected at the end" },
		{ "SELEC * FROM 'a'", "SELECT expected at character 1" },
		{ "SELECT", "an expression expected at the end" },
		{ "SELECT FROM 'a'", "an expression expected at character 8, before \"FROM\"" },
		{ "SELECT * FROM a", "a topic filter in quotes expected at character 15" },
		{ "SELECT * FROM 'a/#/b'", "is no topic filter" },
		{ "SELECT * FROM '$share/x/a'", "is no topic filter" },
		{ "SELECT * FROM 'a' WHERE", "an expression expected at the end" },
		{ "SELECT * FROM 'a' WHERE x =", "an expression expected at the end" },
		{ "SELECT * FROM 'a' WHERE (x = 1", "\")\" expected at the end" },
		{ "SELECT * FROM 'a' LIMIT 1", "the end expected at character 19" },
		{ "SELECT 'abc FROM a", "a string that begins at character 8 does not end" },
		{ "SELECT a; DROP", "character 9 begins no word" },
		{ "SELECT a[0] FROM 'a'", "the end expected at character 9" }, /* AWS has get(a, 0) alone */
		{ "SELECT * FROM 'a' -- comment", "the end expected" },
		{ "SELECT nosuch(1) AS x FROM 'a'", "there is no function nosuch" },
		{ "SELECT topic(1,2) AS x FROM 'a'", "function topic takes 0 to 1 arguments" },
		{ "SELECT lower(1,2,3,4,5,6,7,8,9,10) AS x FROM 'a'", "function lower takes" },
		{ "SELECT a AS 'x' FROM 'a'", "a name expected" },
		{ "SELECT a. FROM 'a'", "the end expected" },
		{ "SELECT {a:1} AS x FROM 'a'", "a member's name in quotes expected" },
		{ "SELECT CASE a THEN 1 END AS x FROM 'a'", "WHEN expected" },
		{ "SELECT cast(a, Int) AS x FROM 'a'", "AS expected" },
		{ "SELECT VALUE a, b FROM 'a'", "SELECT VALUE takes one expression" },
		{ "SELECT \xff FROM 'a'", "not UTF-8" },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++)
		assert_refused(cases[i].statement, cases[i].reason);
}

static void test_nesting_is_bounded(void **state)
{
	(void)state;
	char statement[512] = "SELECT ";
	memset(statement + 7, '(', 100);
	assert_refused(statement, "nested deeper than 64");
}

static void test_number_of_parts_is_bounded(void **state)
{
	(void)state;
	char statement[3000] = "SELECT ";
	for (size_t i = 0; i < 600; i++)
		memcpy(statement + 7 + 2 * i, "1+", 2);
	statement[7 + 1200] = '1';
	assert_refused(statement, "more than 1024 parts");
	for (size_t i = 0; i < 1400; i++)
		statement[7 + i] = '-';
	statement[7 + 1400] = '1';
	assert_refused(statement, "more than 1024 parts");
}

static void test_long_statement_is_refused(void **state)
{
	(void)state;
	static char statement[ZT_SQL_TEXT_MAX + 2];
	memset(statement, ' ', sizeof statement - 1);
	assert_refused(statement, "longer than");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_fault_is_told_with_its_place),
		cmocka_unit_test(test_nesting_is_bounded),
		cmocka_unit_test(test_number_of_parts_is_bounded),
		cmocka_unit_test(test_long_statement_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
