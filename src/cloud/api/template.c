#include "cloud/api/template.h"

#include "base/json.h"
#include "base/str.h"

typedef struct {
	const json_t *declared, *mappings, *given;
	size_t budget; /* bytes of text that may still come out */
	zt_error *error;
} resolver;

static zt_status evaluate(resolver *r, const json_t *node, unsigned depth, json_t **ret);

/* `name` may be NULL. */
static zt_status refuse(resolver *r, const char *why, const char *name)
{
	return zt_error_coded(r->error, ZT_E_INVALID, "ResourceRegistrationFailureException", "%s%s%s", why,
			      name ? ": " : "", name ? name : "");
}

static zt_status give_text(resolver *r, zt_view text, json_t **ret)
{
	/* Empty texts cost too: mappings that name mappings could yield millions of them. */
	if (text.n + 1 > r->budget)
		return refuse(r, "The template's result is too long", NULL);
	r->budget -= text.n + 1;
	*ret = zt_json_string(text);
	return *ret ? ZT_OK : ZT_E_NOMEM;
}

/* A parameter's value: what was given, or its default. */
static zt_status parameter(resolver *r, const char *name, zt_view *ret)
{
	const json_t *declaration = json_object_get(r->declared, name);
	const json_t *given = json_object_get(r->given, name), *fallback = json_object_get(declaration, "Default");
	if (!declaration)
		return refuse(r, "The template refers to a parameter that it does not declare", name);
	if (!json_is_string(given) && !json_is_string(fallback))
		return refuse(r, "Missing value for template parameter", name);
	*ret = json_is_string(given) ? zt_json_view(r->given, name) : zt_json_view(declaration, "Default");
	return ZT_OK;
}

static zt_status fn_ref(resolver *r, const json_t *argument, unsigned depth, json_t **ret)
{
	zt_view value;
	(void)depth;
	if (!json_is_string(argument))
		return refuse(r, "Ref wants a parameter's name", NULL);
	TRY(parameter(r, json_string_value(argument), &value));
	return give_text(r, value, ret);
}

/* The argument's index-th element, evaluated to a string. */
static zt_status text_argument(resolver *r, const json_t *argument, size_t index, unsigned depth, json_t **ret)
{
	const json_t *element = json_array_get(argument, index);
	if (!element)
		return refuse(r, "A function of the template has too few arguments", NULL);
	ZT_JSON_CLEANUP json_t *value = NULL;
	TRY(evaluate(r, element, depth, &value));
	if (!json_is_string(value))
		return refuse(r, "An argument of a template's function is no string", NULL);
	*ret = ZT_STEAL(value);
	return ZT_OK;
}

static zt_view view_of(const json_t *string)
{
	return zt_view_make(json_string_value(string), json_string_length(string));
}

/* [separator, [text, …]] */
static zt_status fn_join(resolver *r, const json_t *argument, unsigned depth, json_t **ret)
{
	ZT_JSON_CLEANUP json_t *separator = NULL;
	ZT_JSON_CLEANUP json_t *list = NULL;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_TEMPLATE_RESULT_MAX);
	size_t i;
	const json_t *piece;
	TRY(text_argument(r, argument, 0, depth, &separator));
	TRY(evaluate(r, json_array_get(argument, 1), depth, &list));
	if (!json_is_array(list))
		return refuse(r, "Fn::Join wants a list", NULL);
	json_array_foreach(list, i, piece) {
		if (!json_is_string(piece))
			return refuse(r, "Fn::Join wants a list of strings", NULL);
		if (zt_str_put(&text, i ? view_of(separator) : ZT_VIEW_EMPTY) != ZT_OK ||
		    zt_str_put(&text, view_of(piece)) != ZT_OK)
			return refuse(r, "The template's result is too long", NULL);
	}
	return give_text(r, zt_str_view(&text), ret);
}

/* [index, list] */
static zt_status fn_select(resolver *r, const json_t *argument, unsigned depth, json_t **ret)
{
	ZT_JSON_CLEANUP json_t *list = NULL;
	const json_t *index = json_array_get(argument, 0);
	uint64_t number = UINT64_MAX;
	if (json_is_integer(index) && json_integer_value(index) >= 0)
		number = (uint64_t)json_integer_value(index);
	else if (!json_is_string(index) || !zt_view_to_u64(view_of(index), &number))
		return refuse(r, "Fn::Select wants an index", NULL);
	TRY(evaluate(r, json_array_get(argument, 1), depth, &list));
	if (!json_is_array(list) || number >= json_array_size(list))
		return refuse(r, "Fn::Select wants a list with such an index", NULL);
	*ret = json_incref(json_array_get(list, (size_t)number));
	return ZT_OK;
}

static zt_status append_text(resolver *r, json_t *list, zt_view text)
{
	json_t *piece = NULL;
	TRY(give_text(r, text, &piece));
	return json_array_append_new(list, piece) == 0 ? ZT_OK : ZT_E_NOMEM;
}

/* Index of `needle`, or the text's length. */
static size_t find(zt_view text, zt_view needle)
{
	for (size_t i = 0; i + needle.n <= text.n; i++)
		if (memcmp(text.p + i, needle.p, needle.n) == 0)
			return i;
	return text.n;
}

/* [separator, text] */
static zt_status fn_split(resolver *r, const json_t *argument, unsigned depth, json_t **ret)
{
	ZT_JSON_CLEANUP json_t *separator = NULL;
	ZT_JSON_CLEANUP json_t *whole = NULL;
	ZT_JSON_CLEANUP json_t *list = json_array();
	ENSURE(list, ZT_E_NOMEM);
	TRY(text_argument(r, argument, 0, depth, &separator));
	TRY(text_argument(r, argument, 1, depth, &whole));
	zt_view cut = view_of(separator), rest = view_of(whole);
	if (cut.n == 0)
		return refuse(r, "Fn::Split wants a separator", NULL);
	for (size_t at; (at = find(rest, cut)) < rest.n; rest = zt_view_from(rest, at + cut.n))
		TRY(append_text(r, list, (zt_view){ rest.p, at }));
	TRY(append_text(r, list, rest));
	*ret = ZT_STEAL(list);
	return ZT_OK;
}

/* [map, first key, second key] */
static zt_status fn_find_in_map(resolver *r, const json_t *argument, unsigned depth, json_t **ret)
{
	const json_t *at = r->mappings;
	for (size_t i = 0; i < 3; i++) {
		ZT_JSON_CLEANUP json_t *key = NULL;
		TRY(text_argument(r, argument, i, depth, &key));
		at = json_object_get(at, json_string_value(key));
		if (!at)
			return refuse(r, "Fn::FindInMap finds nothing under the key", json_string_value(key));
	}
	return evaluate(r, at, depth, ret);
}

/* The value of ${name}: of Fn::Sub's own map, or a parameter. */
static zt_status substitute(resolver *r, zt_view name, const json_t *map, unsigned depth, zt_str *out)
{
	char text[256];
	zt_view value;
	ZT_JSON_CLEANUP json_t *own = NULL;
	if (zt_text_copy(text, sizeof text, name) != ZT_OK)
		return refuse(r, "A name in Fn::Sub is too long", NULL);
	const json_t *node = json_object_get(map, text);
	if (!node) {
		TRY(parameter(r, text, &value));
		return zt_str_put(out, value);
	}
	TRY(evaluate(r, node, depth, &own));
	if (!json_is_string(own))
		return refuse(r, "A value of Fn::Sub is no string", text);
	return zt_str_put(out, view_of(own));
}

/* "… ${name} … ${!literal} …", alone or as [text, {name: value}] */
static zt_status fn_sub(resolver *r, const json_t *argument, unsigned depth, json_t **ret)
{
	const json_t *source = json_is_array(argument) ? json_array_get(argument, 0) : argument;
	const json_t *map = json_array_get(argument, 1);
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_TEMPLATE_RESULT_MAX);
	if (!json_is_string(source))
		return refuse(r, "Fn::Sub wants a string", NULL);
	zt_view rest = view_of(source);
	for (size_t at; (at = find(rest, ZT_LIT("${"))) < rest.n;) {
		TRY(zt_str_put(&text, (zt_view){ rest.p, at }));
		rest = zt_view_from(rest, at + 2);
		size_t close = zt_view_find(rest, '}');
		if (close == rest.n)
			return refuse(r, "Fn::Sub has a ${ without }", NULL);
		zt_view name = { rest.p, close };
		rest = zt_view_from(rest, close + 1);
		if (zt_view_take_prefix(&name, ZT_LIT("!")))
			TRY(zt_str_printf(&text, "${%.*s}", ZT_PRI(name)));
		else
			TRY(substitute(r, name, map, depth, &text));
	}
	TRY(zt_str_put(&text, rest));
	return give_text(r, zt_str_view(&text), ret);
}

static const struct {
	const char *name;
	zt_status (*run)(resolver *r, const json_t *argument, unsigned depth, json_t **ret);
} functions[] = {
	{ "Ref", fn_ref },
	{ "Fn::Join", fn_join },
	{ "Fn::Select", fn_select },
	{ "Fn::Split", fn_split },
	{ "Fn::FindInMap", fn_find_in_map },
	{ "Fn::Sub", fn_sub },
};

static zt_status evaluate_object(resolver *r, const json_t *node, unsigned depth, json_t **ret)
{
	const char *name;
	json_t *value;
	for (size_t i = 0; json_object_size(node) == 1 && i < ZT_COUNT(functions); i++) {
		const json_t *argument = json_object_get(node, functions[i].name);
		if (argument)
			return functions[i].run(r, argument, depth, ret);
	}
	ZT_JSON_CLEANUP json_t *object = json_object();
	ENSURE(object, ZT_E_NOMEM);
	json_object_foreach((json_t *)(uintptr_t)node, name, value) {
		json_t *member = NULL;
		if (strncmp(name, "Fn::", 4) == 0)
			return refuse(r, "The template has an unknown or misplaced function", name);
		TRY(evaluate(r, value, depth, &member));
		ENSURE(json_object_set_new(object, name, member) == 0, ZT_E_NOMEM);
	}
	*ret = ZT_STEAL(object);
	return ZT_OK;
}

static zt_status evaluate_array(resolver *r, const json_t *node, unsigned depth, json_t **ret)
{
	size_t i;
	const json_t *value;
	ZT_JSON_CLEANUP json_t *array = json_array();
	ENSURE(array, ZT_E_NOMEM);
	json_array_foreach(node, i, value) {
		json_t *element = NULL;
		TRY(evaluate(r, value, depth, &element));
		ENSURE(json_array_append_new(array, element) == 0, ZT_E_NOMEM);
	}
	*ret = ZT_STEAL(array);
	return ZT_OK;
}

static zt_status evaluate(resolver *r, const json_t *node, unsigned depth, json_t **ret)
{
	if (depth == ZT_TEMPLATE_DEPTH_MAX)
		return refuse(r, "The template is nested too deep", NULL);
	if (json_is_object(node))
		return evaluate_object(r, node, depth + 1, ret);
	if (json_is_array(node))
		return evaluate_array(r, node, depth + 1, ret);
	if (json_is_string(node))
		return give_text(r, view_of(node), ret);
	if (!node)
		return refuse(r, "A function of the template has too few arguments", NULL);
	*ret = json_incref((json_t *)(uintptr_t)node);
	return ZT_OK;
}

static resolver resolver_of(const json_t *template, const json_t *parameters, zt_error *error)
{
	return (resolver){
		.declared = json_object_get(template, "Parameters"),
		.mappings = json_object_get(template, "Mappings"),
		.given = parameters,
		.budget = ZT_TEMPLATE_RESULT_MAX,
		.error = error,
	};
}

zt_status zt_template_section(const json_t *template, const char *name, const json_t *parameters, json_t **ret,
			      zt_error *ret_error)
{
	resolver r = resolver_of(template, parameters, ret_error);
	const json_t *section = json_object_get(template, name);
	if (section && !json_is_object(section))
		return refuse(&r, "A section of the template is no object", name);
	*ret = section ? NULL : json_object();
	if (section)
		return evaluate(&r, section, 0, ret);
	return *ret ? ZT_OK : ZT_E_NOMEM;
}

zt_status zt_template_resolve(const json_t *template, const json_t *parameters, json_t **ret, zt_error *ret_error)
{
	resolver r = resolver_of(template, parameters, ret_error);
	const json_t *resources = json_object_get(template, "Resources");
	if (!json_is_object(resources) || json_object_size(resources) == 0)
		return refuse(&r, "The template has no Resources", NULL);
	return evaluate(&r, resources, 0, ret);
}
