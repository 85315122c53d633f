/* A policy in its compiled form: flat arrays that refer to one another by index, texts in one pool. Inside of the room.
 */
#ifndef ZT_POLICY_COMPILED_H
#define ZT_POLICY_COMPILED_H

#include "policy/document.h"

enum {
	ZT_PATTERN_VARIABLES_MAX = 32, /* in one pattern, so that their values fit the stack while it is matched */
	ZT_VARIABLE_VALUE_MAX = 1024,  /* AWS IoT, "certificate policy variables": longer values are not substituted */
	ZT_KEY_VALUES_MAX = 64,        /* values of one condition key that are looked at */
	ZT_LIST_VALUES_MAX = 5,        /* AWS IoT keeps five values of a multi-valued certificate attribute */
	ZT_ARN_PARTS = 6,
};

/* `first` and `count` of some array of the policy. */
typedef struct {
	uint32_t first, count;
} zt_span;

/* Which value of a variable or condition key: "iot:Certificate.Subject.Organization.1" is value 1 (the second) of
 * "iot:Certificate.Subject.Organization", ".List" all of its values. */
typedef struct {
	zt_view name;
	uint8_t index;
	bool list;
} zt_key;

typedef enum { ZT_PIECE_LITERAL, ZT_PIECE_ONE, ZT_PIECE_STAR, ZT_PIECE_VARIABLE } zt_piece_kind;

typedef struct {
	zt_piece_kind kind;
	zt_view text; /* of a literal; the default value of a variable, p == NULL when it has none */
	zt_key variable;
} zt_piece;

typedef struct {
	zt_span pieces;
	uint8_t variables; /* how many of them */
} zt_pattern;

typedef enum { ZT_PRINCIPAL_ANYONE, ZT_PRINCIPAL_AWS, ZT_PRINCIPAL_SERVICE, ZT_PRINCIPAL_FEDERATED } zt_principal_kind;

typedef struct {
	zt_principal_kind kind;
	zt_view text;
} zt_principal;

typedef enum {
	ZT_TEST_STRING,
	ZT_TEST_ARN,
	ZT_TEST_NUMBER,
	ZT_TEST_DATE,
	ZT_TEST_BOOL,
	ZT_TEST_IP,
	ZT_TEST_NULL
} zt_test_type;
typedef enum {
	ZT_RELATION_EQUAL,
	ZT_RELATION_LESS,
	ZT_RELATION_LESS_EQUAL,
	ZT_RELATION_GREATER,
	ZT_RELATION_GREATER_EQUAL
} zt_relation;
typedef enum { ZT_QUANTIFIER_NONE, ZT_QUANTIFIER_ALL, ZT_QUANTIFIER_ANY } zt_quantifier;

typedef struct {
	uint8_t bytes[16];
	uint8_t n;    /* 4 or 16 */
	uint8_t bits; /* of the prefix */
} zt_ip_range;

typedef struct {
	zt_pattern pattern;             /* STRING; ARN without six parts */
	zt_pattern parts[ZT_ARN_PARTS]; /* ARN: each is matched by itself, so that '*' stays within a colon */
	bool is_arn;
	bool truth;        /* BOOL, NULL */
	double number;     /* NUMBER */
	int64_t date_ms;   /* DATE */
	zt_ip_range range; /* IP */
} zt_operand;

typedef struct {
	zt_test_type type;
	zt_relation relation;
	zt_quantifier quantifier;
	bool negated, if_exists, any_case, wildcards;
	zt_key key;
	zt_span operands; /* one of them suffices */
} zt_condition;

typedef struct {
	zt_view sid;
	bool allow;
	bool not_action, not_resource, not_principal;
	bool has_resource, has_principal;
	zt_span actions, resources; /* patterns */
	zt_span principals;
	zt_span conditions;
} zt_statement;

struct zt_policy {
	zt_policy_kind kind;
	bool has_variables; /* Version 2012-10-17: "${…}" is no plain text */
	char *pool;
	size_t pool_n, pool_cap;
	zt_statement *statements;
	zt_pattern *patterns;
	zt_piece *pieces;
	zt_principal *principals;
	zt_condition *conditions;
	zt_operand *operands;
	uint32_t statement_count, pattern_count, piece_count, principal_count, condition_count, operand_count;
};

/* Each appends a zeroed element and gives its address, which is good until the next append to the same array; NULL
 * without memory. */
zt_statement *zt_policy_add_statement(zt_policy *policy);
zt_pattern *zt_policy_add_pattern(zt_policy *policy);
zt_piece *zt_policy_add_piece(zt_policy *policy);
zt_principal *zt_policy_add_principal(zt_policy *policy);
zt_condition *zt_policy_add_condition(zt_policy *policy);
zt_operand *zt_policy_add_operand(zt_policy *policy);
/* A copy of the text in the pool, which has room for every string of the document. */
zt_view zt_policy_keep(zt_policy *policy, zt_view text);

#endif
