/* SQL of rules: parsed once, run on each message (AWS IoT SQL reference, version 2016-03-23). Inside of the room; pure.
 */
#ifndef ZT_CLOUD_RULES_SQL_H
#define ZT_CLOUD_RULES_SQL_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"
#include "cloud/publish.h"

enum {
	ZT_SQL_TEXT_MAX = 32 * 1024,    /* of a statement; AWS documents no ceiling */
	ZT_SQL_RESULT_MAX = 128 * 1024, /* AWS IoT Core quotas, "Rule payload size" */
};

typedef struct zt_sql zt_sql;

/* SELECT … [FROM '<filter>'] [WHERE …]. ZT_E_INVALID with `code` SqlParseException and the place of the fault. */
ZT_NODISCARD zt_status zt_sql_parse(zt_view statement, zt_sql **ret, zt_error *ret_error);
/* One expression alone, for substitution templates; run with zt_sql_value. */
ZT_NODISCARD zt_status zt_sql_parse_expression(zt_view expression, zt_sql **ret, zt_error *ret_error);
void zt_sql_free(zt_sql *sql);
ZT_DEFINE_CLEANUP(zt_sql, zt_sql_free)

/* The topic filter of FROM; false when the statement has none (Basic Ingest). */
bool zt_sql_filter(const zt_sql *sql, zt_view *ret_filter);

/* What a statement is run on. */
typedef struct {
	const zt_publish *message;
	const json_t *payload; /* parsed; NULL when it is no JSON */
	zt_view account;
	int64_t now_ms;
	char trace_id[37]; /* of the message; "" when it did not come by MQTT */
} zt_sql_input;

/* ZT_OK with the outgoing payload in *out (cleared first), ZT_E_NOT_FOUND when WHERE is not true, ZT_E_LIMIT when the
 * result is over its ceiling. */
ZT_NODISCARD zt_status zt_sql_run(const zt_sql *sql, const zt_sql_input *input, zt_str *out);
/* Value of a parsed expression as text: strings bare, everything else as JSON, nothing when it is Undefined. */
ZT_NODISCARD zt_status zt_sql_value(const zt_sql *sql, const zt_sql_input *input, zt_str *out);

#endif
