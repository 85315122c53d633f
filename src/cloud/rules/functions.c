#include "cloud/rules/functions.h"

const zt_sql_function *zt_sql_function_find(zt_view name)
{
	static const zt_sql_function *const tables[] = { zt_sql_message_functions, zt_sql_text_functions,
							 zt_sql_number_functions,  zt_sql_angle_functions,
							 zt_sql_time_functions,    zt_sql_value_functions,
							 zt_sql_array_functions,   zt_sql_regexp_functions,
							 zt_sql_hash_functions,    zt_sql_mqtt_functions };
	for (size_t i = 0; i < ZT_COUNT(tables); i++)
		for (const zt_sql_function *function = tables[i]; function->name; function++)
			if (zt_view_equal_nocase(zt_view_of(function->name), name))
				return function;
	return NULL;
}
