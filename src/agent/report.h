/* What the agent tells: sentences on standard error for people, or one JSON object a line on standard output. */
#ifndef ZT_AGENT_REPORT_H
#define ZT_AGENT_REPORT_H

#include "port/linux/client.h"
#include "zerotouch/shadow.h"

typedef struct {
	bool json;
	zt_route route;
} zt_report;

/* An event of a device; `message` is the one that it is about, if any. */
void zt_report_event(const zt_report *report, const zt_event *event, const zt_message *message, const char *detail);
/* A certificate has been taken into use. */
void zt_report_certificate(const zt_report *report, const char *device_id, int64_t not_after_ms);
/* News of a shadow. */
void zt_report_shadow(const zt_report *report, const zt_shadow_event *news);
/* What an earlier life left in the outbox; nothing is said when that is nothing. */
void zt_report_outbox(const zt_report *report, uint32_t waiting, uint32_t damaged);
/* Something went wrong that is not the end. */
void zt_report_trouble(const zt_report *report, const zt_error *error);

#endif
