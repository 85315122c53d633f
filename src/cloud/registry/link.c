#include "cloud/registry/link.h"

#include <inttypes.h>

bool zt_link_key_make(zt_link_key *key, const zt_view *parts, size_t count)
{
	zt_buf out = ZT_BUF(key->bytes);
	for (size_t i = 0; i < count; i++) {
		if (i)
			zt_buf_put_u8(&out, 0);
		zt_buf_put(&out, parts[i]);
	}
	key->view = zt_buf_view(&out);
	return zt_buf_finish(&out) == ZT_OK;
}

zt_status zt_link_make(zt_link *link, zt_row *owner, const zt_view *parts, size_t count)
{
	zt_link_key key;
	ENSURE(zt_link_key_make(&key, parts, count), ZT_E_LIMIT);
	char *copy = zt_view_dup(key.view);
	ENSURE(copy, ZT_E_NOMEM);
	*link = (zt_link){ .node = { .key = zt_view_make(copy, key.view.n) }, .owner = owner };
	return ZT_OK;
}

void zt_link_free(zt_link *link)
{
	free((void *)(uintptr_t)link->node.key.p);
	*link = (zt_link){ .owner = NULL };
}

zt_row *zt_link_at(const zt_index *index, zt_view prefix, size_t n)
{
	zt_node *node = zt_index_prefix_at(index, prefix, n);
	return node ? ((zt_link *)node)->owner : NULL;
}

zt_row *zt_link_after(const zt_index *index, zt_view prefix, zt_view key)
{
	zt_node *node = zt_index_after(index, key);
	return node && zt_view_starts(node->key, prefix) ? ((zt_link *)node)->owner : NULL;
}

zt_row *zt_link_before(const zt_index *index, zt_view prefix, zt_view key)
{
	if (key.n == prefix.n) {
		size_t count = zt_index_prefix_count(index, prefix);
		return count ? zt_link_at(index, prefix, count - 1) : NULL;
	}
	zt_node *node = zt_index_before(index, key);
	return node && zt_view_starts(node->key, prefix) ? ((zt_link *)node)->owner : NULL;
}

zt_view zt_time_key(int64_t ms, char ret_text[ZT_TIME_KEY + 1])
{
	(void)snprintf(ret_text, ZT_TIME_KEY + 1, "%016" PRIx64, (uint64_t)ms);
	return zt_view_make(ret_text, ZT_TIME_KEY);
}
