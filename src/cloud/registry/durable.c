/* Telling of changes that are on the disk, each noun as its header shows it. */
#include "cloud/registry/group_row.h"
#include "cloud/registry/thing_row.h"

void zt_registry_watch(zt_registry *registry, zt_durable_fn changed, void *context)
{
	registry->durable = changed;
	registry->durable_context = context;
}

static const void *noun_of(zt_kind kind, const zt_row *row)
{
	switch (kind) {
	case ZT_KIND_THING:
		return zt_thing_of_row(row);
	case ZT_KIND_THING_TYPE:
		return zt_thing_type_of_row(row);
	case ZT_KIND_THING_GROUP:
		return zt_thing_group_of_row(row);
	case ZT_KIND_GROUP_MEMBER:
		return zt_group_member_of_row(row);
	default:
		return NULL;
	}
}

void zt_registry_tell(const zt_registry *registry, zt_kind kind, const zt_row *before, const zt_row *after)
{
	const void *was = noun_of(kind, before), *is = noun_of(kind, after);
	if (registry->durable && (was || is))
		registry->durable(registry->durable_context, kind, was, is);
}
