/* An ordered index by bytes, intrusive: its nodes are part of what it indexes, so putting and taking never fail.
 *
 * A treap (Seidel and Aragon, "Randomized Search Trees", 1996) with subtree counts: finding, putting, taking,
 * the n-th node and the rank of a key are O(log n) expected, whatever the keys. Keys are unique. */
#ifndef ZT_CLOUD_REGISTRY_INDEX_H
#define ZT_CLOUD_REGISTRY_INDEX_H

#include "zerotouch/view.h"

typedef struct zt_node {
	zt_view key; /* borrowed; must stay the same while the node is in an index */
	struct zt_node *left, *right;
	uint32_t priority, count; /* nodes of the subtree, this one included */
} zt_node;

/* Zeroed is empty. */
typedef struct {
	zt_node *root;
	uint64_t random;
} zt_index;

/* What a node is part of. */
#define ZT_CONTAINER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* The key must not be there. */
void zt_index_put(zt_index *index, zt_node *node);
/* The node must be there. */
void zt_index_take(zt_index *index, const zt_node *node);

/* NULL when there is none. */
zt_node *zt_index_find(const zt_index *index, zt_view key);
/* The first node behind `key`, which need not be there; the empty key begins. */
zt_node *zt_index_after(const zt_index *index, zt_view key);
/* The last node before `key`, which need not be there. */
zt_node *zt_index_before(const zt_index *index, zt_view key);
/* How many keys are smaller. */
size_t zt_index_rank(const zt_index *index, zt_view key);
/* The n-th node in order, from 0; NULL past the end. */
zt_node *zt_index_at(const zt_index *index, size_t n);
size_t zt_index_count(const zt_index *index);
/* Nodes whose key begins with `prefix`: how many, and the n-th of them. */
size_t zt_index_prefix_count(const zt_index *index, zt_view prefix);
zt_node *zt_index_prefix_at(const zt_index *index, zt_view prefix, size_t n);

#endif
