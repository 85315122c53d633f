#include "cloud/broker/retained_sync.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cloud/broker/kept.h"

struct zt_retained_sync {
	const zt_registry *registry;
	void *present; /* topics that the broker has as the registry has them; a tree of tsearch(3) */
	char last[sizeof((zt_retained *)NULL)->topic]; /* the row looked at last */
	uint8_t *properties;                           /* of the message that was given last */
};

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

zt_status zt_retained_sync_new(const zt_registry *registry, zt_retained_sync **ret)
{
	zt_retained_sync *sync = calloc(1, sizeof *sync);
	ENSURE(sync, ZT_E_NOMEM);
	sync->registry = registry;
	*ret = sync;
	return ZT_OK;
}

void zt_retained_sync_free(zt_retained_sync *sync)
{
	if (!sync)
		return;
	tdestroy(sync->present, free);
	free(sync->properties);
	free(sync);
}

zt_status zt_retained_sync_seen(zt_retained_sync *sync, const zt_mqtt_publish *message, bool *ret_clear)
{
	const zt_retained *row = zt_registry_retained(sync->registry, message->topic);
	/* mosquitto 2.0.11 keeps for ever what had expired when it read its database. */
	if (row && zt_kept_has_expired(row, zt_registry_now_ms(sync->registry)))
		row = NULL;
	*ret_clear = row == NULL;
	/* The QoS that it is kept with is not seen from outside: the subscription lowers it. */
	if (!row || !zt_view_equal(message->payload, zt_view_make(row->payload, row->payload_n)))
		return ZT_OK;
	char *topic = zt_view_dup(message->topic);
	char *const *kept = topic ? tsearch(topic, &sync->present, by_text) : NULL;
	if (!kept || *kept != topic)
		free(topic);
	return kept ? ZT_OK : ZT_E_NOMEM;
}

/* Without memory it goes without them. */
static zt_view properties_of(zt_retained_sync *sync, const zt_retained *row, int64_t now_ms)
{
	free(sync->properties);
	sync->properties = row->properties_n ? malloc(row->properties_n) : NULL;
	zt_buf out = zt_buf_make(sync->properties, sync->properties ? row->properties_n : 0);
	if (sync->properties)
		zt_kept_put_properties(row, now_ms, &out);
	return zt_buf_view(&out);
}

bool zt_retained_sync_next(zt_retained_sync *sync, zt_publish *ret)
{
	const int64_t now_ms = zt_registry_now_ms(sync->registry);
	const zt_retained *row;
	while ((row = zt_registry_next_retained(sync->registry, zt_view_of(sync->last))) != NULL) {
		memcpy(sync->last, row->topic, sizeof sync->last);
		if (tfind(row->topic, &sync->present, by_text) || zt_kept_has_expired(row, now_ms))
			continue;
		*ret = (zt_publish){ .topic = zt_view_of(row->topic),
				     .payload = zt_view_make(row->payload, row->payload_n),
				     .properties = properties_of(sync, row, now_ms),
				     .qos = row->qos,
				     .retain = true };
		return true;
	}
	return false;
}
