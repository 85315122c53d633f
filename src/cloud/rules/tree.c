/* Nodes of the tree that the parser builds. */
#include "cloud/rules/parser.h"

zt_status zt_tree_add(zt_parser *parser, zt_node_kind kind, uint32_t *ret)
{
	zt_sql *sql = parser->sql;
	if (sql->node_count == ZT_SQL_NODES_MAX)
		return zt_error_set(parser->error, ZT_E_INVALID, "the statement has more than %d parts",
				    ZT_SQL_NODES_MAX);
	*ret = sql->node_count++;
	sql->nodes[*ret] = (zt_node){ .kind = kind, .first = ZT_NODE_NONE, .last = ZT_NODE_NONE, .next = ZT_NODE_NONE };
	return ZT_OK;
}

void zt_tree_adopt(zt_parser *parser, uint32_t parent, uint32_t child)
{
	zt_node *nodes = parser->sql->nodes, *up = &nodes[parent];
	if (up->first == ZT_NODE_NONE)
		up->first = child;
	else
		nodes[up->last].next = child;
	up->last = child;
	up->children++;
}

zt_status zt_tree_add_literal(zt_parser *parser, json_t *value, uint32_t *ret)
{
	uint32_t node = ZT_NODE_NONE;
	zt_status status = value ? zt_tree_add(parser, ZT_NODE_LITERAL, &node) : ZT_E_NOMEM;
	if (status != ZT_OK) {
		json_decref(value);
		return status;
	}
	parser->sql->nodes[node].literal = value;
	*ret = node;
	return ZT_OK;
}

zt_status zt_tree_add_unary(zt_parser *parser, zt_node_kind kind, uint32_t child, uint32_t *ret)
{
	TRY(zt_tree_add(parser, kind, ret));
	zt_tree_adopt(parser, *ret, child);
	return ZT_OK;
}

zt_status zt_tree_add_binary(zt_parser *parser, zt_node_kind kind, zt_token_kind op, uint32_t left, uint32_t right,
			     uint32_t *ret)
{
	TRY(zt_tree_add(parser, kind, ret));
	parser->sql->nodes[*ret].op = op;
	zt_tree_adopt(parser, *ret, left);
	zt_tree_adopt(parser, *ret, right);
	return ZT_OK;
}
