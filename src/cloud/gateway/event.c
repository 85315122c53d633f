#include "cloud/gateway/event.h"

#include <inttypes.h>

zt_status zt_event_topic(const zt_registered_event *event, zt_str *out)
{
	return zt_str_printf(out, "$aws/events/certificates/registered/%.*s", ZT_PRI(event->ca_id));
}

zt_status zt_event_payload(const zt_registered_event *event, zt_str *out)
{
	/* Ids and account are hex digits and decimal digits: nothing in them needs escaping. */
	TRY(zt_str_printf(out,
			  "{\"certificateId\":\"%.*s\",\"caCertificateId\":\"%.*s\",\"timestamp\":%" PRId64
			  ",\"certificateStatus\":\"PENDING_ACTIVATION\",\"awsAccountId\":\"%.*s\","
			  "\"certificateRegistrationTimestamp\":",
			  ZT_PRI(event->certificate_id), ZT_PRI(event->ca_id), event->now_ms, ZT_PRI(event->account)));
	if (event->registered_ms < 0)
		return zt_str_put_text(out, "null}");
	return zt_str_printf(out, "\"%" PRId64 "\"}", event->registered_ms);
}
