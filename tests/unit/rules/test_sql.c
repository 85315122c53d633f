#include <string.h>

#include "run.h"

#define FROM " FROM 'a/+/c'"

/* AWS IoT SQL reference, SELECT clause. */
static void test_select(void **state)
{
	(void)state;
	const zt_sql_row rows[] = {
		{ "SELECT *" FROM, "{\"a\" : 1.0}", "{\"a\" : 1.0}" },
		{ "select * from 'a/+/c'", "no JSON", "no JSON" },
		{ "SELECT color AS rgb" FROM, "{\"color\":\"red\",\"x\":1}", "{\"rgb\":\"red\"}" },
		{ "SELECT color, x" FROM, "{\"color\":\"red\",\"x\":1,\"y\":2}", "{\"color\":\"red\",\"x\":1}" },
		{ "SELECT color.red" FROM, "{\"color\":{\"red\":255,\"green\":0}}", "{\"red\":255}" },
		{ "SELECT color.red AS bar.baz" FROM, "{\"color\":{\"red\":255}}", "{\"bar\":{\"baz\":255}}" },
		{ "SELECT a AS x.y, b AS x.z" FROM, "{\"a\":1,\"b\":2}", "{\"x\":{\"y\":1,\"z\":2}}" },
		{ "SELECT *, clientid() AS clientid" FROM, "{\"a\":1}", "{\"a\":1,\"clientid\":\"lamp\"}" },
		{ "SELECT clientid()" FROM, "{}", "{\"clientid\":\"lamp\"}" },
		{ "SELECT missing, missing.deeper AS d, n" FROM, "{\"n\":null}", "{\"n\":null}" },
		{ "SELECT VALUE color.red" FROM, "{\"color\":{\"red\":255}}", "255" },
		{ "SELECT VALUE *" FROM, "{\"a\":[1,2]}", "{\"a\":[1,2]}" },
		{ "SELECT VALUE missing" FROM, "{}", "" },
		{ "SELECT VALUE 'x'" FROM, "{}", "\"x\"" },
		{ "SELECT value" FROM, "{\"value\":7}", "{\"value\":7}" },
		{ "SELECT value AS v" FROM, "{\"value\":7}", "{\"v\":7}" },
		{ "SELECT 'it''s' AS s, 3 AS n, TRUE AS t, NULL AS z, -1.5 AS d" FROM, "{}",
		  "{\"s\":\"it's\",\"n\":3,\"t\":true,\"z\":null,\"d\":-1.5}" },
		{ "SELECT {'a':x, 'b':missing, 'c':{'d':[x,missing,1]}} AS o" FROM, "{\"x\":5}",
		  "{\"o\":{\"a\":5,\"c\":{\"d\":[5,1]}}}" },
		{ "SELECT * WHERE a = 1", "{\"a\":1}", "{\"a\":1}" },
		/* Keywords and functions are the same in any case, members are not. */
		{ "Select Color, color As c, UPPER(color) as u From 'a'", "{\"color\":\"red\"}",
		  "{\"c\":\"red\",\"u\":\"RED\"}" },
		{ "SELECT *, 15 AS speed, topic(1) AS a.b" FROM, "{\"color\":\"red\"}",
		  "{\"color\":\"red\",\"speed\":15,\"a\":{\"b\":\"a\"}}" },
		{ "SELECT (temperature - 32) * 5 / 9 AS celsius" FROM, "{\"temperature\":50}", "{\"celsius\":10}" },
		{ "SELECT 1 + 1.5" FROM, "{}", "{\"1 + 1.5\":2.5}" },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

/* SQL reference, "WHERE clause" and "Operators". */
static void test_where(void **state)
{
	(void)state;
	const zt_sql_row rows[] = {
		{ "SELECT a AS b" FROM " WHERE a > 20", "{\"a\":21}", "{\"b\":21}" },
		{ "SELECT a AS b" FROM " WHERE a > 20", "{\"a\":20}", NULL },
		{ "SELECT a AS b" FROM " WHERE b = 21", "{\"a\":21}", NULL },
		{ "SELECT a" FROM " WHERE a = 1 OR a = 2 AND c = 3", "{\"a\":1}", NULL },
		{ "SELECT a" FROM " WHERE a = 1 OR a = 2 AND c = 3", "{\"a\":1,\"c\":4}", "{\"a\":1}" },
		{ "SELECT a" FROM " WHERE (a = 1 OR a = 2) AND c = 3", "{\"a\":1,\"c\":4}", NULL },
		{ "SELECT a" FROM " WHERE NOT a = 1", "{\"a\":2}", "{\"a\":2}" },
		{ "SELECT a" FROM " WHERE NOT NOT a = 1", "{\"a\":1}", "{\"a\":1}" },
		{ "SELECT a" FROM " WHERE NOT missing = 1", "{\"a\":2}", NULL },
		{ "SELECT a" FROM " WHERE missing <> 1", "{\"a\":2}", NULL },
		{ "SELECT a" FROM " WHERE a", "{\"a\":true}", "{\"a\":true}" },
		{ "SELECT a" FROM " WHERE a", "{\"a\":\"True\"}", "{\"a\":\"True\"}" },
		{ "SELECT a" FROM " WHERE a", "{\"a\":1}", NULL },
		{ "SELECT a" FROM " WHERE a AND 'TRUE'", "{\"a\":true}", "{\"a\":true}" },
		{ "SELECT a" FROM " WHERE a OR 5", "{\"a\":true}", NULL },
		{ "SELECT a" FROM " WHERE a IN ['x', 'y']", "{\"a\":\"y\"}", "{\"a\":\"y\"}" },
		{ "SELECT a" FROM " WHERE a IN ['x', 'y']", "{\"a\":\"z\"}", NULL },
		{ "SELECT a" FROM " WHERE a = 1", "no JSON", NULL },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

/* The rule that set-up creates. */
static void test_registration_rule_selects_our_cas_alone(void **state)
{
	(void)state;
	const char *statement = "SELECT *, clientid() AS clientId FROM '$aws/events/certificates/registered/+' "
				"WHERE caCertificateId = 'aa' OR caCertificateId = 'bb'";
	const zt_sql_row rows[] = {
		{ statement, "{\"caCertificateId\":\"bb\"}", "{\"caCertificateId\":\"bb\",\"clientId\":\"lamp\"}" },
		{ statement, "{\"caCertificateId\":\"cc\"}", NULL },
		{ statement, "{}", NULL },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

/* SQL reference, "Nested object queries"; payload and results are AWS's. */
static void test_nested_select(void **state)
{
	(void)state;
#define E                                                                      \
	"{\"e\":[{\"n\":\"temperature\",\"u\":\"Cel\",\"t\":1234,\"v\":22.5}," \
	"{\"n\":\"light\",\"u\":\"lm\",\"t\":1235,\"v\":135},{\"n\":\"acidity\",\"u\":\"pH\",\"t\":1235,\"v\":7}]}"
	const zt_sql_row rows[] = {
		{ "SELECT (SELECT VALUE n FROM e) AS sensors" FROM, E,
		  "{\"sensors\":[\"temperature\",\"light\",\"acidity\"]}" },
		{ "SELECT (SELECT v FROM e WHERE n = 'temperature') AS temperature" FROM, E,
		  "{\"temperature\":[{\"v\":22.5}]}" },
		{ "SELECT get((SELECT v FROM e WHERE n = 'temperature'), 0).v AS temperature" FROM, E,
		  "{\"temperature\":22.5}" },
		{ "SELECT (SELECT * FROM e WHERE v > 100) AS bright" FROM, E,
		  "{\"bright\":[{\"n\":\"light\",\"u\":\"lm\",\"t\":1235,\"v\":135}]}" },
		{ "SELECT (SELECT n AS name, topic(1) AS t FROM e WHERE u = 'pH') AS x" FROM, E,
		  "{\"x\":[{\"name\":\"acidity\",\"t\":\"a\"}]}" },
		/* Fields around it are not seen from within. */
		{ "SELECT (SELECT VALUE z FROM e) AS x, z" FROM, "{\"z\":1,\"e\":[{\"a\":1}]}", "{\"x\":[],\"z\":1}" },
		{ "SELECT (SELECT a FROM e.f) AS x" FROM, "{\"e\":{\"f\":{\"a\":1,\"b\":2}}}", "{\"x\":{\"a\":1}}" },
		{ "SELECT (SELECT a FROM e) AS x, 1 AS y" FROM, "{\"e\":5}", "{\"y\":1}" },
		{ "SELECT (SELECT (SELECT VALUE a FROM f) AS g FROM e) AS x" FROM,
		  "{\"e\":[{\"f\":[{\"a\":1},{\"a\":2}]},{\"f\":[]}]}", "{\"x\":[{\"g\":[1,2]},{\"g\":[]}]}" },
		{ "SELECT VALUE (SELECT VALUE n FROM e)" FROM " WHERE get((SELECT VALUE v FROM e), 2) = 7", E,
		  "[\"temperature\",\"light\",\"acidity\"]" },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

static void test_case(void **state)
{
	(void)state;
	const char *statement =
	    "SELECT CASE color WHEN 'green' THEN 'go' WHEN 'yellow' THEN 'caution' ELSE 'stop' END AS i" FROM;
	const char *open = "SELECT CASE n WHEN 1 THEN 'one' END AS i, 0 AS z" FROM;
	const zt_sql_row rows[] = {
		{ statement, "{\"color\":\"yellow\"}", "{\"i\":\"caution\"}" },
		{ statement, "{\"color\":\"red\"}", "{\"i\":\"stop\"}" },
		{ statement, "{}", "{}" },
		{ open, "{\"n\":1.0}", "{\"i\":\"one\",\"z\":0}" },
		{ open, "{\"n\":2}", "{\"z\":0}" },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

static void test_filter_of_from(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_sql_freep) zt_sql *with = NULL;
	ZT_CLEANUP(zt_sql_freep) zt_sql *without = NULL;
	zt_view filter;
	assert_ok(zt_sql_parse(ZT_LIT("SELECT * FROM \"a/#\" WHERE x = 1"), &with, NULL));
	assert_ok(zt_sql_parse(ZT_LIT("SELECT *"), &without, NULL));
	assert_true(zt_sql_filter(with, &filter));
	assert_view(filter, "a/#");
	assert_false(zt_sql_filter(without, &filter));
}

static void test_result_has_a_ceiling(void **state)
{
	(void)state;
	char payload[70000] = "{\"a\":\"";
	size_t n = strlen(payload);
	memset(payload + n, 'x', sizeof payload - n);
	memcpy(payload + sizeof payload - 3, "\"}", 3);
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_SQL_RESULT_MAX);
	assert_ok(run_statement("SELECT a AS x" FROM, payload, &out));
	assert_status(run_statement("SELECT a AS x, a AS y" FROM, payload, &out), ZT_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_registration_rule_selects_our_cas_alone),
		cmocka_unit_test(test_nested_select),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_filter_of_from),
		cmocka_unit_test(test_result_has_a_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
