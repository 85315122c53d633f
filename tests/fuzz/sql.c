/* A statement is parsed and run; a line behind it is the payload. */
#include "base/json.h"
#include "cloud/rules/sql.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view all = zt_view_make(bytes, n);
	size_t line = zt_view_find(all, '\n');
	zt_view statement = zt_view_make(bytes, line), payload = zt_view_from(all, line + 1);
	ZT_CLEANUP(zt_sql_freep) zt_sql *sql = NULL;
	ZT_CLEANUP(zt_sql_freep) zt_sql *expression = NULL;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(ZT_SQL_RESULT_MAX);
	ZT_JSON_CLEANUP json_t *json = NULL;
	zt_error error;
	if (zt_json_parse(payload, &json, &error) != ZT_OK)
		json = NULL;
	zt_publish message = { .topic = ZT_LIT("a/b"), .payload = payload, .client_id = ZT_LIT("lamp") };
	zt_sql_input input = { .message = &message, .payload = json, .account = ZT_LIT("123456789012"), .now_ms = 1 };
	if (zt_sql_parse(statement, &sql, &error) == ZT_OK && zt_sql_run(sql, &input, &out) == ZT_OK)
		zt_str_clear(&out);
	if (zt_sql_parse_expression(statement, &expression, &error) == ZT_OK &&
	    zt_sql_value(expression, &input, &out) == ZT_OK)
		zt_str_clear(&out);
	return 0;
}
