#include "cloud/registry/event_settings.h"

#include <inttypes.h>

#include "cloud/registry/meta.h"

static const zt_view key = ZT_LIT_INIT("eventConfigurations");

static const char *const names[ZT_EVENT_TYPES] = {
	"THING",
	"THING_GROUP",
	"THING_TYPE",
	"THING_GROUP_MEMBERSHIP",
	"THING_GROUP_HIERARCHY",
	"THING_TYPE_ASSOCIATION",
	"JOB",
	"JOB_EXECUTION",
	"POLICY",
	"CERTIFICATE",
	"CA_CERTIFICATE",
};

const char *zt_event_type_name(zt_event_type type)
{
	return names[type];
}

zt_status zt_event_type_of(zt_view name, zt_event_type *ret)
{
	for (unsigned i = 0; i < ZT_EVENT_TYPES; i++)
		if (zt_view_equal(name, zt_view_of(names[i]))) {
			*ret = (zt_event_type)i;
			return ZT_OK;
		}
	return ZT_E_INVALID;
}

/* "<enabled> <created> <modified>". A text of another form, which only a damaged store holds, counts as none. */
zt_event_settings zt_registry_event_settings(const zt_registry *registry)
{
	zt_view text = zt_view_of(zt_meta_text(registry, key)), word;
	uint64_t numbers[3];
	for (size_t i = 0; i < ZT_COUNT(numbers); i++)
		if (!zt_view_split(&text, ' ', &word) || !zt_view_to_u64(word, &numbers[i]))
			return (zt_event_settings){ .enabled = 0 };
	return (zt_event_settings){ numbers[0], (int64_t)numbers[1], (int64_t)numbers[2] };
}

zt_status zt_txn_event_settings(zt_txn *txn, uint64_t enabled)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_event_settings old = zt_registry_event_settings(registry);
	int64_t now_ms = zt_registry_now_ms(registry);
	char text[64];
	const char *kept;
	int n = snprintf(text, sizeof text, "%" PRIu64 " %" PRId64 " %" PRId64, enabled,
			 old.created_ms ? old.created_ms : now_ms, now_ms);
	return zt_meta_put(txn, key, zt_view_make(text, (size_t)n), &kept);
}
