/* Runs a parsed statement on a message. */
#include "cloud/rules/ast.h"
#include "cloud/rules/functions.h"

static json_t *evaluate(const zt_sql *sql, const zt_sql_input *input, uint32_t index);

static json_t *child(const zt_sql *sql, const zt_sql_input *input, uint32_t *index)
{
	uint32_t now = *index;
	*index = sql->nodes[now].next;
	return evaluate(sql, input, now);
}

static json_t *member_of(const json_t *object, zt_view name)
{
	return zt_value_normal(json_incref(json_object_getn(object, (const char *)name.p, name.n)));
}

static json_t *evaluate_member(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	ZT_JSON_CLEANUP json_t *object = evaluate(sql, input, node->first);
	return member_of(object, node->name);
}

static json_t *evaluate_call(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	json_t *arguments[ZT_SQL_ARGUMENTS_MAX] = { NULL };
	uint32_t at = node->first;
	for (uint32_t i = 0; i < node->children; i++)
		arguments[i] = child(sql, input, &at);
	json_t *result = node->function->call(input, arguments, node->children);
	for (uint32_t i = 0; i < node->children; i++)
		json_decref(arguments[i]);
	return result;
}

/* Members and elements that are Undefined are left out. */
static json_t *evaluate_object(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	json_t *object = json_object();
	for (uint32_t at = node->first; at != ZT_NODE_NONE;) {
		const json_t *key = sql->nodes[at].literal;
		at = sql->nodes[at].next;
		json_t *value = child(sql, input, &at);
		if (value)
			(void)json_object_set_new(object, json_string_value(key), value);
	}
	return object;
}

static json_t *evaluate_array(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	json_t *array = json_array();
	for (uint32_t at = node->first; at != ZT_NODE_NONE;) {
		json_t *value = child(sql, input, &at);
		if (value)
			(void)json_array_append_new(array, value);
	}
	return array;
}

/* The first WHEN that equals the value decides; an Undefined value makes it all Undefined. */
static json_t *evaluate_case(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	uint32_t at = node->first;
	ZT_JSON_CLEANUP json_t *value = child(sql, input, &at);
	while (value && at != ZT_NODE_NONE) {
		uint32_t result = sql->nodes[at].next;
		if (result == ZT_NODE_NONE)
			return evaluate(sql, input, at);
		ZT_JSON_CLEANUP json_t *when = evaluate(sql, input, at);
		if (when && zt_value_equal(value, when))
			return evaluate(sql, input, result);
		at = sql->nodes[result].next;
	}
	return NULL;
}

static json_t *evaluate_not(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	bool truth;
	ZT_JSON_CLEANUP json_t *value = evaluate(sql, input, node->first);
	return zt_value_truth(value, &truth) ? json_boolean(!truth) : NULL;
}

static json_t *in_array(const json_t *value, const json_t *array)
{
	if (!value || !json_is_array(array))
		return NULL;
	for (size_t i = 0; i < json_array_size(array); i++)
		if (zt_value_equal(value, json_array_get(array, i)))
			return json_true();
	return json_false();
}

static json_t *evaluate_binary(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	uint32_t at = node->first;
	ZT_JSON_CLEANUP json_t *left = child(sql, input, &at);
	ZT_JSON_CLEANUP json_t *right = child(sql, input, &at);
	bool a, b;
	switch (node->kind) {
	case ZT_NODE_AND:
		return zt_value_truth(left, &a) && zt_value_truth(right, &b) ? json_boolean(a && b) : NULL;
	case ZT_NODE_OR:
		return zt_value_truth(left, &a) && zt_value_truth(right, &b) ? json_boolean(a || b) : NULL;
	case ZT_NODE_IN:
		return in_array(left, right);
	default:
		return node->op >= ZT_TOKEN_EQUAL ? zt_value_compare(node->op, left, right)
						  : zt_value_arithmetic(node->op, left, right);
	}
}

static json_t *evaluate_negate(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	ZT_JSON_CLEANUP json_t *value = evaluate(sql, input, node->first);
	return zt_value_negate(value);
}

/* Puts `value` (taken over) at a dotted name, making the objects on the way. */
static zt_status put_at(json_t *result, zt_view name, json_t *value)
{
	zt_view part;
	json_t *object = result;
	while (zt_view_split(&name, '.', &part) && name.p && name.n) {
		json_t *inner = json_object_getn(object, (const char *)part.p, part.n);
		if (!json_is_object(inner)) {
			inner = json_object();
			if (json_object_setn_new(object, (const char *)part.p, part.n, inner) != 0) {
				json_decref(value);
				return ZT_E_NOMEM;
			}
		}
		object = inner;
	}
	return json_object_setn_new(object, (const char *)part.p, part.n, value) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status select_item(const zt_sql *sql, const zt_sql_input *input, const zt_select_item *item, json_t *result)
{
	if (item->node == ZT_NODE_NONE)
		return json_is_object(input->payload) && json_object_update(result, (json_t *)input->payload) != 0
			   ? ZT_E_NOMEM
			   : ZT_OK;
	json_t *value = evaluate(sql, input, item->node);
	if (!value)
		return ZT_OK;
	if (item->nested)
		return put_at(result, item->alias, value);
	return json_object_setn_new(result, (const char *)item->alias.p, item->alias.n, value) == 0 ? ZT_OK
												    : ZT_E_NOMEM;
}

static zt_status select_items(const zt_sql *sql, const zt_select *select, const zt_sql_input *input, json_t **ret)
{
	ZT_JSON_CLEANUP json_t *result = json_object();
	ENSURE(result, ZT_E_NOMEM);
	for (uint32_t at = select->first; at != ZT_ITEM_NONE; at = sql->items[at].next)
		TRY(select_item(sql, input, &sql->items[at], result));
	*ret = ZT_STEAL(result);
	return ZT_OK;
}

static bool where_holds(const zt_sql *sql, const zt_select *select, const zt_sql_input *input)
{
	bool truth;
	if (select->where == ZT_NODE_NONE)
		return true;
	ZT_JSON_CLEANUP json_t *value = evaluate(sql, input, select->where);
	return zt_value_truth(value, &truth) && truth;
}

static bool takes_all(const zt_sql *sql, const zt_select *select)
{
	return select->count == 1 && sql->items[select->first].node == ZT_NODE_NONE;
}

/* What a nested SELECT makes of one element; Undefined when its WHERE does not hold. */
static json_t *select_from(const zt_sql *sql, const zt_select *select, const zt_sql_input *outer, json_t *element)
{
	zt_sql_input input = *outer;
	json_t *result;
	/* The fields of what is around it are not seen from within. */
	input.payload = element;
	if (!where_holds(sql, select, &input))
		return NULL;
	if (takes_all(sql, select))
		return json_incref(element);
	if (select->value)
		return evaluate(sql, &input, sql->items[select->first].node);
	return select_items(sql, select, &input, &result) == ZT_OK ? result : NULL;
}

static json_t *evaluate_select(const zt_sql *sql, const zt_sql_input *input, const zt_node *node)
{
	ZT_JSON_CLEANUP json_t *source = evaluate(sql, input, node->first);
	size_t index;
	json_t *element, *results;
	if (json_is_object(source))
		return select_from(sql, node->select, input, source);
	if (!json_is_array(source))
		return NULL;
	results = json_array();
	json_array_foreach(source, index, element) {
		json_t *result = select_from(sql, node->select, input, element);
		if (result)
			(void)json_array_append_new(results, result);
	}
	return results;
}

static json_t *evaluate(const zt_sql *sql, const zt_sql_input *input, uint32_t index)
{
	const zt_node *node = &sql->nodes[index];
	switch (node->kind) {
	case ZT_NODE_LITERAL:
		return json_incref(node->literal);
	case ZT_NODE_PAYLOAD:
		return json_incref((json_t *)input->payload);
	case ZT_NODE_FIELD:
		return member_of(input->payload, node->name);
	case ZT_NODE_MEMBER:
		return evaluate_member(sql, input, node);
	case ZT_NODE_CALL:
		return evaluate_call(sql, input, node);
	case ZT_NODE_OBJECT:
		return evaluate_object(sql, input, node);
	case ZT_NODE_ARRAY:
		return evaluate_array(sql, input, node);
	case ZT_NODE_CASE:
		return evaluate_case(sql, input, node);
	case ZT_NODE_SELECT:
		return evaluate_select(sql, input, node);
	case ZT_NODE_NOT:
		return evaluate_not(sql, input, node);
	case ZT_NODE_NEGATE:
		return evaluate_negate(sql, input, node);
	case ZT_NODE_AND:
	case ZT_NODE_OR:
	case ZT_NODE_IN:
	case ZT_NODE_BINARY:
		return evaluate_binary(sql, input, node);
	}
	return NULL;
}

zt_status zt_sql_run(const zt_sql *sql, const zt_sql_input *input, zt_str *out)
{
	zt_str_clear(out);
	const zt_select *select = &sql->select;
	ENSURE(where_holds(sql, select, input), ZT_E_NOT_FOUND);
	/* The whole payload goes on as it came, so that no number changes its form; and it need not be JSON. */
	if (takes_all(sql, select))
		return zt_str_put(out, input->message->payload);
	ZT_JSON_CLEANUP json_t *value = NULL;
	if (select->value)
		value = evaluate(sql, input, sql->items[select->first].node);
	else
		TRY(select_items(sql, select, input, &value));
	return value ? zt_value_write(value, out) : ZT_OK;
}

zt_status zt_sql_value(const zt_sql *sql, const zt_sql_input *input, zt_str *out)
{
	ZT_JSON_CLEANUP json_t *value = evaluate(sql, input, sql->items[0].node);
	if (!value)
		return ZT_OK;
	return json_is_null(value) ? zt_value_write(value, out) : zt_value_text(value, out);
}
