/* Refusals for people and machines that ask (docs/contracts.md, "Refusals"). */
#include "base/json.h"
#include "base/timefmt.h"
#include "cloud/gateway/refusals.h"

/* Client ids, topics and names are whatever a peer sent, and cut texts may end within a character: what is no UTF-8 is
 * told as such instead of being lost with the whole record. */
static json_t *text_of(const char *text)
{
	zt_view v = zt_view_of(text);
	while (v.n && !zt_view_is_utf8(v) && zt_view_of(text).n - v.n < 4)
		v.n--;
	return zt_view_is_utf8(v) ? zt_json_string(v) : json_string("(not UTF-8)");
}

json_t *zt_refusal_json(const zt_refusal *r)
{
	char time[ZT_TIME_TEXT_MAX];
	zt_time_iso8601_ms(r->time_ms, time);
	return json_pack("{s:I, s:s, s:s, s:i, s:o, s:s, s:o, s:o, s:s, s:s, s:o, s:s}", "number",
			 (json_int_t)r->number, "time", time, "peer", r->peer, "port", (int)r->port, "deviceId",
			 text_of(r->device_id), "certificateId", r->certificate_id, "clientId", text_of(r->client_id),
			 "attempted", text_of(r->attempted), "rule", zt_refusal_name(r->rule), "reason",
			 zt_refusal_reason(r->rule), "detail", text_of(r->detail), "remedy",
			 zt_refusal_remedy(r->rule));
}

static bool is_about(const zt_refusal *r, zt_view device)
{
	return zt_view_starts(zt_view_of(r->device_id), device) ||
	       zt_view_starts(zt_view_of(r->certificate_id), device);
}

json_t *zt_refusals_json(const zt_refusals *refusals, uint64_t after, zt_view device)
{
	uint64_t last = zt_refusals_count(refusals);
	uint64_t kept = last < ZT_REFUSALS_KEPT ? last : ZT_REFUSALS_KEPT;
	json_t *list = json_array();
	for (uint64_t index = kept; list && index-- > 0;) {
		const zt_refusal *r = zt_refusals_at(refusals, (size_t)index);
		if (r->number <= after || !is_about(r, device))
			continue;
		if (json_array_append_new(list, zt_refusal_json(r)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list ? json_pack("{s:o, s:I}", "refusals", list, "last", (json_int_t)last) : NULL;
}
