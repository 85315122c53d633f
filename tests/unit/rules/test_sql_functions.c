/* The examples of AWS's SQL reference, "Functions", with 15 digits where it has 17, and rows of its tables of
 * conversion. */
#include "run.h"

typedef struct {
	const char *expression, *expected; /* NULL: Undefined */
} row;

static void assert_values(const row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_value(rows[i].expression, rows[i].expected);
}

static void test_examples_of_the_reference(void **state)
{
	(void)state;
	static const row rows[] = {
		{ "abs(-5)", "5" },
		{ "abs(\"-5.123\")", "5.123" },
		{ "accountid()", "\"123456789012\"" },
		{ "acos(0)", "1.5707963267949" },
		{ "acos(2)", NULL },
		{ "asin(0)", "0" },
		{ "atan(0)", "0" },
		{ "atan2(1, 0)", "1.5707963267949" },
		{ "bitand(13, 5)", "5" },
		{ "bitand(13.9, \"5.2\")", "5" },
		{ "bitor(8, 5)", "13" },
		{ "bitxor(13, 5)", "8" },
		{ "bitnot(13)", "2" },
		{ "bitnot(\"13.7\")", "2" },
		{ "bitnot(b)", NULL },
		{ "cast(true as Int)", "1" },
		{ "cast(5.9 as int)", "5" },
		{ "cast(\"5E-12\" as Double)", "5e-12" },
		{ "cast(7 as Nvarchar)", "\"7\"" },
		{ "cast(7 as varchar)", "\"7\"" },
		{ "cast(true as Text)", "\"true\"" },
		{ "cast(s as Ntext)", "\"x\"" },
		{ "cast(n as String)", NULL },
		{ "cast(a as Decimal)", NULL },
		{ "ceil(1.2)", "2" },
		{ "ceil(-1.2)", "-1" },
		{ "chr(65)", "\"A\"" },
		{ "chr(49)", "\"1\"" },
		{ "chr(65.9)", "\"A\"" },
		{ "chr(\"65\")", "\"A\"" },
		{ "chr(b)", NULL },
		{ "concat()", NULL },
		{ "concat(1)", "\"1\"" },
		{ "concat([1, 2, 3], 4)", "[1,2,3,4]" },
		{ "concat([1, 2, 3], \"hello\")", "[1,2,3,\"hello\"]" },
		{ "concat(\"con\", \"cat\")", "\"concat\"" },
		{ "concat(1, \"hello\")", "\"1hello\"" },
		{ "concat(\"he\",\"is\",\"man\")", "\"heisman\"" },
		{ "concat([1, 2, 3], \"hello\", [4, 5, 6])", "[1,2,3,\"hello\",4,5,6]" },
		{ "concat([1], missing)", NULL },
		{ "concat(\"x\", n)", NULL },
		{ "cos(0)", "1" },
		{ "cosh(2.3)", "5.03722064926876" },
		{ "endswith(\"cat\",\"at\")", "true" },
		{ "endswith(\"cat\", n)", NULL },
		{ "exp(1)", "2.71828182845905" },
		{ "floor(1.2)", "1" },
		{ "floor(-1.2)", "-2" },
		{ "get([\"a\", \"b\", \"c\"], 1)", "\"b\"" },
		{ "get([\"a\", \"b\", \"c\"], \"1.9\")", "\"b\"" },
		{ "get([\"a\", \"b\", \"c\"], 3)", NULL },
		{ "get([\"a\", \"b\", \"c\"], -1)", NULL },
		{ "get({\"a\":\"b\"}, \"a\")", "\"b\"" },
		{ "get({\"1\":\"b\"}, 1)", NULL },
		{ "get(\"abc\", 1)", "\"b\"" },
		{ "get(u, 1)", "\"\xC3\xA4\"" },
		{ "get(\"abc\", 3)", NULL },
		{ "get(7, 0)", NULL },
		{ "get_or_default(s, \"none\")", "\"x\"" },
		{ "get_or_default(missing, \"none\")", "\"none\"" },
		{ "get_or_default(n, \"none\")", "\"none\"" },
		{ "get_or_default(missing)", NULL },
		{ "md2(\"hello\")", "\"a9046c73e00331af68917d3804f70655\"" },
		{ "md5(\"hello\")", "\"5d41402abc4b2a76b9719d911017c592\"" },
		{ "indexof(\"abcd\", \"bc\")", "1" },
		{ "isNull(5)", "false" },
		{ "isNull(Null)", "true" },
		{ "isUndefined(5)", "false" },
		{ "isUndefined(floor([1,2,3]))", "true" },
		{ "length(\"hi\")", "2" },
		{ "length(false)", "5" },
		{ "ln(exp(1))", "1" },
		{ "log(100)", "2" },
		{ "lower(\"HELLO\")", "\"hello\"" },
		{ "lower([\"HELLO\"])", "\"[\\\"hello\\\"]\"" },
		{ "lpad(\"hello\", 2)", "\"  hello\"" },
		{ "lpad(1, 3)", "\"   1\"" },
		{ "lpad(\"a\", 1.9)", "\" a\"" },
		{ "lpad(\"a\", \"2\")", "\"  a\"" },
		{ "lpad(\"a\", -1)", "\"a\"" },
		{ "length(lpad(\"a\", 1001))", "1001" },
		{ "lpad(\"a\", b)", NULL },
		{ "ltrim(\" h i \")", "\"h i \"" },
		{ "ltrim([1])", "\"[1]\"" },
		{ "mod(8, 3)", "2" },
		{ "nanvl(8, 3)", "8" },
		{ "numbytes(\"hi\")", "2" },
		{ "numbytes(\"\xE2\x82\xAC\")", "3" },
		{ "power(2, 5)", "32" },
		{ "regexp_matches(\"aaaa\", \"a{2,}\")", "true" },
		{ "regexp_matches(\"aaaa\", \"b\")", "false" },
		{ "regexp_matches([\"aaaa\"], \"a{2,}\")", "true" },
		{ "regexp_replace(\"abcd\", \"bc\", \"x\")", "\"axd\"" },
		{ "regexp_replace(\"abcd\", \"b(.*)d\", \"$1\")", "\"ac\"" },
		{ "regexp_substr(\"hihihello\", \"hi\")", "\"hi\"" },
		{ "regexp_substr(\"hihihello\", \"(hi)*\")", "\"hihi\"" },
		{ "remainder(8, 3)", "2" },
		{ "replace(\"abcd\", \"bc\", \"x\")", "\"axd\"" },
		{ "replace(\"abcdabcd\", \"b\", \"x\")", "\"axcdaxcd\"" },
		{ "round(1.2)", "1" },
		{ "round(1.5)", "2" },
		{ "round(1.7)", "2" },
		{ "round(-1.1)", "-1" },
		{ "round(-1.5)", "-2" },
		{ "rpad(\"hello\", 2)", "\"hello  \"" },
		{ "rpad(1, 3)", "\"1   \"" },
		{ "rtrim(\" h i \")", "\" h i\"" },
		{ "sign(-7)", "-1" },
		{ "sign(0)", "0" },
		{ "sign(13)", "1" },
		{ "sin(0)", "0" },
		{ "sin(b)", NULL },
		{ "sinh(2.3)", "4.93696180554596" },
		{ "sourceip()", "\"192.158.1.38\"" },
		{ "substring(\"012345\", 0)", "\"012345\"" },
		{ "substring(\"012345\", 2)", "\"2345\"" },
		{ "substring(\"012345\", 2.745)", "\"2345\"" },
		{ "substring(123, 2)", "\"3\"" },
		{ "substring(\"012345\", -1)", "\"012345\"" },
		{ "substring(true, 1.2)", "\"rue\"" },
		{ "substring(false, -2.411E247)", "\"false\"" },
		{ "substring(\"012345\", 1, 3)", "\"12\"" },
		{ "substring(\"012345\", -50, 50)", "\"012345\"" },
		{ "substring(\"012345\", 3, 1)", "\"\"" },
		{ "sql_version()", "\"2016-03-23\"" },
		{ "sqrt(9)", "3" },
		{ "startswith(\"ranger\",\"ran\")", "true" },
		{ "startswith(\"ranger\", missing)", NULL },
		{ "tan(3)", "-0.142546543074278" },
		{ "tanh(2.3)", "0.980096396266191" },
		{ "trim(\" hi \")", "\"hi\"" },
		{ "trunc(2.3, 0)", "2" },
		{ "trunc(2.3123, 2)", "2.31" },
		{ "trunc(2.888, 2)", "2.88" },
		{ "trunc(2.00, 5)", "2" },
		{ "trunc(2.3, -1)", "2" },
		{ "trunc(2.3, 40)", "2.3" },
		{ "trunc(\"2.39\", 1.9)", "2.3" },
		{ "trunc(2.3, \"1\")", NULL },
		{ "upper(\"hello\")", "\"HELLO\"" },
		{ "upper([\"hello\"])", "\"[\\\"HELLO\\\"]\"" },
	};
	assert_values(rows, ZT_COUNT(rows));
}

/* Patterns: Joda-Time and the JDK, "DateTimeFormatter"; the first two examples of either function are AWS's. */
static void test_times(void **state)
{
	(void)state;
	static const row rows[] = {
		{ "parse_time(\"yyyy.MM.dd G 'at' HH:mm:ss z\", 100000000, \"America/Belize\")",
		  "\"1970.01.01 AD at 21:46:40 CST\"" },
		{ "parse_time(\"yyyy.MM.dd G 'at' HH:mm:ss z\", 100000000)", "\"1970.01.02 AD at 03:46:40 UTC\"" },
		{ "parse_time(\"yyyy\", timestamp(), \"UTC\")", "\"2026\"" },
		{ "parse_time(\"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\", timestamp())", "\"2026-01-31T12:00:00.123Z\"" },
		{ "parse_time(\"Z ZZ ZZZ\", 0, \"Europe/Berlin\")", "\"+0100 +01:00 Europe/Berlin\"" },
		{ "parse_time(\"HH:mm ZZ\", 0, \"+05:30\")", "\"05:30 +05:30\"" },
		{ "parse_time(\"e E EEEE\", 345600000)", "\"1 Mon Monday\"" },
		{ "parse_time(\"xxxx-'W'ww\", 1104537600000)", "\"2004-W53\"" },
		{ "parse_time(\"EEEEEEE MMMMMM\", 0)", "\"Thursday January\"" },
		{ "parse_time(\"hh 'o''clock' a\", 0)", "\"12 o'clock AM\"" },
		{ "parse_time(\"yyyy\", \"0\")", "\"1970\"" },
		{ "parse_time(\"yyyy\", 0, \"Nowhere/City\")", NULL },
		{ "parse_time(\"yyyy 'at\", 0)", NULL },
		{ "parse_time(\"C\", 0)", NULL },
		{ "parse_time(\"yyyy\", missing)", NULL },
		{ "parse_time(\"yyyy\", 1E300)", NULL },
		{ "time_to_epoch(\"2020-04-03 09:45:18 UTC+01:00\", \"yyyy-MM-dd HH:mm:ss VV\")", "1585903518000" },
		{ "time_to_epoch(\"18 December 2015\", \"dd MMMM yyyy\")", "1450396800000" },
		{ "time_to_epoch(\"2007-12-03 10:15:30.592 America/Los_Angeles\", \"yyyy-MM-dd HH:mm:ss.SSS z\")",
		  "1196705730592" },
		{ "time_to_epoch(\"2007-12-03T10:15:30Z\", \"yyyy-MM-dd'T'HH:mm:ssX\")", "1196676930000" },
		{ "time_to_epoch(\"07/12/3\", \"yy/M/d\")", "1196640000000" },
		{ "time_to_epoch(\"2007-13-03\", \"yyyy-MM-dd\")", NULL },
		{ "time_to_epoch(\"2007-12-03 and more\", \"yyyy-MM-dd\")", NULL },
		{ "time_to_epoch(\"2007-12-03\", \"yyyy-MM-dd[ HH]\")", NULL },
		{ "time_to_epoch(\"2007\", \"nnnn\")", NULL },
		{ "time_to_epoch(2007, \"yyyy\")", NULL },
	};
	assert_values(rows, ZT_COUNT(rows));
}

static void test_decode_gives_an_addressable_document(void **state)
{
	(void)state;
	const zt_sql_row rows[] = {
		{ "SELECT decode(encoded_temp,\"base64\").temperature AS temp FROM 'topic/subtopic'",
		  "{\"encoded_temp\":\"eyAidGVtcGVyYXR1cmUiOiAzMyB9Cg==\"}", "{\"temp\":33}" },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

#define VALUES "{\"attributes\":{\"data1\":1,\"data2\":2},\"values\":[{\"a\":3},{\"b\":4},{\"c\":5}]}"
#define DEEP                                                                                             \
	"{\"data1\":\"example\",\"data2\":{\"a\":\"first attribute\",\"b\":\"second attribute\",\"c\":[" \
	"{\"x\":{\"someInt\":5,\"someString\":\"hello\"},\"y\":true},"                                   \
	"{\"x\":{\"someInt\":10,\"someString\":\"world\"},\"y\":false}]}}"

static void test_transform(void **state)
{
	(void)state;
	const zt_sql_row rows[] = {
		{ "select value transform(\"enrichArray\", attributes, values) from 'A/B'", VALUES,
		  "[{\"a\":3,\"data1\":1,\"data2\":2},{\"b\":4,\"data1\":1,\"data2\":2},{\"c\":5,\"data1\":1,\"data2\":"
		  "2}]" },
		{ "select value transform(\"enrichArray\", {\"key\": attributes.data1}, values) from 'A/B'", VALUES,
		  "[{\"a\":3,\"key\":1},{\"b\":4,\"key\":1},{\"c\":5,\"key\":1}]" },
		{ "select value transform('enrichArray', (select a, b from data2), (select value c from data2)) from "
		  "'A/B'",
		  DEEP,
		  "[{\"x\":{\"someInt\":5,\"someString\":\"hello\"},\"y\":true,\"a\":\"first "
		  "attribute\",\"b\":\"second attribute\"},"
		  "{\"x\":{\"someInt\":10,\"someString\":\"world\"},\"y\":false,\"a\":\"first "
		  "attribute\",\"b\":\"second attribute\"}]" },
		{ "select value transform('other', attributes, values) from 'A/B'", VALUES, "" },
		{ "select value transform('enrichArray', attributes, [1]) from 'A/B'", VALUES, "" },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

/* What could not leave as a payload is not built first. */
static void test_results_are_bounded_while_they_grow(void **state)
{
	(void)state;
	enum { ELEMENTS = 20000, MEMBERS = 4000 };
	ZT_CLEANUP(zt_str_free) zt_str payload = ZT_STR(ZT_SQL_RESULT_MAX);
	assert_ok(zt_str_put_text(&payload, "{\"a\":[{}"));
	for (int i = 1; i < ELEMENTS; i++)
		assert_ok(zt_str_put_text(&payload, ",{}"));
	assert_ok(zt_str_put_text(&payload, "],\"o\":{\"\":1"));
	for (int i = 1; i < MEMBERS; i++)
		assert_ok(zt_str_printf(&payload, ",\"%d\":1", i));
	assert_ok(zt_str_put_text(&payload, "}}"));
	const zt_sql_row rows[] = {
		{ "SELECT VALUE transform('enrichArray', o, a) FROM 'a'", zt_str_text(&payload), "" },
		{ "SELECT VALUE concat(a,a,a,a) FROM 'a'", zt_str_text(&payload), "" },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples_of_the_reference),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_decode_gives_an_addressable_document),
		cmocka_unit_test(test_transform),
		cmocka_unit_test(test_results_are_bounded_while_they_grow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
