/* A device shadow of a Thing, over MQTT (AWS IoT, "Device Shadow MQTT topics"): classic or named. No heap: requests are
 * composed in the caller's memory, answers are read where they lie.
 *
 *	TRY(zt_shadow_init(&shadow, zt_view_of(thing.name), ZT_VIEW_EMPTY, NULL));
 *	zt_shadow_subscriptions(&shadow, subscriptions);
 *	zt_device_subscribe(&device, subscriptions, ZT_SHADOW_SUBSCRIPTIONS);
 *	… once they are granted:
 *	TRY(zt_shadow_get(&shadow, ZT_VIEW_EMPTY, &memory, &message));
 *	TRY(zt_device_publish(&device, &message, NULL));
 *	… on ZT_EVENT_RECEIVED:
 *	if (zt_shadow_take(&shadow, &event.message, &news) == ZT_OK && news.kind == ZT_SHADOW_DELTA && !news.stale)
 *		apply(news.state); */
#ifndef ZEROTOUCH_SHADOW_H
#define ZEROTOUCH_SHADOW_H

#include "zerotouch/thing.h"

enum {
	ZT_SHADOW_NAME_MAX = 64,           /* AWS */
	ZT_SHADOW_TOKEN_MAX = 64,          /* AWS: clientToken */
	ZT_SHADOW_DOCUMENT_MAX = 8 * 1024, /* AWS: state of one shadow */
	ZT_SHADOW_SUBSCRIPTIONS = 3,
	/* "$aws/things/" T "/shadow/name/" S "/update/delta" */
	ZT_SHADOW_TOPIC_MAX = 12 + ZT_THING_NAME_MAX + 13 + ZT_SHADOW_NAME_MAX + 14,
};

typedef struct {
	char filters[ZT_SHADOW_SUBSCRIPTIONS][ZT_SHADOW_TOPIC_MAX];
	uint16_t filter_n[ZT_SHADOW_SUBSCRIPTIONS];
	uint16_t prefix_n; /* bytes that all of them begin with: up to "shadow/" or the shadow's name and its slash */
	uint64_t version;  /* the latest that was seen; 0: none */
} zt_shadow;

/* `name` is empty for the classic shadow. ZT_E_INVALID with the rule that is broken in *ret_why (NULL is fine). */
ZT_NODISCARD zt_status zt_shadow_init(zt_shadow *shadow, zt_view thing, zt_view name, const char **ret_why);
/* What to subscribe to: accepted and rejected answers, and deltas. They borrow from the shadow. */
void zt_shadow_subscriptions(const zt_shadow *shadow, zt_subscription ret[ZT_SHADOW_SUBSCRIPTIONS]);

typedef struct {
	zt_view desired, reported; /* JSON objects; empty leaves a section as it is, `null` removes it */
	uint64_t version;          /* only if the shadow is at this version (else rejected with 409); 0: at any */
	zt_view token;             /* comes back in the answer; at most ZT_SHADOW_TOKEN_MAX bytes; empty: none */
} zt_shadow_change;

/* Each composes a QoS 1 message in *memory (topic and payload; the message borrows from it). ZT_E_SPACE when that is
 * too small; ZT_E_LIMIT and ZT_E_INVALID with the limit in *ret_why (NULL is fine). */
ZT_NODISCARD zt_status zt_shadow_get(const zt_shadow *shadow, zt_view token, zt_buf *memory, zt_message *ret);
ZT_NODISCARD zt_status zt_shadow_delete(const zt_shadow *shadow, zt_view token, zt_buf *memory, zt_message *ret);
ZT_NODISCARD zt_status zt_shadow_update(const zt_shadow *shadow, const zt_shadow_change *change, zt_buf *memory,
					zt_message *ret, const char **ret_why);

typedef enum { ZT_SHADOW_ACCEPTED, ZT_SHADOW_REJECTED, ZT_SHADOW_DELTA } zt_shadow_kind;
typedef enum { ZT_SHADOW_OP_GET, ZT_SHADOW_OP_UPDATE, ZT_SHADOW_OP_DELETE } zt_shadow_operation;

/* Views borrow from the message; those that it does not have are empty. */
typedef struct {
	zt_shadow_kind kind;
	zt_shadow_operation operation;    /* UPDATE for a delta */
	uint64_t version;                 /* 0 in a rejection */
	bool stale;                       /* older than what was seen before: deltas may overtake each other (AWS) */
	zt_view state;                    /* JSON. Delta: the fields that differ. Accepted: what was asked or sent */
	zt_view desired, reported, delta; /* JSON: sections of an accepted `state` */
	zt_view token;
	uint16_t code;   /* REJECTED: 400 … 500, as HTTP's */
	zt_view message; /* REJECTED: AWS's sentence */
} zt_shadow_event;

/* Reads a received message and remembers the version. ZT_E_NOT_FOUND: it is not of this shadow. ZT_E_PROTOCOL,
 * ZT_E_LIMIT: it is, but not what AWS sends. */
ZT_NODISCARD zt_status zt_shadow_take(zt_shadow *shadow, const zt_message *message, zt_shadow_event *ret);

#endif
