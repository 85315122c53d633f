/* Why a device is not (yet) accepted, as far as the wire allows to tell, in words for people.
 *
 * AWS IoT Core refuses silently: an unknown, a pending and a revoked certificate all see a closed connection (AWS IoT,
 * "Just-in-time registration"). What tells them apart is which attempt it was and by which route. */
#ifndef ZEROTOUCH_REASON_H
#define ZEROTOUCH_REASON_H

/* X(enumerator, name for machines, sentence for people) */
#define ZT_REASON_LIST(X)                                                                                          \
	X(ZT_REASON_NONE, "none", "all is well")                                                                   \
	X(ZT_REASON_NETWORK_NOT_READY, "network-not-ready", "waiting for the network")                             \
	X(ZT_REASON_CLOCK_NOT_SET, "clock-not-set", "waiting for the date, which checks of certificates need")     \
	X(ZT_REASON_NO_IDENTITY, "no-identity", "there is no device certificate yet")                              \
	X(ZT_REASON_IDENTITY_UNREADABLE, "identity-unreadable",                                                    \
	  "the device certificate and its key cannot be read or do not belong together")                           \
	X(ZT_REASON_IDENTITY_EXPIRED, "identity-expired", "the device certificate has expired: get the next one")  \
	X(ZT_REASON_BEING_REGISTERED, "being-registered",                                                          \
	  "no answer, as expected of a new certificate: it is being registered")                                   \
	X(ZT_REASON_NOT_ACTIVE, "not-active",                                                                      \
	  "no answer again: the certificate is not active yet, or its CA is not registered")                       \
	X(ZT_REASON_NO_POLICY, "no-policy", "the certificate is active, but no policy allows this (yet)")          \
	X(ZT_REASON_NETWORK, "network", "the server cannot be reached")                                            \
	X(ZT_REASON_NO_ANSWER, "no-answer", "the server did not answer in time")                                   \
	X(ZT_REASON_SERVER_NOT_TRUSTED, "server-not-trusted",                                                      \
	  "the server could not be verified: no trusted root, wrong name or expired")                              \
	X(ZT_REASON_BAD_ANSWER, "bad-answer", "the server's answer is broken or not what was asked for")           \
	X(ZT_REASON_BUSY, "busy", "the server is busy or unavailable")                                             \
	X(ZT_REASON_REJECTED, "rejected", "the server rejects the request")                                        \
	X(ZT_REASON_PUBLISH_DENIED, "publish-denied",                                                              \
	  "closed each time this message was sent: no policy allows its topic")                                    \
	X(ZT_REASON_SUBSCRIBE_DENIED, "subscribe-denied", "the server does not grant this subscription")           \
	X(ZT_REASON_CLOSED, "closed", "the server closed the connection")                                          \
	X(ZT_REASON_NEW_IDENTITY, "new-identity", "a new device certificate is taken into use")                    \
	X(ZT_REASON_TOO_LARGE, "too-large", "the server sent more than there is memory for")                       \
	X(ZT_REASON_TAKEN_OVER, "taken-over", "another client uses this client id")                                \
	X(ZT_REASON_RENEWAL_DUE, "renewal-due", "two thirds of the certificate's life are over: get the next one") \
	X(ZT_REASON_UNSUPPORTED, "unsupported", "the server does not take such a message")

#define ZT_REASON_ENUM(enumerator, name, text) enumerator,
typedef enum { ZT_REASON_LIST(ZT_REASON_ENUM) ZT_REASON_COUNT } zt_reason;
#undef ZT_REASON_ENUM

/* "being-registered". Never NULL. */
const char *zt_reason_name(zt_reason reason);
/* A clause without a full stop. Never NULL. */
const char *zt_reason_text(zt_reason reason);

#endif
