#include "agent/outcome.h"

static zt_status status_of(zt_reason reason)
{
	switch (reason) {
	case ZT_REASON_NO_POLICY:
	case ZT_REASON_PUBLISH_DENIED:
	case ZT_REASON_SUBSCRIBE_DENIED:
		return ZT_E_DENIED;
	case ZT_REASON_NO_IDENTITY:
	case ZT_REASON_IDENTITY_UNREADABLE:
	case ZT_REASON_IDENTITY_EXPIRED:
		return ZT_E_CREDENTIALS;
	case ZT_REASON_CLOCK_NOT_SET:
		return ZT_E_CONFIG;
	case ZT_REASON_SERVER_NOT_TRUSTED:
		return ZT_E_TLS;
	case ZT_REASON_NETWORK:
		return ZT_E_NETWORK;
	case ZT_REASON_BUSY:
		return ZT_E_UNAVAILABLE;
	case ZT_REASON_BAD_ANSWER:
		return ZT_E_PROTOCOL;
	case ZT_REASON_REJECTED:
		return ZT_E_INVALID;
	default:
		return ZT_E_TIMEOUT;
	}
}

void zt_agent_note(const zt_event *event, zt_reason *last)
{
	if (event->kind == ZT_EVENT_ACCEPTED)
		*last = ZT_REASON_NO_ANSWER;
	else if (event->reason != ZT_REASON_NONE)
		*last = event->reason;
}

bool zt_agent_is_hopeless(const zt_event *event)
{
	return event->reason == ZT_REASON_SERVER_NOT_TRUSTED || event->reason == ZT_REASON_NO_IDENTITY ||
	       event->reason == ZT_REASON_IDENTITY_UNREADABLE || event->reason == ZT_REASON_IDENTITY_EXPIRED;
}

zt_status zt_agent_give_up(const char *what, zt_reason reason, const char *detail, zt_error *ret_error)
{
	return zt_error_set(ret_error, status_of(reason), "%s: %s%s%s", what, zt_reason_text(reason),
			    detail[0] ? ": " : "", detail);
}
