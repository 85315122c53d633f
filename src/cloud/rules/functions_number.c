/* Functions on numbers. */
#include <math.h>

#include "cloud/rules/functions.h"

static json_t *apply(const json_t *argument, double (*function)(double))
{
	zt_number number;
	return zt_value_number(argument, &number) ? zt_value_of_double(function(number.decimal)) : NULL;
}

static json_t *call_abs(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return apply(arguments[0], fabs);
}

static json_t *call_ceil(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return apply(arguments[0], ceil);
}

static json_t *call_floor(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return apply(arguments[0], floor);
}

/* Halves go away from zero. */
static json_t *call_round(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return apply(arguments[0], round);
}

static json_t *call_sqrt(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return apply(arguments[0], sqrt);
}

static json_t *call_mod(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return zt_value_arithmetic(ZT_TOKEN_PERCENT, arguments[0], arguments[1]);
}

static json_t *call_power(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	zt_number base, exponent;
	if (!zt_value_number(arguments[0], &base) || !zt_value_number(arguments[1], &exponent))
		return NULL;
	return zt_value_of_double(pow(base.decimal, exponent.decimal));
}

const zt_sql_function zt_sql_number_functions[] = {
	{ "abs", 1, 1, call_abs },     { "ceil", 1, 1, call_ceil },
	{ "floor", 1, 1, call_floor }, { "round", 1, 1, call_round },
	{ "sqrt", 1, 1, call_sqrt },   { "mod", 2, 2, call_mod },
	{ "power", 2, 2, call_power }, { 0 },
};
