/* Functions on values of any type. */
#include <math.h>

#include "base/codec.h"
#include "cloud/rules/functions.h"

enum { TEXT_MAX = 256 * 1024 };

/* get(object, 'name'), get(array, index). */
static json_t *call_get(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	zt_number index;
	json_t *found = NULL;
	if (json_is_object(arguments[0]) && json_is_string(arguments[1]))
		found = json_object_get(arguments[0], json_string_value(arguments[1]));
	else if (json_is_array(arguments[0]) && zt_value_number(arguments[1], &index) && index.whole &&
		 index.integer >= 0)
		found = json_array_get(arguments[0], (size_t)index.integer);
	return zt_value_normal(json_incref(found));
}

static json_t *call_isnull(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return json_boolean(json_is_null(arguments[0]));
}

static json_t *call_isundefined(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	return json_boolean(arguments[0] == NULL);
}

static json_t *cast_to_number(const json_t *value, bool whole)
{
	zt_number number;
	if (json_is_boolean(value))
		return json_integer(json_is_true(value));
	if (!zt_value_number(value, &number))
		return NULL;
	if (number.whole)
		return json_integer(number.integer);
	/* Int cuts the fraction off. */
	return zt_value_of_double(whole ? trunc(number.decimal) : number.decimal);
}

static json_t *cast_to_text(const json_t *value)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	bool structured = json_is_array(value) || json_is_object(value) || json_is_null(value);
	zt_status status = structured ? zt_value_write(value, &text) : zt_value_text(value, &text);
	return status == ZT_OK ? zt_value_of_str(&text) : NULL;
}

static json_t *cast_to_truth(const json_t *value)
{
	zt_number number;
	bool truth;
	if (zt_value_truth(value, &truth))
		return json_boolean(truth);
	return json_is_number(value) && zt_value_number(value, &number) ? json_boolean(number.decimal != 0) : NULL;
}

/* cast(value AS type); the parser gives the type as a string. */
static json_t *call_cast(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	if (!arguments[0] || !json_is_string(arguments[1]))
		return NULL;
	zt_view type = zt_view_of(json_string_value(arguments[1]));
	if (zt_view_equal_nocase(type, ZT_LIT("Int")) || zt_view_equal_nocase(type, ZT_LIT("Integer")))
		return cast_to_number(arguments[0], true);
	if (zt_view_equal_nocase(type, ZT_LIT("Decimal")))
		return cast_to_number(arguments[0], false);
	if (zt_view_equal_nocase(type, ZT_LIT("String")))
		return cast_to_text(arguments[0]);
	if (zt_view_equal_nocase(type, ZT_LIT("Boolean")) || zt_view_equal_nocase(type, ZT_LIT("Bool")))
		return cast_to_truth(arguments[0]);
	return NULL;
}

static bool is_base64(const json_t *scheme)
{
	return json_is_string(scheme) && zt_view_equal_nocase(zt_view_of(json_string_value(scheme)), ZT_LIT("base64"));
}

static json_t *encoded(const json_t *scheme, zt_view bytes)
{
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(TEXT_MAX);
	return is_base64(scheme) && zt_base64_encode(bytes, &out) == ZT_OK ? zt_value_of_str(&out) : NULL;
}

static json_t *call_encode(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	return zt_value_text(arguments[0], &text) == ZT_OK ? encoded(arguments[1], zt_str_view(&text)) : NULL;
}

static json_t *call_encode_payload(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)count;
	return encoded(arguments[1], input->message->payload);
}

const zt_sql_function zt_sql_encode_payload = { "encode", 2, 2, call_encode_payload };

/* Bytes that are no UTF-8 have no place in a JSON result: Undefined. */
static json_t *call_decode(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(TEXT_MAX);
	if (!json_is_string(arguments[0]) || !is_base64(arguments[1]))
		return NULL;
	if (zt_base64_decode(zt_view_of(json_string_value(arguments[0])), &out) != ZT_OK)
		return NULL;
	return zt_value_of_str(&out);
}

const zt_sql_function zt_sql_value_functions[] = {
	{ "get", 2, 2, call_get },
	{ "isnull", 1, 1, call_isnull },
	{ "isundefined", 1, 1, call_isundefined },
	{ "cast", 2, 2, call_cast },
	{ "encode", 2, 2, call_encode },
	{ "decode", 2, 2, call_decode },
	{ 0 },
};

const zt_sql_function *zt_sql_function_find(zt_view name)
{
	static const zt_sql_function *const tables[] = { zt_sql_message_functions, zt_sql_text_functions,
							 zt_sql_number_functions,  zt_sql_value_functions,
							 zt_sql_regexp_functions,  zt_sql_hash_functions,
							 zt_sql_mqtt_functions };
	for (size_t i = 0; i < ZT_COUNT(tables); i++)
		for (const zt_sql_function *function = tables[i]; function->name; function++)
			if (zt_view_equal_nocase(zt_view_of(function->name), name))
				return function;
	return NULL;
}
