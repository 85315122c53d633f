/* Functions that put arrays and objects together, or take them apart. */
#include "cloud/rules/functions.h"

enum {
	TEXT_MAX = 256 * 1024,
	/* Elements and members that a result may have: more do not fit into ZT_SQL_RESULT_MAX, with two bytes each. */
	PARTS_MAX = ZT_SQL_RESULT_MAX / 2,
};

static json_t *joined_text(json_t *const *arguments, size_t count)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(TEXT_MAX);
	for (size_t i = 0; i < count; i++)
		if (zt_value_text(arguments[i], &text) != ZT_OK)
			return NULL;
	return zt_value_of_str(&text);
}

/* Elements of the arrays, and what is no array as an element. */
static json_t *joined_array(json_t *const *arguments, size_t count)
{
	ZT_JSON_CLEANUP json_t *array = json_array();
	for (size_t i = 0; i < count; i++) {
		if (!arguments[i] || json_array_size(array) + json_array_size(arguments[i]) >= PARTS_MAX)
			return NULL;
		if ((json_is_array(arguments[i]) ? json_array_extend(array, arguments[i])
						 : json_array_append(array, arguments[i])) != 0)
			return NULL;
	}
	return ZT_STEAL(array);
}

static json_t *call_concat(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input;
	for (size_t i = 0; i < count; i++)
		if (json_is_array(arguments[i]))
			return joined_array(arguments, count);
	return count ? joined_text(arguments, count) : NULL;
}

static json_t *character_at(const json_t *text, int64_t index)
{
	zt_view rest = zt_view_make(json_string_value(text), json_string_length(text));
	while (rest.n) {
		size_t n = 1;
		while (n < rest.n && (rest.p[n] & 0xC0) == 0x80)
			n++;
		if (index-- == 0)
			return zt_json_string(zt_view_make(rest.p, n));
		rest = zt_view_from(rest, n);
	}
	return NULL;
}

/* get(object, 'name'), get(array, index), get(text, index); counted from 0. */
static json_t *call_get(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	int64_t index;
	if (json_is_object(arguments[0]) && json_is_string(arguments[1]))
		return zt_value_normal(json_incref(json_object_get(arguments[0], json_string_value(arguments[1]))));
	if (!zt_value_whole(arguments[1], &index) || index < 0)
		return NULL;
	if (json_is_array(arguments[0]))
		return zt_value_normal(json_incref(json_array_get(arguments[0], (size_t)index)));
	return json_is_string(arguments[0]) ? character_at(arguments[0], index) : NULL;
}

/* transform('enrichArray', object, array): each object of the array with the members of `object` beside its own. */
static json_t *call_transform(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	size_t parts = 0, index;
	json_t *element;
	if (!json_is_string(arguments[0]) || strcmp(json_string_value(arguments[0]), "enrichArray") != 0 ||
	    !json_is_object(arguments[1]) || !json_is_array(arguments[2]))
		return NULL;
	ZT_JSON_CLEANUP json_t *results = json_array();
	json_array_foreach(arguments[2], index, element) {
		parts += json_object_size(element) + json_object_size(arguments[1]);
		json_t *result = json_is_object(element) && parts < PARTS_MAX ? json_copy(element) : NULL;
		if (!result || json_array_append_new(results, result) != 0 ||
		    json_object_update(result, arguments[1]) != 0)
			return NULL;
	}
	return ZT_STEAL(results);
}

const zt_sql_function zt_sql_array_functions[] = {
	{ "concat", 0, ZT_SQL_ARGUMENTS_MAX, call_concat },
	{ "get", 2, 2, call_get },
	{ "transform", 3, 3, call_transform },
	{ 0 },
};
