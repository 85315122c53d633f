/* Trigonometry, in radians. What is no number, or would be a complex one, is Undefined. */
#include <math.h>

#include "cloud/rules/functions.h"

#define ANGLE(name)                                                                                              \
	static json_t *call_##name(const zt_sql_input *input, json_t *const *arguments, size_t count)            \
	{                                                                                                        \
		(void)input, (void)count;                                                                        \
		zt_number number;                                                                                \
		return zt_value_number(arguments[0], &number) ? zt_value_of_double(name(number.decimal)) : NULL; \
	}
ANGLE(acos)
ANGLE(asin)
ANGLE(atan)
ANGLE(cos)
ANGLE(cosh)
ANGLE(sin)
ANGLE(sinh)
ANGLE(tan)
ANGLE(tanh)
#undef ANGLE

static json_t *call_atan2(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	zt_number y, x;
	if (!zt_value_number(arguments[0], &y) || !zt_value_number(arguments[1], &x))
		return NULL;
	return zt_value_of_double(atan2(y.decimal, x.decimal));
}

const zt_sql_function zt_sql_angle_functions[] = {
	{ "acos", 1, 1, call_acos },
	{ "asin", 1, 1, call_asin },
	{ "atan", 1, 1, call_atan },
	{ "atan2", 2, 2, call_atan2 },
	{ "cos", 1, 1, call_cos },
	{ "cosh", 1, 1, call_cosh },
	{ "sin", 1, 1, call_sin },
	{ "sinh", 1, 1, call_sinh },
	{ "tan", 1, 1, call_tan },
	{ "tanh", 1, 1, call_tanh },
	{ 0 },
};
