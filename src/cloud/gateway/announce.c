#include "cloud/gateway/announce.h"

#include "base/log.h"
#include "cloud/gateway/event.h"
#include "cloud/gateway/limits.h"
#include "cloud/registry/certificates.h"

enum { EVENT_MAX = 1024 };

typedef struct {
	char certificate_id[ZT_CERT_ID_TEXT], ca_id[ZT_CERT_ID_TEXT], client_id[ZT_CLIENT_ID_MAX + 1];
	int64_t registered_ms;
} announcement;

struct zt_late_event {
	zt_announcer *announcer;
	zt_late_event *next, **link;
	struct event *timer;
	announcement what;
	unsigned copies;
};

static zt_status publish(const zt_announcer *a, const announcement *what)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(EVENT_MAX), payload = ZT_STR(EVENT_MAX);
	const zt_registered_event event = {
		.certificate_id = zt_view_of(what->certificate_id),
		.ca_id = zt_view_of(what->ca_id),
		.account = zt_view_of(zt_registry_account(a->registry)->account),
		.now_ms = zt_registry_now_ms(a->registry),
		.registered_ms = what->registered_ms,
	};
	TRY(zt_event_topic(&event, &topic));
	TRY(zt_event_payload(&event, &payload));
	const zt_publish message = {
		.topic = zt_str_view(&topic),
		.payload = zt_str_view(&payload),
		.qos = ZT_EVENT_QOS,
		.client_id = zt_view_of(what->client_id),
		.principal = event.certificate_id,
	};
	if (a->listener.accepted)
		a->listener.accepted(a->listener.context, &message);
	return zt_broker_publish(a->broker, &message, NULL, NULL);
}

static void publish_copies(const zt_announcer *a, const announcement *what, unsigned copies)
{
	for (unsigned i = 0; i < copies; i++) {
		zt_status status = publish(a, what);
		if (status != ZT_OK) /* rules have it; only subscribers miss it */
			LOG_WARNING("gateway", "the broker did not take a registration event",
				    ZT_KV_STR("certificate", what->certificate_id),
				    ZT_KV_STR("cause", zt_status_text(status)));
	}
}

static void forget(zt_late_event *late)
{
	*late->link = late->next;
	if (late->next)
		late->next->link = late->link;
	if (late->timer)
		event_free(late->timer);
	free(late);
}

static void on_time(evutil_socket_t fd, short what, void *context)
{
	zt_late_event *late = context;
	(void)fd;
	(void)what;
	publish_copies(late->announcer, &late->what, late->copies);
	forget(late);
}

static zt_status hold_back(zt_announcer *a, const announcement *what, const zt_event_fault *fault)
{
	const struct timeval delay = { fault->delay_ms / 1000, fault->delay_ms % 1000 * 1000 };
	zt_late_event *late = calloc(1, sizeof *late);
	ENSURE(late, ZT_E_NOMEM);
	late->announcer = a;
	late->what = *what;
	late->copies = fault->copies;
	late->link = &a->late;
	late->next = a->late;
	if (late->next)
		late->next->link = &late->next;
	a->late = late;
	late->timer = evtimer_new(a->loop, on_time, late);
	if (late->timer && event_add(late->timer, &delay) == 0)
		return ZT_OK;
	forget(late);
	return ZT_E_NOMEM;
}

void zt_announce(zt_announcer *a, zt_view certificate_id, zt_view ca_id, int64_t registered_ms, zt_view client_id)
{
	announcement what = { .registered_ms = registered_ms };
	const zt_event_fault fault = zt_faults_event(a->faults);
	zt_text_cut(what.certificate_id, sizeof what.certificate_id, certificate_id);
	zt_text_cut(what.ca_id, sizeof what.ca_id, ca_id);
	zt_text_cut(what.client_id, sizeof what.client_id, client_id);
	if (fault.delay_ms == 0 || fault.copies == 0 || hold_back(a, &what, &fault) != ZT_OK)
		publish_copies(a, &what, fault.copies);
}

void zt_announcer_deinit(zt_announcer *a)
{
	while (a->late)
		forget(a->late);
}
