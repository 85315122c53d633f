#include "jitr/event.h"

#include "base/codec.h"
#include "base/json.h"

static zt_status read_id(const json_t *object, const char *member, char room[ZT_JITR_ID_HEX + 1], zt_error *ret_error)
{
	zt_view id = zt_json_view(object, member);
	if (id.n == 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "the event has no %s", member);
	if (id.n != ZT_JITR_ID_HEX || !zt_is_hex(id))
		return zt_error_set(ret_error, ZT_E_INVALID, "%s of the event is no certificate id", member);
	return zt_text_copy(room, ZT_JITR_ID_HEX + 1, id);
}

zt_status zt_jitr_event_read(zt_view json, zt_jitr_event *ret, zt_error *ret_error)
{
	if (json.n > ZT_JITR_EVENT_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "the event is over %d bytes", ZT_JITR_EVENT_MAX);
	ZT_JSON_CLEANUP json_t *object = NULL;
	zt_error reason = { 0 };
	if (zt_json_parse(json, &object, &reason) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "the event is %s", reason.text);
	if (!json_is_object(object))
		return zt_error_set(ret_error, ZT_E_INVALID, "the event is no JSON object");
	zt_jitr_event event = { 0 };
	TRY(read_id(object, "certificateId", event.certificate_id, ret_error));
	TRY(read_id(object, "caCertificateId", event.ca_id, ret_error));
	if (!zt_view_equal(zt_json_view(object, "certificateStatus"), ZT_LIT("PENDING_ACTIVATION")))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "certificateStatus of the event is not PENDING_ACTIVATION");
	event.timestamp_ms = json_integer_value(json_object_get(object, "timestamp"));
	*ret = event;
	return ZT_OK;
}
