#include <string.h>

#include "run.h"

static void test_arithmetic(void **state)
{
	(void)state;
	assert_value("i + 1", "8");
	assert_value("i - d", "4.5");
	assert_value("d * 2", "5");
	assert_value("i / 2", "3");
	assert_value("i / 2.0", "3");
	assert_value("i / d", "2.8");
	assert_value("i % 4", "3");
	assert_value("1 + 2 * 3", "7");
	assert_value("(1 + 2) * 3", "9");
	assert_value("10 - 2 - 3", "5");
	assert_value("-i", "-7");
	assert_value("w", "10");
	assert_value("ns * 2", "24");
	assert_value("0.1 + 0.2", "0.3");
	assert_value("i / 0", NULL);
	assert_value("i % 0", NULL);
	assert_value("i + missing", NULL);
	assert_value("i + b", NULL);
	assert_value("s * 2", NULL);
	assert_value("n + 1", NULL);
	assert_value("9223372036854775807 + 1", "9.22337203685478e18");
}

static void test_plus_concatenates_strings(void **state)
{
	(void)state;
	assert_value("s + 'y'", "\"xy\"");
	assert_value("s + i", "\"x7\"");
	assert_value("d + s", "\"2.5x\"");
	assert_value("ns + 1", "\"121\"");
	assert_value("s + o", "\"x{\\\"k\\\":1,\\\"l\\\":[2]}\"");
	assert_value("s + n", NULL);
	assert_value("s + missing", NULL);
}

static void test_equality(void **state)
{
	(void)state;
	assert_value("i = 7", "true");
	assert_value("w = 10", "true");
	assert_value("ns = 12", "false");
	assert_value("ns <> 12", "true");
	assert_value("a = [1, 'two', 3]", "true");
	assert_value("a = ['two', 1, 3]", "false");
	assert_value("o = {'l':[2], 'k':1}", "true");
	assert_value("n = NULL", "true");
	assert_value("missing = missing", NULL);
	assert_value("missing <> 1", NULL);
}

static void test_order(void **state)
{
	(void)state;
	assert_value("i > d", "true");
	assert_value("i >= 7", "true");
	assert_value("i < 7", "false");
	assert_value("ns <= 12", "true");
	assert_value("ns > 9", "true");
	assert_value("s > 1", NULL);
	assert_value("b > 0", NULL);
	assert_value("'1.5e1' > 14", "true");
	assert_value("'+1' > 0", NULL);
	assert_value("' 1' > 0", NULL);
	assert_value("'0x10' > 0", NULL);
}

static void test_message_functions(void **state)
{
	(void)state;
	assert_value("topic()", "\"a/b/c\"");
	assert_value("topic(1)", "\"a\"");
	assert_value("topic(3)", "\"c\"");
	assert_value("topic(0)", NULL);
	assert_value("topic(4)", NULL);
	assert_value("clientid()", "\"lamp\"");
	assert_value("principal()", "\"0011\"");
	assert_value("timestamp()", "1769860800123");
	assert_value("accountid()", "\"123456789012\"");
	assert_value("traceid()", "\"11111111-2222-4333-8444-555555555555\"");
	assert_value("length(newuuid())", "36");
	assert_value("newuuid() = newuuid()", "false");
}

static void test_text_functions(void **state)
{
	(void)state;
	assert_value("concat(s, i, '-', b)", "\"x7-true\"");
	assert_value("concat(s, missing)", NULL);
	assert_value("lower('HELLO 1')", "\"hello 1\"");
	assert_value("upper('hello')", "\"HELLO\"");
	assert_value("length(u)", "4");
	assert_value("numbytes(u)", "5");
	assert_value("indexof('abcd', 'bc')", "1");
	assert_value("indexof('abcd', 'x')", "-1");
	assert_value("indexof(u, 'b')", "2");
	assert_value("startswith('ranger','ran')", "true");
	assert_value("endswith('cat','bat')", "false");
	assert_value("substring('012345', 0)", "\"012345\"");
	assert_value("substring('012345', 2)", "\"2345\"");
	assert_value("substring('012345', 2, 4)", "\"23\"");
	assert_value("substring(u, 1, 2)", "\"\xC3\xA4\"");
	assert_value("substring('012', 2, 1)", "\"\"");
	assert_value("substring('012', 5)", "\"\"");
	assert_value("replace('a_a_a', '_', '--')", "\"a--a--a\"");
	assert_value("replace('aaa', 'a', '')", "\"\"");
	assert_value("trim(' hi ')", "\"hi\"");
	assert_value("ltrim(' hi ')", "\"hi \"");
	assert_value("rtrim(' hi ')", "\" hi\"");
	assert_value("lower(n)", NULL);
}

static void test_number_functions(void **state)
{
	(void)state;
	assert_value("abs(-5)", "5");
	assert_value("abs('-5.123')", "5.123");
	assert_value("ceil(1.2)", "2");
	assert_value("floor(-1.2)", "-2");
	assert_value("round(1.5)", "2");
	assert_value("sqrt(9)", "3");
	assert_value("sqrt(-1)", NULL);
	assert_value("mod(8, 3)", "2");
	assert_value("power(2, 5)", "32");
	assert_value("abs(b)", NULL);
}

static void test_value_functions(void **state)
{
	(void)state;
	assert_value("get(a, 1)", "\"two\"");
	assert_value("get(a, 9)", NULL);
	assert_value("get(o, 'k')", "1");
	assert_value("get(o, 'z')", NULL);
	assert_value("get(o, 'l').x", NULL);
	assert_value("isNull(n)", "true");
	assert_value("isNull(missing)", "false");
	assert_value("isUndefined(missing)", "true");
	assert_value("isUndefined(n)", "false");
	assert_value("cast(true AS Int)", "1");
	assert_value("cast('2.9' AS Int)", "2");
	assert_value("cast(2.5 AS String)", "\"2.5\"");
	assert_value("cast(a AS String)", "\"[1,\\\"two\\\",3.0]\"");
	assert_value("cast(0 AS Boolean)", "false");
	assert_value("cast('TRUE' AS Boolean)", "true");
	assert_value("cast(s AS Decimal)", NULL);
	assert_value("encode('hello', 'base64')", "\"aGVsbG8=\"");
	assert_value("decode('aGVsbG8=', 'base64')", "\"hello\"");
	assert_value("decode('/w==', 'base64')", "null");
	assert_value("decode('?', 'base64')", "null");
	assert_value("encode(missing, 'base64')", NULL);
	assert_value("encode('x', 'rot13')", NULL);
}

static void test_encode_takes_the_payload_as_it_came(void **state)
{
	(void)state;
	const zt_sql_row rows[] = {
		{ "SELECT encode(*, 'base64') AS data FROM 'a'", "hello", "{\"data\":\"aGVsbG8=\"}" },
		{ "SELECT encode(*, 'base64') AS data FROM 'a'", "{ }", "{\"data\":\"eyB9\"}" },
	};
	assert_sql(rows, ZT_COUNT(rows));
}

/* The examples of AWS's SQL reference, and the digests of RFC 1321 and FIPS 180 of "abc". */
static void test_functions_of_the_reference(void **state)
{
	(void)state;
	assert_value("regexp_matches('aaaa', 'a{2,}')", "true");
	assert_value("regexp_matches('aaaa', 'b')", "false");
	assert_value("regexp_matches('aaaa', '(')", NULL);
	assert_value("regexp_matches('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '^(a+)+$')", NULL);
	assert_value("regexp_replace('abcd', 'a', 'x')", "\"xbcd\"");
	assert_value("regexp_replace('abcd', 'b(.*)d', '$1xyz')", "\"acxyz\"");
	assert_value("regexp_substr('hihihello', 'hi')", "\"hi\"");
	assert_value("regexp_substr('hihihello', '(hi)*')", "\"hihi\"");
	assert_value("regexp_substr('hello', 'z')", NULL);
	assert_value("lpad('hello', 2)", "\"  hello\"");
	assert_value("lpad(1, 3)", "\"   1\"");
	assert_value("rpad('hello', 2)", "\"hello  \"");
	assert_value("chr(65)", "\"A\"");
	assert_value("chr(0)", NULL);
	assert_value("sign(-7)", "-1");
	assert_value("sign(0)", "0");
	assert_value("sign(13)", "1");
	assert_value("trunc(2.345, 2)", "2.34");
	assert_value("trunc(2, 5)", "2");
	assert_value("bitand(5, 6)", "4");
	assert_value("bitor(8, 5)", "13");
	assert_value("bitxor(13, 5)", "8");
	assert_value("nanvl(8, 9)", "8");
	assert_value("nanvl('x', 9)", "\"x\"");
	assert_value("nanvl(n, 9)", "9");
	assert_value("nanvl(missing, 9)", "9");
	assert_value("exp(0)", "1");
	assert_value("ln(1)", "0");
	assert_value("log(1000)", "3");
	assert_value("rand() < 1 AND rand() >= 0", "true");
	assert_value("md5('abc')", "\"900150983cd24fb0d6963f7d28e17f72\"");
	assert_value("sha1('abc')", "\"a9993e364706816aba3e25717850c26c9cd0d89d\"");
	assert_value("sha224('abc')", "\"23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7\"");
	assert_value("sha256('abc')", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"");
	assert_value("sha256(missing)", NULL);
	assert_value("get_mqtt_property('content_type')", "\"t\"");
	assert_value("get_mqtt_property('response_topic')", "\"r\"");
	assert_value("get_mqtt_property('correlation_data')", "\"AQI=\"");
	assert_value("get_mqtt_property('format_indicator')", "\"UTF8_DATA\"");
	assert_value("get_mqtt_property('other')", NULL);
	assert_value("get_user_properties('k')", "[\"1\",\"2\"]");
	assert_value("get_user_properties()", "[{\"k\":\"1\"},{\"k\":\"2\"}]");
	assert_value("get_user_properties('z')", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arithmetic),        cmocka_unit_test(test_plus_concatenates_strings),
		cmocka_unit_test(test_equality),          cmocka_unit_test(test_order),
		cmocka_unit_test(test_message_functions), cmocka_unit_test(test_text_functions),
		cmocka_unit_test(test_number_functions),  cmocka_unit_test(test_functions_of_the_reference),
		cmocka_unit_test(test_value_functions),   cmocka_unit_test(test_encode_takes_the_payload_as_it_came),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
