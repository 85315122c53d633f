/* Functions of the SQL. Inside of the room. A call with arguments that it cannot use gives Undefined. */
#ifndef ZT_CLOUD_RULES_FUNCTIONS_H
#define ZT_CLOUD_RULES_FUNCTIONS_H

#include "cloud/rules/sql.h"
#include "cloud/rules/value.h"

enum { ZT_SQL_ARGUMENTS_MAX = 32 /* AWS names no ceiling for concat */ };

typedef struct zt_sql_function {
	const char *name; /* matched without case; NULL ends a table */
	uint8_t min, max; /* number of arguments */
	/* Arguments may be NULL (Undefined). */
	json_t *(*call)(const zt_sql_input *input, json_t *const *arguments, size_t count);
} zt_sql_function;

extern const zt_sql_function zt_sql_message_functions[]; /* topic, clientid, timestamp … */
extern const zt_sql_function zt_sql_text_functions[];
extern const zt_sql_function zt_sql_number_functions[];
extern const zt_sql_function zt_sql_angle_functions[]; /* sin, cos … */
extern const zt_sql_function zt_sql_time_functions[];
extern const zt_sql_function zt_sql_value_functions[]; /* cast, encode, isNull … */
extern const zt_sql_function zt_sql_array_functions[]; /* concat, get, transform */
extern const zt_sql_function zt_sql_regexp_functions[];
extern const zt_sql_function zt_sql_hash_functions[];
extern const zt_sql_function zt_sql_mqtt_functions[]; /* of MQTT 5's properties */
/* encode(*, 'base64'): the payload's own bytes, JSON or not. */
extern const zt_sql_function zt_sql_encode_payload;

/* NULL when there is none of that name. */
const zt_sql_function *zt_sql_function_find(zt_view name);

#endif
