/* One entry of an object in a further index: its key is made of parts, joined by NUL. */
#ifndef ZT_CLOUD_REGISTRY_LINK_H
#define ZT_CLOUD_REGISTRY_LINK_H

#include "cloud/registry/state.h"
#include "zerotouch/buf.h"

enum { ZT_LINK_KEY_MAX = 4096 };

typedef struct {
	zt_node node; /* first, so that a node of such an index is its link; the key is owned */
	zt_row *owner;
} zt_link;

/* A key, or a prefix of keys when the last part is empty. */
typedef struct {
	uint8_t bytes[ZT_LINK_KEY_MAX];
	zt_view view;
} zt_link_key;

/* False when the parts are longer than any key. */
bool zt_link_key_make(zt_link_key *key, const zt_view *parts, size_t count);
#define ZT_LINK_KEY(key, ...) \
	zt_link_key_make(key, (const zt_view[]){ __VA_ARGS__ }, ZT_COUNT(((const zt_view[]){ __VA_ARGS__ })))

/* ZT_E_NOMEM or ZT_E_LIMIT. */
ZT_NODISCARD zt_status zt_link_make(zt_link *link, zt_row *owner, const zt_view *parts, size_t count);
#define ZT_LINK_MAKE(link, owner, ...) \
	zt_link_make(link, owner, (const zt_view[]){ __VA_ARGS__ }, ZT_COUNT(((const zt_view[]){ __VA_ARGS__ })))
/* A zeroed one is fine. */
void zt_link_free(zt_link *link);

/* The owner of the n-th entry with this prefix, NULL past the end. */
zt_row *zt_link_at(const zt_index *index, zt_view prefix, size_t n);
/* The owner of the first entry behind `key` that has the prefix; NULL when there is none. */
zt_row *zt_link_after(const zt_index *index, zt_view prefix, zt_view key);

/* The owner of the last entry before `key` that has the prefix; of the last of all when `key` is the prefix itself. */
zt_row *zt_link_before(const zt_index *index, zt_view prefix, zt_view key);

/* Sixteen digits, so that times are ordered as text. */
enum { ZT_TIME_KEY = 16 };
zt_view zt_time_key(int64_t ms, char ret_text[ZT_TIME_KEY + 1]);

#endif
