/* A thing in memory with its places in the indexes. Built mutable, then sealed, and never changed again. */
#ifndef ZT_CLOUD_REGISTRY_THING_ROW_H
#define ZT_CLOUD_REGISTRY_THING_ROW_H

#include "cloud/registry/link.h"
#include "cloud/registry/things.h"

typedef struct {
	zt_row row;
	zt_thing thing; /* principals: those below */
	zt_thing_principal *principals;
	zt_link *by_principal; /* one for each principal */
	zt_link *by_attribute; /* one for each attribute */
	size_t attribute_count;
	zt_link by_type; /* unused when it has none */
} zt_thing_row;

ZT_NODISCARD zt_status zt_thing_row_new(zt_view name, zt_thing_row **ret);
/* The same again, with room for `extra` more principals. Attributes are shared: replace them, never change them. */
ZT_NODISCARD zt_status zt_thing_row_copy(const zt_thing *thing, size_t extra, zt_thing_row **ret);
void zt_thing_row_free(zt_thing_row *row);
ZT_DEFINE_CLEANUP(zt_thing_row, zt_thing_row_free)
/* NULL for NULL. */
const zt_thing *zt_thing_of_row(const zt_row *row);
const zt_thing_type *zt_thing_type_of_row(const zt_row *row);
/* Makes the entries of the indexes. */
ZT_NODISCARD zt_status zt_thing_row_seal(zt_thing_row *row);

#endif
