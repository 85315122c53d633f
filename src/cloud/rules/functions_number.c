/* Functions on numbers. */
#include <math.h>

#include "base/random.h"
#include "cloud/rules/functions.h"

enum { PLACES_MAX = 34 };

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

static json_t *call_sign(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	zt_number number;
	if (!zt_value_number(arguments[0], &number))
		return NULL;
	return json_integer((number.decimal > 0) - (number.decimal < 0));
}

/* To so many places behind the point, from none to 34. */
static json_t *call_trunc(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	zt_number number;
	int64_t places;
	if (!zt_value_number(arguments[0], &number) || !json_is_number(arguments[1]) ||
	    !zt_value_whole(arguments[1], &places))
		return NULL;
	double scale = pow(10, (double)(places < 0 ? 0 : places > PLACES_MAX ? PLACES_MAX : places));
	/* What is beyond the precision of a double stays as it is. */
	bool exact = number.whole || fabs(number.decimal * scale) > ZT_WHOLE_DOUBLE_MAX;
	return exact ? json_incref(arguments[0]) : zt_value_of_double(trunc(number.decimal * scale) / scale);
}

static json_t *call_exp(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return apply(arguments[0], exp);
}

static json_t *call_ln(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return apply(arguments[0], log);
}

static json_t *call_log(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return apply(arguments[0], log10);
}

static json_t *call_rand(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)arguments, (void)count;
	return json_real((double)zt_random_below(1ull << 53) * 0x1p-53);
}

static json_t *bits(json_t *const *arguments, char op)
{
	int64_t a, b;
	if (!zt_value_whole(arguments[0], &a) || !zt_value_whole(arguments[1], &b))
		return NULL;
	uint64_t x = (uint64_t)a, y = (uint64_t)b;
	return json_integer((json_int_t)(op == '&' ? x & y : op == '|' ? x | y : x ^ y));
}

static json_t *call_bitand(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return bits(arguments, '&');
}

static json_t *call_bitor(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return bits(arguments, '|');
}

static json_t *call_bitxor(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return bits(arguments, '^');
}

/* The bits below the highest one that is set, as AWS's example has it: bitnot(13) = 2. */
static json_t *call_bitnot(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	int64_t number;
	if (!zt_value_whole(arguments[0], &number))
		return NULL;
	uint64_t mask = number > 0 ? UINT64_MAX >> __builtin_clzll((uint64_t)number) : UINT64_MAX;
	return json_integer((json_int_t)(~(uint64_t)number & mask));
}

/* The first argument, unless there is none. */
static json_t *call_nanvl(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return json_incref(arguments[0] && !json_is_null(arguments[0]) ? arguments[0] : arguments[1]);
}

const zt_sql_function zt_sql_number_functions[] = {
	{ "abs", 1, 1, call_abs },       { "ceil", 1, 1, call_ceil },
	{ "floor", 1, 1, call_floor },   { "round", 1, 1, call_round },
	{ "sqrt", 1, 1, call_sqrt },     { "mod", 2, 2, call_mod },
	{ "power", 2, 2, call_power },   { "sign", 1, 1, call_sign },
	{ "trunc", 2, 2, call_trunc },   { "exp", 1, 1, call_exp },
	{ "ln", 1, 1, call_ln },         { "log", 1, 1, call_log },
	{ "rand", 0, 0, call_rand },     { "bitand", 2, 2, call_bitand },
	{ "bitor", 2, 2, call_bitor },   { "bitxor", 2, 2, call_bitxor },
	{ "bitnot", 1, 1, call_bitnot }, { "remainder", 2, 2, call_mod },
	{ "nanvl", 2, 2, call_nanvl },   { 0 },
};
