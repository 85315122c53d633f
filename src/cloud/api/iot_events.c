/* Which events of the registry are switched on (AWS IoT API reference). */
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/tables.h"
#include "cloud/registry/event_settings.h"

static zt_status describe(zt_call *call, zt_error *ret_error)
{
	(void)ret_error;
	zt_event_settings settings = zt_registry_event_settings(call->registry);
	json_t *all = json_object();
	for (unsigned i = 0; i < ZT_EVENT_TYPES; i++)
		(void)json_object_set_new(all, zt_event_type_name((zt_event_type)i),
					  json_pack("{s:b}", "Enabled", (int)(settings.enabled >> i & 1)));
	json_t *created = settings.created_ms ? zt_json_seconds(settings.created_ms) : NULL;
	json_t *modified = settings.modified_ms ? zt_json_seconds(settings.modified_ms) : NULL;
	return zt_call_reply(call, json_pack("{s:o, s:o*, s:o*}", "eventConfigurations", all, "creationDate", created,
					     "lastModifiedDate", modified));
}

static zt_status no_such_type(const char *name, zt_error *ret_error)
{
	return zt_error_set(ret_error, ZT_E_INVALID, "'%s' at 'eventConfigurations' is no type of event", name);
}

/* What is not named stays as it is. */
static zt_status update(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	const json_t *wanted;
	const char *name;
	json_t *value;
	uint64_t enabled = zt_registry_event_settings(call->registry).enabled;
	TRY(zt_in_json_object(call->body, "eventConfigurations", &wanted, ret_error));
	json_object_foreach((json_t *)(uintptr_t)wanted, name, value) {
		zt_event_type type;
		bool on = false;
		if (zt_event_type_of(zt_view_of(name), &type) != ZT_OK || !json_is_object(value))
			return no_such_type(name, ret_error);
		TRY(zt_in_json_bool(value, "Enabled", &on, ret_error));
		enabled = (enabled & ~(UINT64_C(1) << type)) | (uint64_t)on << type;
	}
	TRY(zt_call_txn(call, &txn));
	return zt_txn_event_settings(txn, enabled);
}

static const zt_operation rows[] = {
	{ ZT_REST("DescribeEventConfigurations", "GET", "/event-configurations", NULL, describe) },
	{ ZT_REST("UpdateEventConfigurations", "PATCH", "/event-configurations", NULL, update) },
};
const zt_operations zt_iot_event_operations = ZT_OPERATIONS(rows);
