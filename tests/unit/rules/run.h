/* A statement on a payload, in one line of a test. */
#ifndef ZT_TESTS_UNIT_RULES_RUN_H
#define ZT_TESTS_UNIT_RULES_RUN_H

#include <string.h>

#include "base/json.h"
#include "cloud/rules/sql.h"
#include "zt_cmocka.h"

/* Runs on a message to a/b/c of client lamp; gives the status, and the outgoing payload in *out. */
static inline zt_status run_statement(const char *statement, const char *payload, zt_str *out)
{
	ZT_CLEANUP(zt_sql_freep) zt_sql *sql = NULL;
	ZT_JSON_CLEANUP json_t *json = NULL;
	zt_error error = { 0 };
	if (zt_sql_parse(zt_view_of(statement), &sql, &error) != ZT_OK)
		fail_msg("%s in %s", error.text, statement);
	if (zt_json_parse(zt_view_of(payload), &json, NULL) != ZT_OK)
		json = NULL;
	/* MQTT 5 §2.2.2.2: payload format 1, content type "t", response topic "r", correlation data 0102, two user
	 * properties "k". */
	static const char properties[] = "\x01\x01\x03\x00\x01t\x08\x00\x01r\x09\x00\x02\x01\x02"
					 "\x26\x00\x01k\x00\x01"
					 "1\x26\x00\x01k\x00\x01"
					 "2";
	zt_publish message = { .topic = ZT_LIT("a/b/c"),
			       .payload = zt_view_of(payload),
			       .client_id = ZT_LIT("lamp"),
			       .principal = ZT_LIT("0011"),
			       .source_ip = ZT_LIT("192.158.1.38"),
			       .properties = zt_view_make(properties, sizeof properties - 1) };
	zt_sql_input input = { .message = &message,
			       .payload = json,
			       .account = ZT_LIT("123456789012"),
			       .now_ms = 1769860800123,
			       .trace_id = "11111111-2222-4333-8444-555555555555" };
	return zt_sql_run(sql, &input, out);
}

typedef struct {
	const char *statement, *payload, *expected; /* NULL: WHERE does not hold */
} zt_sql_row;

static inline void assert_sql(const zt_sql_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_SQL_RESULT_MAX);
		zt_status status = run_statement(rows[i].statement, rows[i].payload, &out);
		if (!rows[i].expected) {
			if (status != ZT_E_NOT_FOUND)
				fail_msg("%s on %s should not select, gave %s", rows[i].statement, rows[i].payload,
					 zt_str_text(&out));
			continue;
		}
		if (status != ZT_OK || strcmp(zt_str_text(&out), rows[i].expected) != 0)
			fail_msg("%s on %s gave %s %s, expected %s", rows[i].statement, rows[i].payload,
				 zt_status_name(status), zt_str_text(&out), rows[i].expected);
	}
}

/* `expected` NULL: Undefined. The payload has one of each type. */
static inline void assert_value(const char *expression, const char *expected)
{
	const char *payload =
	    "{\"i\":7,\"w\":10.0,\"d\":2.5,\"s\":\"x\",\"ns\":\"12\",\"b\":true,\"n\":null,\"a\":[1,\"two\",3.0],"
	    "\"o\":{\"k\":1,\"l\":[2]},\"u\":\"a\xC3\xA4"
	    "bc\"}";
	char statement[512];
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_SQL_RESULT_MAX);
	(void)snprintf(statement, sizeof statement, "SELECT VALUE (%s) FROM 'a'", expression);
	assert_ok(run_statement(statement, payload, &out));
	if (strcmp(zt_str_text(&out), expected ? expected : "") != 0)
		fail_msg("%s is %s, expected %s", expression, zt_str_text(&out), expected ? expected : "Undefined");
}

#endif
