/* Functions on values of any type. */
#include "base/codec.h"
#include "cloud/rules/functions.h"

enum { TEXT_MAX = 256 * 1024 };

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

/* get_or_default(value [, default]): what is there, else the default. */
static json_t *call_get_or_default(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input;
	if (arguments[0] && !json_is_null(arguments[0]))
		return json_incref(arguments[0]);
	return count > 1 ? json_incref(arguments[1]) : NULL;
}

static json_t *cast_to_int(const json_t *value)
{
	int64_t number;
	if (json_is_boolean(value))
		return json_integer(json_is_true(value));
	return zt_value_whole(value, &number) ? json_integer(number) : NULL;
}

static json_t *cast_to_decimal(const json_t *value)
{
	zt_number number;
	if (json_is_boolean(value))
		return json_integer(json_is_true(value));
	if (!zt_value_number(value, &number))
		return NULL;
	return number.whole ? json_integer(number.integer) : zt_value_of_double(number.decimal);
}

static json_t *cast_to_text(const json_t *value)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	return zt_value_text(value, &text) == ZT_OK ? zt_value_of_str(&text) : NULL;
}

static json_t *cast_to_truth(const json_t *value)
{
	zt_number number;
	bool truth;
	if (zt_value_truth(value, &truth))
		return json_boolean(truth);
	return json_is_number(value) && zt_value_number(value, &number) ? json_boolean(number.decimal != 0) : NULL;
}

static const struct {
	const char *name;
	json_t *(*cast)(const json_t *value);
} types[] = {
	{ "Int", cast_to_int },        { "Integer", cast_to_int },  { "Decimal", cast_to_decimal },
	{ "Double", cast_to_decimal }, { "String", cast_to_text },  { "Text", cast_to_text },
	{ "Ntext", cast_to_text },     { "Varchar", cast_to_text }, { "Nvarchar", cast_to_text },
	{ "Boolean", cast_to_truth },  { "Bool", cast_to_truth },
};

/* cast(value AS type); the parser gives the type as a string. */
static json_t *call_cast(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	if (!arguments[0] || !json_is_string(arguments[1]))
		return NULL;
	zt_view type = zt_view_of(json_string_value(arguments[1]));
	for (size_t i = 0; i < ZT_COUNT(types); i++)
		if (zt_view_equal_nocase(type, zt_view_of(types[i].name)))
			return types[i].cast(arguments[0]);
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

/* A JSON document becomes an array or an object, other text a string; what is no text is Null. */
static json_t *decoded(zt_view text)
{
	json_t *document = NULL;
	if (zt_json_parse(text, &document, NULL) == ZT_OK && (json_is_object(document) || json_is_array(document)))
		return document;
	json_decref(document);
	json_t *string = zt_json_string(text);
	return string ? string : json_null();
}

static json_t *call_decode(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(TEXT_MAX);
	if (!json_is_string(arguments[0]) || !is_base64(arguments[1]))
		return NULL;
	if (zt_base64_decode(zt_view_of(json_string_value(arguments[0])), &out) != ZT_OK)
		return json_null();
	return decoded(zt_str_view(&out));
}

const zt_sql_function zt_sql_value_functions[] = {
	{ "isnull", 1, 1, call_isnull },
	{ "isundefined", 1, 1, call_isundefined },
	{ "get_or_default", 1, 2, call_get_or_default },
	{ "cast", 2, 2, call_cast },
	{ "encode", 2, 2, call_encode },
	{ "decode", 2, 2, call_decode },
	{ 0 },
};
