#include "policy/compiled.h"

#include <stdlib.h>
#include <string.h>

/* The slot behind `count` elements of `size` bytes, with capacities that are powers of two; NULL without memory. */
static void *append(void **array, uint32_t *count, size_t size)
{
	uint32_t n = *count;
	if ((n & (n - 1)) == 0) {
		size_t cap = n ? (size_t)n * 2 : 1;
		void *grown = reallocarray(*array, cap, size);
		if (!grown)
			return NULL;
		*array = grown;
	}
	void *slot = (char *)*array + n * size;
	memset(slot, 0, size);
	*count = n + 1;
	return slot;
}

#define DEFINE_ADD(noun)                                                               \
	zt_##noun *zt_policy_add_##noun(zt_policy *policy)                             \
	{                                                                              \
		void *array = policy->noun##s;                                         \
		void *slot = append(&array, &policy->noun##_count, sizeof(zt_##noun)); \
		policy->noun##s = array;                                               \
		return slot;                                                           \
	}
DEFINE_ADD(statement)
DEFINE_ADD(pattern)
DEFINE_ADD(piece)
DEFINE_ADD(principal)
DEFINE_ADD(condition)
DEFINE_ADD(operand)

zt_view zt_policy_keep(zt_policy *policy, zt_view text)
{
	char *copy = policy->pool + policy->pool_n;
	size_t n = text.n < policy->pool_cap - policy->pool_n ? text.n : policy->pool_cap - policy->pool_n;
	if (n)
		memcpy(copy, text.p, n);
	policy->pool_n += n;
	return zt_view_make(copy, n);
}

void zt_policy_free(zt_policy *policy)
{
	if (!policy)
		return;
	free(policy->pool);
	free(policy->statements);
	free(policy->patterns);
	free(policy->pieces);
	free(policy->principals);
	free(policy->conditions);
	free(policy->operands);
	free(policy);
}
