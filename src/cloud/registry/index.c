#include "cloud/registry/index.h"

#include "base/random.h"

static uint32_t count_of(const zt_node *node)
{
	return node ? node->count : 0;
}

static void recount(zt_node *node)
{
	node->count = 1 + count_of(node->left) + count_of(node->right);
}

/* xorshift64 from a random seed: peers choose keys, so priorities must not be theirs to guess. */
static uint32_t next_priority(zt_index *index)
{
	while (index->random == 0)
		zt_random_bytes(&index->random, sizeof index->random);
	index->random ^= index->random << 13;
	index->random ^= index->random >> 7;
	index->random ^= index->random << 17;
	return (uint32_t)(index->random >> 32);
}

/* Cuts a subtree into the keys before `key` and those behind. The depth is logarithmic, expected. */
static void split(zt_node *tree, zt_view key, zt_node **ret_before, zt_node **ret_behind)
{
	if (!tree) {
		*ret_before = *ret_behind = NULL;
		return;
	}
	if (zt_view_compare(tree->key, key) < 0) {
		split(tree->right, key, &tree->right, ret_behind);
		*ret_before = tree;
	} else {
		split(tree->left, key, ret_before, &tree->left);
		*ret_behind = tree;
	}
	recount(tree);
}

/* Every key of `before` is smaller than every key of `behind`. */
static zt_node *join(zt_node *before, zt_node *behind)
{
	if (!before || !behind)
		return before ? before : behind;
	if (before->priority > behind->priority) {
		before->right = join(before->right, behind);
		recount(before);
		return before;
	}
	behind->left = join(before, behind->left);
	recount(behind);
	return behind;
}

void zt_index_put(zt_index *index, zt_node *node)
{
	node->priority = next_priority(index);
	zt_node **at = &index->root;
	while (*at && (*at)->priority >= node->priority) {
		(*at)->count++;
		at = zt_view_compare(node->key, (*at)->key) < 0 ? &(*at)->left : &(*at)->right;
	}
	split(*at, node->key, &node->left, &node->right);
	recount(node);
	*at = node;
}

void zt_index_take(zt_index *index, const zt_node *node)
{
	zt_node **at = &index->root;
	while (*at != node) {
		(*at)->count--;
		at = zt_view_compare(node->key, (*at)->key) < 0 ? &(*at)->left : &(*at)->right;
	}
	*at = join(node->left, node->right);
}

zt_node *zt_index_find(const zt_index *index, zt_view key)
{
	zt_node *node = index->root;
	while (node) {
		int order = zt_view_compare(key, node->key);
		if (order == 0)
			return node;
		node = order < 0 ? node->left : node->right;
	}
	return NULL;
}

zt_node *zt_index_after(const zt_index *index, zt_view key)
{
	zt_node *found = NULL;
	for (zt_node *node = index->root; node;) {
		if (zt_view_compare(node->key, key) > 0) {
			found = node;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return found;
}

zt_node *zt_index_before(const zt_index *index, zt_view key)
{
	zt_node *found = NULL;
	for (zt_node *node = index->root; node;) {
		if (zt_view_compare(node->key, key) < 0) {
			found = node;
			node = node->right;
		} else {
			node = node->left;
		}
	}
	return found;
}

size_t zt_index_rank(const zt_index *index, zt_view key)
{
	size_t rank = 0;
	for (const zt_node *node = index->root; node;) {
		if (zt_view_compare(node->key, key) < 0) {
			rank += 1 + count_of(node->left);
			node = node->right;
		} else {
			node = node->left;
		}
	}
	return rank;
}

zt_node *zt_index_at(const zt_index *index, size_t n)
{
	zt_node *node = index->root;
	while (node) {
		size_t before = count_of(node->left);
		if (n == before)
			return node;
		if (n < before) {
			node = node->left;
		} else {
			n -= before + 1;
			node = node->right;
		}
	}
	return NULL;
}

size_t zt_index_count(const zt_index *index)
{
	return count_of(index->root);
}

/* -1: before all keys with the prefix, 0: has it, 1: behind them. */
static int prefix_order(zt_view key, zt_view prefix)
{
	return zt_view_compare((zt_view){ key.p, key.n < prefix.n ? key.n : prefix.n }, prefix);
}

size_t zt_index_prefix_count(const zt_index *index, zt_view prefix)
{
	size_t up_to = 0;
	for (const zt_node *node = index->root; node;) {
		if (prefix_order(node->key, prefix) <= 0) {
			up_to += 1 + count_of(node->left);
			node = node->right;
		} else {
			node = node->left;
		}
	}
	return up_to - zt_index_rank(index, prefix);
}

zt_node *zt_index_prefix_at(const zt_index *index, zt_view prefix, size_t n)
{
	zt_node *node = zt_index_at(index, zt_index_rank(index, prefix) + n);
	return node && zt_view_starts(node->key, prefix) ? node : NULL;
}
