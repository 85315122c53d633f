/* The event that AWS IoT publishes when an unknown certificate of a registered CA connects (AWS IoT Developer Guide,
 * "Register a client certificate automatically"). */
#ifndef ZT_JITR_EVENT_H
#define ZT_JITR_EVENT_H

#include "jitr/config.h"

enum { ZT_JITR_EVENT_MAX = 256 * 1024 }; /* of its JSON; AWS sends some 350 bytes */

typedef struct {
	char certificate_id[ZT_JITR_ID_HEX + 1];
	char ca_id[ZT_JITR_ID_HEX + 1];
	int64_t timestamp_ms; /* when AWS published it; 0 when it does not say */
} zt_jitr_event;

/* ZT_E_INVALID with the reason when it is no JSON object, lacks certificateId, caCertificateId or certificateStatus, or
 * one of them is not what it should be. Everything else in the event is ignored. */
ZT_NODISCARD zt_status zt_jitr_event_read(zt_view json, zt_jitr_event *ret, zt_error *ret_error);

#endif
