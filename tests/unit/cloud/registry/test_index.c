#include "zt_cmocka.h"

#include "cloud/registry/index.h"

enum { NODES = 2000 };

typedef struct {
	zt_node node;
	char key[16];
	bool in;
} entry;

static entry entries[NODES];

static void make_entries(void)
{
	memset(entries, 0, sizeof entries);
	for (unsigned i = 0; i < NODES; i++) {
		(void)snprintf(entries[i].key, sizeof entries[i].key, "%c/%05u", "abc"[i % 3], i);
		entries[i].node.key = zt_view_of(entries[i].key);
	}
}

/* What the index must answer, found by looking at every entry. */
static entry *expected_after(zt_view key)
{
	entry *best = NULL;
	for (unsigned i = 0; i < NODES; i++)
		if (entries[i].in && zt_view_compare(entries[i].node.key, key) > 0 &&
		    (!best || zt_view_compare(entries[i].node.key, best->node.key) < 0))
			best = &entries[i];
	return best;
}

static size_t expected_rank(zt_view key)
{
	size_t rank = 0;
	for (unsigned i = 0; i < NODES; i++)
		rank += entries[i].in && zt_view_compare(entries[i].node.key, key) < 0;
	return rank;
}

static void check(const zt_index *index, const entry *probe)
{
	assert_ptr_equal(zt_index_find(index, probe->node.key), probe->in ? &probe->node : NULL);
	assert_ptr_equal(zt_index_after(index, probe->node.key), expected_after(probe->node.key));
	size_t rank = expected_rank(probe->node.key);
	zt_node *before = rank ? zt_index_at(index, rank - 1) : NULL;
	assert_ptr_equal(zt_index_before(index, probe->node.key), before);
	assert_int_equal(zt_index_rank(index, probe->node.key), rank);
	if (probe->in)
		assert_ptr_equal(zt_index_at(index, rank), &probe->node);
}

static void any_order_of_puts_and_takes_keeps_it_ordered(void **state)
{
	(void)state;
	zt_index index = { 0 };
	make_entries();
	/* A fixed generator (Park and Miller), so that a failure comes again. */
	uint64_t random = 20260131;
	size_t count = 0;
	for (unsigned step = 0; step < 12000; step++) {
		random = random * 48271 % 2147483647;
		entry *chosen = &entries[random % NODES];
		if (chosen->in) {
			zt_index_take(&index, &chosen->node);
			count--;
		} else {
			zt_index_put(&index, &chosen->node);
			count++;
		}
		chosen->in = !chosen->in;
		assert_int_equal(zt_index_count(&index), count);
		if (step % 40 == 0)
			check(&index, &entries[(random / NODES) % NODES]);
	}
}

static void a_prefix_is_counted_and_walked(void **state)
{
	(void)state;
	zt_index index = { 0 };
	make_entries();
	for (unsigned i = 0; i < NODES; i++)
		zt_index_put(&index, &entries[i].node);
	/* Every third of 2000 from 1 on begins with "b/". */
	assert_int_equal(zt_index_prefix_count(&index, ZT_LIT("b/")), 667);
	assert_view(zt_index_prefix_at(&index, ZT_LIT("b/"), 0)->key, "b/00001");
	assert_view(zt_index_prefix_at(&index, ZT_LIT("b/"), 666)->key, "b/01999");
	assert_null(zt_index_prefix_at(&index, ZT_LIT("b/"), 667));
	assert_int_equal(zt_index_prefix_count(&index, ZT_LIT("d/")), 0);
	assert_null(zt_index_prefix_at(&index, ZT_LIT("d/"), 0));
	assert_int_equal(zt_index_prefix_count(&index, ZT_VIEW_EMPTY), NODES);
}

static unsigned depth_of(const zt_node *node)
{
	if (!node)
		return 0;
	unsigned left = depth_of(node->left), right = depth_of(node->right);
	return 1 + (left > right ? left : right);
}

static void ascending_keys_do_not_make_a_list(void **state)
{
	(void)state;
	zt_index index = { 0 };
	make_entries();
	for (unsigned residue = 0; residue < 3; residue++)
		for (unsigned i = residue; i < NODES; i += 3)
			zt_index_put(&index, &entries[i].node);
	/* log2 of 2000 is 11; a random treap is deeper than five times that once in an astronomical number of runs. */
	assert_true(depth_of(index.root) < 55);
}

static void an_empty_index_has_nothing(void **state)
{
	(void)state;
	zt_index index = { 0 };
	assert_null(zt_index_find(&index, ZT_LIT("a")));
	assert_null(zt_index_after(&index, ZT_VIEW_EMPTY));
	assert_null(zt_index_at(&index, 0));
	assert_int_equal(zt_index_count(&index), 0);
	assert_int_equal(zt_index_rank(&index, ZT_LIT("a")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_puts_and_takes_keeps_it_ordered),
		cmocka_unit_test(a_prefix_is_counted_and_walked),
		cmocka_unit_test(ascending_keys_do_not_make_a_list),
		cmocka_unit_test(an_empty_index_has_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
