/* What a client may make the gateway do and hold. Each line names the AWS IoT Core quota that it mirrors. */
#ifndef ZT_CLOUD_GATEWAY_LIMITS_H
#define ZT_CLOUD_GATEWAY_LIMITS_H

enum {
	ZT_CLIENT_ID_MAX = 128,            /* "client ID size" */
	ZT_PACKET_MAX = 146 * 1024,        /* MQTT 5 "maximum packet size"; also the largest CONNECT */
	ZT_BROKER_PACKET_MAX = 256 * 1024, /* what we read from the broker: a message and its properties */
	ZT_FILTERS_PER_SUBSCRIBE = 8,      /* "subscriptions per subscribe request" */
	ZT_SUBSCRIPTIONS_MAX = 50,         /* "subscriptions per connection" */
	ZT_RECEIVE_MAX = 100,              /* "in-flight unacknowledged QoS 1 publish requests", each way */
	ZT_ALIASES_MAX = 8,                /* "topic alias maximum" */
	ZT_KEEP_ALIVE_MIN_S = 30,          /* "keep-alive interval": 1 to 29 become 30 */
	ZT_KEEP_ALIVE_MAX_S = 1200,        /* 0 and more become 1200 */
	ZT_SESSION_EXPIRY_MAX_S = 3600,    /* "persistent session expiry period" */
	ZT_CLIENT_PACKET_MIN = 512,        /* a client that takes less is refused */
	ZT_MESSAGE_EXPIRY_MAX_S = 604800,  /* "message expiry": 0 becomes 1, more becomes this */
	ZT_CORRELATION_MAX = 8 * 1024,
	ZT_CONTENT_TYPE_MAX = 256,
	ZT_USER_PROPERTIES_MAX = 8 * 1024,

	/* Enforced with --quotas aws alone. */
	ZT_REGISTRATIONS_A_SECOND = 15, /* "maximum device certificates registered per second" */
	ZT_PUBLISHES_A_SECOND = 100,    /* "publish requests per second per connection" */

	/* Ours. */
	ZT_PENDING_SUBSCRIBES = 16,   /* SUBSCRIBE and UNSUBSCRIBE without an answer; then the client is not read */
	ZT_BACKLOG_HIGH = 256 * 1024, /* unsent bytes one way that stop reading the other way */
	ZT_BACKLOG_LOW = 64 * 1024,
	ZT_BACKLOG_FULL = 512 * 1024, /* unsent answers to a client that stop reading from it */
	ZT_PATIENCE_MS = 10 * 1000,   /* for a handshake, and again for the CONNECT or request behind it */
	ZT_BROKER_MS = 10 * 1000,     /* for the broker to accept a session */
	ZT_REFUSALS_PER_CONNECTION =
	    16,                   /* told of filters and messages that were refused while the connection goes on */
	ZT_GOODBYE_MS = 2 * 1000, /* for a last packet to leave */
};

#endif
