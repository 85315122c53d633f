/* Values of SQL: JSON values, and NULL for Undefined. Inside of the room.
 *
 * Every function that returns json_t * gives a new reference, or NULL for Undefined; arguments are borrowed and may be
 * NULL. Int and Decimal are 64-bit integers and doubles here (AWS: 34 digits); whole decimals count as Int, as
 * 2016-03-23 has it. */
#ifndef ZT_CLOUD_RULES_VALUE_H
#define ZT_CLOUD_RULES_VALUE_H

#include <jansson.h>

#include "base/json.h"
#include "cloud/rules/lexer.h"

/* Beyond it a double has no places behind the point, and no longer tells neighbouring integers apart. */
#define ZT_WHOLE_DOUBLE_MAX 9007199254740992.0

typedef struct {
	bool whole;
	int64_t integer;
	double decimal; /* always set */
} zt_number;

/* Numbers, and strings that look like one (SQL reference, "conversions"). */
bool zt_value_number(const json_t *value, zt_number *ret);
/* The same cut to an integer, the nearest one that 64 bits hold. */
bool zt_value_whole(const json_t *value, int64_t *ret);
/* Booleans, and "true" and "false" in any case. */
bool zt_value_truth(const json_t *value, bool *ret);
/* Strings as they are, numbers and booleans as text, arrays and objects as JSON. Null has no text. ZT_E_INVALID,
 * ZT_E_LIMIT. */
ZT_NODISCARD zt_status zt_value_text(const json_t *value, zt_str *out);

json_t *zt_value_of_double(double number);
json_t *zt_value_of_str(const zt_str *text);
/* A number that is whole becomes an integer; everything else is the same value. */
json_t *zt_value_normal(json_t *value);

/* Equal by value: 1 = 1.0, arrays in order, objects in any. */
bool zt_value_equal(const json_t *a, const json_t *b);
/* = <> < <= > >= */
json_t *zt_value_compare(zt_token_kind op, const json_t *a, const json_t *b);
/* + - * / % */
json_t *zt_value_arithmetic(zt_token_kind op, const json_t *a, const json_t *b);
json_t *zt_value_negate(const json_t *value);
/* Compact JSON. ZT_E_LIMIT. */
ZT_NODISCARD zt_status zt_value_write(const json_t *value, zt_str *out);

#endif
