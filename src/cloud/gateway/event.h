/* The event that tells the registration handler about a certificate (AWS IoT, "Just-in-time registration"). */
#ifndef ZT_CLOUD_GATEWAY_EVENT_H
#define ZT_CLOUD_GATEWAY_EVENT_H

#include <stdint.h>

#include "base/str.h"

enum { ZT_EVENT_QOS = 1 }; /* unconfirmed: AWS does not say */

typedef struct {
	zt_view certificate_id, ca_id, account;
	int64_t now_ms;
	int64_t registered_ms; /* of an earlier presentation; -1 when this one registers the certificate */
} zt_registered_event;

/* $aws/events/certificates/registered/<caCertificateId> */
ZT_NODISCARD zt_status zt_event_topic(const zt_registered_event *event, zt_str *out);
/* The registration's time is null the first time and a string of milliseconds from then on, as measured on AWS. */
ZT_NODISCARD zt_status zt_event_payload(const zt_registered_event *event, zt_str *out);

#endif
