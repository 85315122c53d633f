/* A device: from power-on to accepted messages, by HTTPS or MQTT, through the same calls.
 *
 * The caller fills a zt_device_config with its seams and memory, then calls zt_device_step until it returns
 * ZT_EVENT_NONE, waits until the stream is readable (or writable, when bytes are stuck) or wait_ms have passed, and
 * steps again. Nothing here blocks, allocates or remembers more than the struct shows.
 *
 *	status = zt_device_publish(&device, &(zt_message){ ZT_LIT("myhome/myroom"), ZT_LIT("{}"), 1, false }, NULL);
 *	for (;;) {
 *		zt_event event;
 *		zt_device_step(&device, &event);
 *		if (event.kind == ZT_EVENT_PUBLISHED)
 *			break;
 *		if (event.kind == ZT_EVENT_NONE)
 *			wait_for_stream_or(event.wait_ms);
 *	}
 *
 * port/linux/client.h is a whole example. */
#ifndef ZEROTOUCH_DEVICE_H
#define ZEROTOUCH_DEVICE_H

#include "zerotouch/clock.h"
#include "zerotouch/http.h"
#include "zerotouch/identity.h"
#include "zerotouch/message.h"
#include "zerotouch/exchange.h"
#include "zerotouch/onboarding.h"
#include "zerotouch/session.h"
#include "zerotouch/source.h"

enum {
	ZT_DEVICE_OUT_MIN = ZT_SESSION_OUT_MIN,
	ZT_DEVICE_IN_MIN = ZT_HTTP_ANSWER_MIN,
	ZT_DEVICE_ASIDE_MIN = ZT_EXCHANGE_HEAD_MIN + ZT_HTTP_ANSWER_MIN,
	ZT_READY_POLL_MS = 250,     /* how often network, clock and identity are looked for while missing */
	ZT_IDENTITY_POLL_MS = 1000, /* how often a replaced certificate is looked for while connected */
	ZT_PUBLISH_TRIES_MAX = 3,   /* a message whose sending ends the connection is given up after so many */
};

typedef struct {
	zt_view filter;
	uint8_t qos; /* 0 or 1 */
} zt_subscription;

typedef struct {
	zt_route route;
	zt_transport transport;
	zt_clock clock;
	zt_entropy entropy;
	zt_identity identity;
	bool (*network_ready)(void *context); /* NULL: always */
	void *network_context;

	zt_http_host host; /* the endpoint's, for HTTPS */

	zt_session_options mqtt;              /* an empty client id is the identity's name */
	const zt_subscription *subscriptions; /* MQTT: subscribed to after each connect */
	size_t subscription_count;

	/* MQTT: the first contact of each new certificate goes by HTTPS, which knows no client id and therefore no
	 * limit of connects and no take-over; where the HTTPS ports are closed it goes by MQTT. Needs an out_cap of
	 * ZT_DEVICE_OUT_MIN and an in_cap of ZT_DEVICE_IN_MIN, nothing more. */
	bool first_by_https;
	/* MQTT: a second stream. With it a new certificate makes its first contact by HTTPS beside the session that the
	 * old one holds, which goes on until the new one is accepted. Without it (`open` is NULL), or where the HTTPS
	 * ports are closed, the session is left before the new certificate is tried. `aside` is memory for it. */
	zt_transport beside;
	uint8_t *aside;
	size_t aside_cap; /* at least ZT_DEVICE_ASIDE_MIN */

	const zt_source *source; /* messages to publish whenever none of zt_device_publish is under way; NULL: none */

	uint8_t *out, *in;      /* memory: at least ZT_DEVICE_OUT_MIN and ZT_DEVICE_IN_MIN bytes */
	size_t out_cap, in_cap; /* in_cap bounds the messages that can be received */
} zt_device_config;

typedef enum {
	ZT_EVENT_NONE,          /* nothing for wait_ms unless the stream moves */
	ZT_EVENT_NOT_READY,     /* reason: network, clock or identity is missing; told once a reason */
	ZT_EVENT_CONNECTING,    /* an attempt begins; attempts */
	ZT_EVENT_REFUSED,       /* the attempt failed; reason, wait_ms until the next */
	ZT_EVENT_ACCEPTED,      /* attempts, elapsed_ms since the first of them; first when the certificate is new */
	ZT_EVENT_LOST,          /* the accepted connection ended; reason, wait_ms */
	ZT_EVENT_PUBLISHED,     /* HTTPS: http_status, body */
	ZT_EVENT_NOT_PUBLISHED, /* given up; reason, http_status and body where there are */
	ZT_EVENT_SUBSCRIBED,    /* subscription; reason says whether it was granted */
	ZT_EVENT_RECEIVED,      /* message, valid until the next step */
	ZT_EVENT_RENEWAL_DUE,   /* two thirds of the certificate's life have passed: get the next; told once each */
} zt_event_kind;

typedef struct {
	zt_event_kind kind;
	zt_reason reason;
	zt_route route; /* CONNECTING, REFUSED, ACCEPTED: the wire in question */
	bool beside;    /* the same: it is about a new certificate, while the old one's session goes on */
	uint8_t code;   /* MQTT 5: the server's reason code, or 0 */
	uint32_t wait_ms;
	uint32_t attempts, elapsed_ms;
	bool first;
	uint16_t http_status; /* also of a refusal that had one */
	zt_view body;         /* of the HTTP answer; valid until the next step */
	const zt_subscription *subscription;
	zt_message message; /* RECEIVED; PUBLISHED and NOT_PUBLISHED: the one that it is about */
} zt_event;

/* The outcome of the message, reported by the next step. */
typedef struct {
	zt_event_kind kind; /* PUBLISHED, NOT_PUBLISHED; NONE: there is none */
	zt_reason reason;
	uint8_t code;
	uint16_t http_status;
} zt_outcome;

/* All state of a device; read it if you like, change it only through the calls. Small fields that are looked at often
 * come first: they are the cheapest to reach. */
typedef struct {
	int64_t now_ms;           /* monotonic: of this step */
	bool open;                /* the stream is or is being opened */
	bool streaming;           /* it is open: the route's protocol has begun */
	bool asking;              /* HTTPS: a request is under way */
	bool answered;            /* HTTPS: this stream has carried an answer before */
	bool https_closed;        /* its ports were, when the last first contact was tried */
	bool has_message;         /* one is under way: */
	bool from_source;         /* the source's */
	bool message_sent;        /* on this connection */
	bool message_again;       /* on an earlier one too */
	uint8_t tries;            /* times that its sending ended the connection */
	bool renewing;            /* another certificate is tried beside the session: */
	bool probe_open, probing; /* its stream is open; its request is on its way */
	bool due_told;            /* that this certificate's renewal is due */
	zt_reason told;           /* the last ZT_EVENT_NOT_READY */
	uint8_t code;             /* MQTT 5: of this attempt's refusal or goodbye, or 0 */
	zt_onboarding onboarding;
	zt_onboarding renewal; /* of the certificate that is tried beside the session */
	int64_t identity_check_ms;
	uint16_t http_status; /* of this attempt's answer, or 0 */
	uint16_t suback_id;   /* of the subscription that is under way */
	zt_outcome settled;
	zt_message message;
	const zt_subscription *more; /* zt_device_subscribe */
	size_t more_count;
	size_t subscribed;  /* subscriptions answered on this connection, of config's, then of `more` */
	zt_session session; /* MQTT */
	zt_exchange exchange, probe;
	zt_identity_info identity;
	zt_device_config config;
} zt_device;

/* ZT_E_CONFIG when memory or keep-alive are out of range, or a filter breaks a limit (*ret_why, NULL is fine). */
ZT_NODISCARD zt_status zt_device_init(zt_device *device, const zt_device_config *config, const char **ret_why);
/* Publishes by the device's route; the outcome comes as ZT_EVENT_PUBLISHED or _NOT_PUBLISHED. At once: ZT_E_LIMIT and
 * ZT_E_INVALID with the limit's name in *ret_why, ZT_E_STATE while another message is under way. By HTTPS, `retain` is
 * not possible (ZT_E_UNSUPPORTED). */
ZT_NODISCARD zt_status zt_device_publish(zt_device *device, const zt_message *message, const char **ret_why);
/* Subscribes to these as well, now and after each connect; they replace those of an earlier call. Borrowed until then,
 * with their filters. ZT_E_LIMIT and ZT_E_INVALID with the limit's name in *ret_why; ZT_E_UNSUPPORTED by HTTPS. */
ZT_NODISCARD zt_status zt_device_subscribe(zt_device *device, const zt_subscription *subscriptions, size_t count,
					   const char **ret_why);
/* Does what can be done now and returns one event. Call again until it is ZT_EVENT_NONE. */
void zt_device_step(zt_device *device, zt_event *ret);
/* Says goodbye (MQTT: DISCONNECT, so no will is sent) as far as the stream takes it at once, and closes. */
void zt_device_stop(zt_device *device);

#endif
