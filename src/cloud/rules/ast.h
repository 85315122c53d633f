/* A parsed statement: nodes in one array that name one another by index. Inside of the room. */
#ifndef ZT_CLOUD_RULES_AST_H
#define ZT_CLOUD_RULES_AST_H

#include <jansson.h>

#include "cloud/rules/lexer.h"
#include "cloud/rules/sql.h"

enum {
	ZT_SQL_NODES_MAX = 1024, /* also bounds how deep an evaluation goes */
	ZT_SQL_NESTING_MAX = 64, /* parentheses, calls, literals */
	ZT_SQL_ITEMS_MAX = 128,  /* of all SELECT lists together */
	ZT_SQL_SELECTS_MAX = 16, /* nested ones */
};

#define ZT_NODE_NONE UINT32_MAX

typedef enum {
	ZT_NODE_LITERAL, /* literal */
	ZT_NODE_PAYLOAD, /* "*" */
	ZT_NODE_FIELD,   /* name, of the payload */
	ZT_NODE_MEMBER,  /* name, of child 0 */
	ZT_NODE_CALL,    /* function, its arguments the children */
	ZT_NODE_OBJECT,  /* children: key, value, key, value … */
	ZT_NODE_ARRAY,   /* children: elements */
	ZT_NODE_CASE,    /* children: value, when, then, when, then … [, else] */
	ZT_NODE_SELECT,  /* nested; child 0 is what it selects from, `select` the rest */
	ZT_NODE_NOT,     /* child 0 */
	ZT_NODE_NEGATE,  /* child 0 */
	ZT_NODE_AND,     /* children 0 and 1, as of all below */
	ZT_NODE_OR,
	ZT_NODE_IN,
	ZT_NODE_BINARY, /* op */
} zt_node_kind;

typedef struct {
	zt_node_kind kind;
	zt_token_kind op;
	zt_view name;    /* of the field, member or function */
	zt_view text;    /* as it stands in the statement */
	json_t *literal; /* owned */
	const struct zt_sql_function *function;
	struct zt_select *select;
	uint32_t first, last, next; /* children, and the next child of the same parent */
	uint32_t children;
} zt_node;

typedef struct {
	uint32_t node; /* ZT_NODE_NONE: a bare "*" */
	zt_view alias; /* what it is called in the result */
	bool nested;   /* from AS: dots in the alias make objects */
	uint32_t next; /* item of the same list, or ZT_ITEM_NONE */
} zt_select_item;

#define ZT_ITEM_NONE UINT32_MAX

/* A SELECT without its FROM. */
typedef struct zt_select {
	uint32_t first, last; /* items */
	size_t count;
	bool value;     /* SELECT VALUE: the one item is the whole result */
	uint32_t where; /* or ZT_NODE_NONE */
} zt_select;

struct zt_sql {
	char *text; /* the statement; every view points into it */
	zt_node *nodes;
	uint32_t node_count;
	zt_select_item items[ZT_SQL_ITEMS_MAX];
	uint32_t item_count;
	zt_select nested[ZT_SQL_SELECTS_MAX];
	size_t nested_count;
	zt_select select;
	zt_view from; /* topic filter */
	bool has_from;
};

#endif
