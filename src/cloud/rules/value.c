#include "cloud/rules/value.h"

#include <math.h>
#include <stdlib.h>

enum {
	NUMBER_TEXT_MAX = 64,
	REAL_DIGITS = 15,      /* the most that a double gives back as they were written */
	TEXT_MAX = 256 * 1024, /* of a string that an expression makes */
};

#define INT64_LIMIT 9223372036854775808.0

static bool digits(zt_view *rest)
{
	size_t n = 0;
	while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
		n++;
	*rest = zt_view_from(*rest, n);
	return n > 0;
}

/* ^-?\d+(\.\d+)?((?i)E-?\d+)?$ */
static bool looks_like_number(zt_view text)
{
	(void)zt_view_take_prefix(&text, ZT_LIT("-"));
	if (!digits(&text))
		return false;
	if (zt_view_take_prefix(&text, ZT_LIT(".")) && !digits(&text))
		return false;
	if (zt_view_take_prefix(&text, ZT_LIT("E")) || zt_view_take_prefix(&text, ZT_LIT("e"))) {
		(void)zt_view_take_prefix(&text, ZT_LIT("-"));
		if (!digits(&text))
			return false;
	}
	return text.n == 0;
}

static zt_number of_double(double number)
{
	bool whole = number == trunc(number) && fabs(number) <= ZT_WHOLE_DOUBLE_MAX;
	return (zt_number){ whole, whole ? (int64_t)number : 0, number };
}

bool zt_value_number(const json_t *value, zt_number *ret)
{
	if (json_is_integer(value)) {
		*ret = (zt_number){ true, json_integer_value(value), (double)json_integer_value(value) };
		return true;
	}
	if (json_is_real(value)) {
		*ret = of_double(json_real_value(value));
		return true;
	}
	char text[NUMBER_TEXT_MAX];
	zt_view view =
	    json_is_string(value) ? zt_view_make(json_string_value(value), json_string_length(value)) : ZT_VIEW_EMPTY;
	if (!looks_like_number(view) || zt_text_copy(text, sizeof text, view) != ZT_OK)
		return false;
	*ret = of_double(strtod(text, NULL));
	return isfinite(ret->decimal);
}

bool zt_value_whole(const json_t *value, int64_t *ret)
{
	zt_number number;
	if (!zt_value_number(value, &number))
		return false;
	double cut = trunc(number.decimal);
	if (number.whole)
		*ret = number.integer;
	else if (fabs(cut) < INT64_LIMIT)
		*ret = (int64_t)cut;
	else
		*ret = cut < 0 ? INT64_MIN : INT64_MAX;
	return true;
}

bool zt_value_truth(const json_t *value, bool *ret)
{
	if (json_is_boolean(value)) {
		*ret = json_is_true(value);
		return true;
	}
	if (!json_is_string(value))
		return false;
	zt_view text = zt_view_make(json_string_value(value), json_string_length(value));
	*ret = zt_view_equal_nocase(text, ZT_LIT("true"));
	return *ret || zt_view_equal_nocase(text, ZT_LIT("false"));
}

zt_status zt_value_text(const json_t *value, zt_str *out)
{
	zt_number number;
	if (json_is_string(value))
		return zt_str_put(out, zt_view_make(json_string_value(value), json_string_length(value)));
	if (json_is_boolean(value))
		return zt_str_put_text(out, json_is_true(value) ? "true" : "false");
	if (json_is_array(value) || json_is_object(value))
		return zt_value_write(value, out);
	ENSURE(zt_value_number(value, &number), ZT_E_INVALID);
	if (number.whole)
		return zt_str_printf(out, "%lld", (long long)number.integer);
	return zt_str_printf(out, "%.*g", REAL_DIGITS, number.decimal);
}

json_t *zt_value_of_double(double number)
{
	zt_number value = of_double(number);
	/* json_real gives NULL for what is no number: Undefined. */
	return value.whole ? json_integer(value.integer) : json_real(number);
}

json_t *zt_value_of_str(const zt_str *text)
{
	return json_stringn(zt_str_text(text), text->n);
}

json_t *zt_value_normal(json_t *value)
{
	if (!json_is_real(value))
		return value;
	json_t *normal = zt_value_of_double(json_real_value(value));
	json_decref(value);
	return normal;
}

static bool equal_objects(const json_t *a, const json_t *b)
{
	if (json_object_size(a) != json_object_size(b))
		return false;
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)a, name, value)
		if (!zt_value_equal(value, json_object_get(b, name)))
			return false;
	return true;
}

static bool equal_arrays(const json_t *a, const json_t *b)
{
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!zt_value_equal(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

bool zt_value_equal(const json_t *a, const json_t *b)
{
	zt_number x, y;
	if (json_is_object(a) && json_is_object(b))
		return equal_objects(a, b);
	if (json_is_array(a) && json_is_array(b))
		return equal_arrays(a, b);
	if (json_is_number(a) && json_is_number(b) && zt_value_number(a, &x) && zt_value_number(b, &y))
		return x.whole && y.whole ? x.integer == y.integer : x.decimal == y.decimal;
	return json_equal(a, b);
}

static int order_of(const zt_number *a, const zt_number *b)
{
	if (a->whole && b->whole)
		return (a->integer > b->integer) - (a->integer < b->integer);
	return (a->decimal > b->decimal) - (a->decimal < b->decimal);
}

json_t *zt_value_compare(zt_token_kind op, const json_t *a, const json_t *b)
{
	zt_number x, y;
	if (!a || !b)
		return NULL;
	if (op == ZT_TOKEN_EQUAL || op == ZT_TOKEN_NOT_EQUAL)
		return json_boolean(zt_value_equal(a, b) == (op == ZT_TOKEN_EQUAL));
	if (!zt_value_number(a, &x) || !zt_value_number(b, &y))
		return NULL;
	int order = order_of(&x, &y);
	bool equal = order == 0 && (op == ZT_TOKEN_LESS_EQUAL || op == ZT_TOKEN_GREATER_EQUAL);
	bool less = op == ZT_TOKEN_LESS || op == ZT_TOKEN_LESS_EQUAL;
	return json_boolean(equal || (less ? order < 0 : order > 0));
}

/* False when the result leaves 64 bits, or is none. */
static bool whole_arithmetic(zt_token_kind op, int64_t a, int64_t b, int64_t *ret)
{
	if (op == ZT_TOKEN_PLUS)
		return !__builtin_add_overflow(a, b, ret);
	if (op == ZT_TOKEN_MINUS)
		return !__builtin_sub_overflow(a, b, ret);
	if (op == ZT_TOKEN_STAR)
		return !__builtin_mul_overflow(a, b, ret);
	if (b == 0 || (a == INT64_MIN && b == -1))
		return false;
	*ret = op == ZT_TOKEN_SLASH ? a / b : a % b;
	return true;
}

static json_t *decimal_arithmetic(zt_token_kind op, double a, double b)
{
	switch (op) {
	case ZT_TOKEN_PLUS:
		return zt_value_of_double(a + b);
	case ZT_TOKEN_MINUS:
		return zt_value_of_double(a - b);
	case ZT_TOKEN_STAR:
		return zt_value_of_double(a * b);
	case ZT_TOKEN_SLASH:
		return b == 0 ? NULL : zt_value_of_double(a / b);
	default:
		return b == 0 ? NULL : zt_value_of_double(fmod(a, b));
	}
}

static json_t *concatenate(const json_t *a, const json_t *b)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	if (zt_value_text(a, &text) != ZT_OK || zt_value_text(b, &text) != ZT_OK)
		return NULL;
	return zt_value_of_str(&text);
}

json_t *zt_value_arithmetic(zt_token_kind op, const json_t *a, const json_t *b)
{
	zt_number x, y;
	int64_t whole;
	if (!a || !b)
		return NULL;
	if (op == ZT_TOKEN_PLUS && (json_is_string(a) || json_is_string(b)))
		return concatenate(a, b);
	if (!zt_value_number(a, &x) || !zt_value_number(b, &y))
		return NULL;
	if (x.whole && y.whole && whole_arithmetic(op, x.integer, y.integer, &whole))
		return json_integer(whole);
	return decimal_arithmetic(op, x.decimal, y.decimal);
}

json_t *zt_value_negate(const json_t *value)
{
	zt_number number;
	int64_t whole;
	if (!zt_value_number(value, &number))
		return NULL;
	if (number.whole && !__builtin_sub_overflow((int64_t)0, number.integer, &whole))
		return json_integer(whole);
	return zt_value_of_double(-number.decimal);
}

static int append(const char *bytes, size_t n, void *out)
{
	return zt_str_put(out, zt_view_make(bytes, n)) == ZT_OK ? 0 : -1;
}

zt_status zt_value_write(const json_t *value, zt_str *out)
{
	int failed =
	    json_dump_callback(value, append, out, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));
	return failed ? ZT_E_LIMIT : ZT_OK;
}
