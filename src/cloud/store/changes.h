/* Inside of a transaction under construction; seen by the store's own files alone. */
#ifndef ZT_CLOUD_STORE_CHANGES_H
#define ZT_CLOUD_STORE_CHANGES_H

#include "cloud/store/store.h"

/* One put or delete; its bytes are one allocation, the key first. */
typedef struct {
	unsigned kind;
	bool is_delete, last_wins;
	uint8_t *bytes;
	size_t key_n, value_n;
} zt_change;

struct zt_changes {
	zt_change *items;
	size_t count, cap;

	/* Set by the store from the submission on. */
	zt_changes *next;
	uint64_t generation;
	int64_t seen;    /* shared: the place in the log up to which this process was told at the submission */
	bool is_foreign; /* not ours at all: what another process changed, up to `seen` */
	zt_status status;
	zt_store_done_fn done;
	void *context;
};

#endif
