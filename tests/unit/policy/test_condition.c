#include "decide.h"

static bool holds(const char *condition, const char *const *values)
{
	char document[1024];
	(void)snprintf(document, sizeof document,
		       "{" VERSION
		       ",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{%s}}}",
		       condition);
	zt_policy *policy = NULL;
	zt_decision decision = decide(&(zt_case){ ZT_POLICY_IOT, document, "iot:Connect", "", NULL, values }, &policy);
	zt_policy_free(policy);
	return decision.kind == ZT_DECISION_ALLOW;
}

#define VALUES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NONE ((const char *const[]){ NULL })

typedef struct {
	const char *condition;
	const char *const *values;
	bool expected;
} row;

static void assert_rows(const row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (holds(rows[i].condition, rows[i].values) != rows[i].expected)
			fail_msg("row %zu: %s should %shold", i, rows[i].condition, rows[i].expected ? "" : "not ");
}

static void test_strings(void **state)
{
	(void)state;
	const row rows[] = {
		{ "\"StringEquals\":{\"k:a\":\"x\"}", VALUES("k:a=x"), true },
		{ "\"stringequals\":{\"K:A\":\"x\"}", VALUES("k:a=x"), true },
		{ "\"StringEquals\":{\"k:a\":\"x\"}", VALUES("k:a=X"), false },
		{ "\"StringEquals\":{\"k:a\":[\"y\",\"x\"]}", VALUES("k:a=x"), true },
		{ "\"StringEquals\":{\"k:a\":\"*\"}", VALUES("k:a=x"), false },
		{ "\"StringEquals\":{\"k:a\":7}", VALUES("k:a=7"), true },
		{ "\"StringEquals\":{\"k:a\":\"x\"}", NONE, false },
		{ "\"StringNotEquals\":{\"k:a\":\"x\"}", VALUES("k:a=y"), true },
		{ "\"StringNotEquals\":{\"k:a\":[\"y\",\"x\"]}", VALUES("k:a=x"), false },
		{ "\"StringNotEquals\":{\"k:a\":\"x\"}", NONE, true },
		{ "\"StringEqualsIgnoreCase\":{\"k:a\":\"x\"}", VALUES("k:a=X"), true },
		{ "\"StringLike\":{\"k:a\":\"a*z\"}", VALUES("k:a=abcz"), true },
		{ "\"StringNotLike\":{\"k:a\":\"a*z\"}", VALUES("k:a=abcz"), false },
		{ "\"StringEqualsIfExists\":{\"k:a\":\"x\"}", NONE, true },
		{ "\"StringEqualsIfExists\":{\"k:a\":\"x\"}", VALUES("k:a=y"), false },
		{ "\"StringEquals\":{\"k:a\":\"x\",\"k:b\":\"y\"}", VALUES("k:a=x"), false },
		{ "\"StringEquals\":{\"k:a\":\"x\"},\"StringLike\":{\"k:b\":\"y\"}", VALUES("k:a=x", "k:b=y"), true },
		{ "\"StringEquals\":{\"k:a\":\"x\"},\"StringLike\":{\"k:b\":\"y\"}", VALUES("k:a=x", "k:b=z"), false },
	};
	assert_rows(rows, ZT_COUNT(rows));
}

static void test_variables_in_values(void **state)
{
	(void)state;
	const row rows[] = {
		{ "\"StringEquals\":{\"k:a\":\"${k:b}\"}", VALUES("k:a=x", "k:b=x"), true },
		{ "\"StringEquals\":{\"k:a\":\"${k:b}\"}", VALUES("k:a=x", "k:b=y"), false },
		{ "\"StringNotEquals\":{\"k:a\":\"${k:b}\"}", VALUES("k:a=x"), false },
		{ "\"ArnLike\":{\"k:a\":\"arn:aws:iot:*:*:rule/${k:b}\"}",
		  VALUES("k:a=arn:aws:iot:r:1:rule/x", "k:b=x"), true },
	};
	assert_rows(rows, ZT_COUNT(rows));
}

static void test_arns_match_part_by_part(void **state)
{
	(void)state;
	const row rows[] = {
		{ "\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:iot:*:123456789012:rule/*\"}",
		  VALUES("aws:SourceArn=arn:aws:iot:us-east-1:123456789012:rule/jitr"), true },
		{ "\"ArnEquals\":{\"AWS:SourceArn\":\"arn:aws:iot:*:123456789012:rule/*\"}",
		  VALUES("aws:SourceArn=arn:aws:iot:us-east-1:123456789012:rule/jitr"), true },
		{ "\"ArnLike\":{\"AWS:SourceArn\":\"*\"}",
		  VALUES("aws:SourceArn=arn:aws:iot:us-east-1:123456789012:rule/jitr"), true },
		{ "\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:*:*:*:rule/a\"}",
		  VALUES("aws:SourceArn=arn:aws:iot:r:1:x:rule/a"), false },
		{ "\"ArnNotLike\":{\"AWS:SourceArn\":\"arn:aws:iot:*:*:rule/a\"}",
		  VALUES("aws:SourceArn=arn:aws:iot:r:1:rule/b"), true },
		{ "\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:iot:*:*:rule/a\"}", NONE, false },
	};
	assert_rows(rows, ZT_COUNT(rows));
}

static void test_numbers_and_dates(void **state)
{
	(void)state;
	const row rows[] = {
		{ "\"NumericLessThan\":{\"k:n\":\"10\"}", VALUES("k:n=9.5"), true },
		{ "\"NumericLessThan\":{\"k:n\":10}", VALUES("k:n=10"), false },
		{ "\"NumericLessThanEquals\":{\"k:n\":10}", VALUES("k:n=10.0"), true },
		{ "\"NumericGreaterThan\":{\"k:n\":-1}", VALUES("k:n=0"), true },
		{ "\"NumericGreaterThanEquals\":{\"k:n\":2}", VALUES("k:n=1"), false },
		{ "\"NumericEquals\":{\"k:n\":2}", VALUES("k:n=two"), false },
		{ "\"NumericNotEquals\":{\"k:n\":2}", VALUES("k:n=2"), false },
		{ "\"DateLessThan\":{\"aws:CurrentTime\":\"2026-02-01T00:00:00Z\"}",
		  VALUES("aws:CurrentTime=2026-01-31T23:59:59Z"), true },
		{ "\"DateLessThan\":{\"aws:CurrentTime\":\"2026-02-01\"}",
		  VALUES("aws:CurrentTime=2026-02-01T00:00:00Z"), false },
		{ "\"DateEquals\":{\"aws:EpochTime\":\"1970-01-02\"}", VALUES("aws:EpochTime=86400"), true },
		{ "\"DateGreaterThan\":{\"aws:EpochTime\":\"86399\"}", VALUES("aws:EpochTime=1970-01-02T00:00:00Z"),
		  true },
	};
	assert_rows(rows, ZT_COUNT(rows));
}

static void test_booleans_and_absence(void **state)
{
	(void)state;
	const row rows[] = {
		{ "\"Bool\":{\"iot:Connection.Thing.IsAttached\":[\"true\"]}",
		  VALUES("iot:Connection.Thing.IsAttached=true"), true },
		{ "\"Bool\":{\"iot:Connection.Thing.IsAttached\":[\"true\"]}",
		  VALUES("iot:Connection.Thing.IsAttached=false"), false },
		{ "\"Bool\":{\"aws:SecureTransport\":false}", VALUES("aws:SecureTransport=false"), true },
		{ "\"Null\":{\"k:a\":\"true\"}", NONE, true },
		{ "\"Null\":{\"k:a\":\"true\"}", VALUES("k:a=x"), false },
		{ "\"Null\":{\"k:a\":false}", VALUES("k:a=x"), true },
	};
	assert_rows(rows, ZT_COUNT(rows));
}

static void test_addresses(void **state)
{
	(void)state;
	const row rows[] = {
		{ "\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}", VALUES("aws:SourceIp=203.0.113.77"), true },
		{ "\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/25\"}", VALUES("aws:SourceIp=203.0.113.128"), false },
		{ "\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/0\"}", VALUES("aws:SourceIp=1.2.3.4"), true },
		{ "\"IpAddress\":{\"aws:SourceIp\":\"1.2.3.4\"}", VALUES("aws:SourceIp=1.2.3.5"), false },
		{ "\"IpAddress\":{\"aws:SourceIp\":\"2001:db8::/33\"}", VALUES("aws:SourceIp=2001:db8:7fff::1"), true },
		{ "\"IpAddress\":{\"aws:SourceIp\":\"2001:db8::/33\"}", VALUES("aws:SourceIp=2001:db8:8000::1"),
		  false },
		{ "\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/0\"}", VALUES("aws:SourceIp=::1"), false },
		{ "\"NotIpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}", VALUES("aws:SourceIp=198.51.100.1"), true },
	};
	assert_rows(rows, ZT_COUNT(rows));
}

/* AWS IoT, "Connect policy examples": iot:ConnectAttributes with the set operators. */
static void test_sets(void **state)
{
	(void)state;
	const row rows[] = {
		{ "\"ForAllValues:StringEquals\":{\"iot:ConnectAttributes\":[\"PersistentConnect\",\"LastWill\"]}",
		  VALUES("iot:ConnectAttributes=LastWill"), true },
		{ "\"ForAllValues:StringEquals\":{\"iot:ConnectAttributes\":[\"PersistentConnect\"]}",
		  VALUES("iot:ConnectAttributes=PersistentConnect", "iot:ConnectAttributes=LastWill"), false },
		{ "\"ForAllValues:StringEquals\":{\"iot:ConnectAttributes\":[\"PersistentConnect\"]}", NONE, true },
		{ "\"ForAnyValue:StringEquals\":{\"iot:ConnectAttributes\":[\"PersistentConnect\"]}",
		  VALUES("iot:ConnectAttributes=LastWill", "iot:ConnectAttributes=PersistentConnect"), true },
		{ "\"ForAnyValue:StringEquals\":{\"iot:ConnectAttributes\":[\"PersistentConnect\"]}", NONE, false },
		{ "\"ForAllValues:StringNotEquals\":{\"k:a\":[\"x\"]}", VALUES("k:a=y", "k:a=x"), false },
		{ "\"ForAnyValue:StringNotEquals\":{\"k:a\":[\"x\"]}", VALUES("k:a=x", "k:a=y"), true },
		{ "\"ForAnyValue:StringEquals\":{\"iot:Certificate.Subject.Organization.List\":[\"b\"]}",
		  VALUES("iot:Certificate.Subject.Organization=a", "iot:Certificate.Subject.Organization=b"), true },
	};
	assert_rows(rows, ZT_COUNT(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_variables_in_values),
		cmocka_unit_test(test_arns_match_part_by_part),
		cmocka_unit_test(test_numbers_and_dates),
		cmocka_unit_test(test_booleans_and_absence),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_sets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
