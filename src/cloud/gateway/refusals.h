/* Why somebody was refused. AWS hangs up without a word and so do we; the reason is logged and kept here. */
#ifndef ZT_CLOUD_GATEWAY_REFUSALS_H
#define ZT_CLOUD_GATEWAY_REFUSALS_H

#include <jansson.h>
#include <stdint.h>

#include "net/listener.h"
#include "zerotouch/view.h"

/* X(rule, name for machines, what is wrong, remedy) */
#define ZT_REFUSAL_LIST(X)                                                                                             \
	X(ZT_REFUSED_SERVER_NAME, "ServerName", "the TLS server name (SNI) is missing or not the endpoint's",          \
	  "connect to the name that DescribeEndpoint gives; a numeric address sends no SNI")                           \
	X(ZT_REFUSED_HANDSHAKE, "Handshake", "the TLS handshake failed",                                               \
	  "use TLS 1.2 or 1.3, present a client certificate, and trust this server's CA")                              \
	X(ZT_REFUSED_SILENCE, "Silence", "the peer connected and asked for nothing in time",                           \
	  "send CONNECT or a request as soon as the TLS handshake is done")                                            \
	X(ZT_REFUSED_CONNECTIONS, "Connections", "too many connections are open",                                      \
	  "raise the limit of open files (ulimit -n) or close connections that are not used")                          \
	X(ZT_REFUSED_UNREADABLE, "CertificateUnreadable", "the client certificate cannot be read",                     \
	  "issue a well-formed X.509 certificate of at most 16 KB")                                                    \
	X(ZT_REFUSED_ALGORITHM, "CertificateAlgorithm",                                                                \
	  "the client certificate's key or signature is of a kind that is not accepted",                               \
	  "use RSA of 2048 bits or more, P-256, P-384 or P-521, signed with SHA-256, SHA-384 or SHA-512")              \
	X(ZT_REFUSED_EXPIRED, "CertificateExpired", "the client certificate has expired",                              \
	  "renew the certificate; short-lived ones must be renewed every day")                                         \
	X(ZT_REFUSED_NOT_YET_VALID, "CertificateNotYetValid", "the client certificate is not valid yet",               \
	  "compare the clocks of the issuer and of this host")                                                         \
	X(ZT_REFUSED_UNKNOWN, "CertificateUnknown",                                                                    \
	  "the certificate is not registered and no registered CA signed it",                                          \
	  "register its CA certificate with auto-registration, or the certificate itself")                             \
	X(ZT_REFUSED_CA_KEY, "CaKey", "a registered CA has the issuer's name, but another key signed the certificate", \
	  "register the CA certificate of the key that signs now; after a rollover both stand side by side")           \
	X(ZT_REFUSED_CA_INACTIVE, "CaInactive", "the CA that signed the certificate is INACTIVE",                      \
	  "activate the CA certificate (UpdateCACertificate, newStatus ACTIVE)")                                       \
	X(ZT_REFUSED_NO_AUTO_REGISTRATION, "AutoRegistrationOff",                                                      \
	  "auto-registration is off for the CA that signed it",                                                        \
	  "enable it (UpdateCACertificate, newAutoRegistrationStatus ENABLE)")                                         \
	X(ZT_REFUSED_REGISTERED, "Registered", "the certificate was unknown; it is now PENDING_ACTIVATION",            \
	  "connect again when the registration handler has activated it")                                              \
	X(ZT_REFUSED_PENDING, "PendingActivation", "the certificate still waits for its activation",                   \
	  "look at the rule on $aws/events/certificates/registered/+ and the log of its function, or at the CA's "     \
	  "provisioning template")                                                                                     \
	X(ZT_REFUSED_INACTIVE, "CertificateInactive", "the certificate is INACTIVE",                                   \
	  "activate it (UpdateCertificate, newStatus ACTIVE)")                                                         \
	X(ZT_REFUSED_REVOKED, "CertificateRevoked", "the certificate is REVOKED",                                      \
	  "issue a new certificate; a revoked one does not come back")                                                 \
	X(ZT_REFUSED_STATE, "CertificateState", "the certificate is in a state in which nobody may connect",           \
	  "accept its transfer or activate it")                                                                        \
	X(ZT_REFUSED_SIGNATURE, "SignatureRefused", "the request's signature was not accepted",                        \
	  "sign with Signature Version 4 for the service iotdevicegateway, with keys that are in force")               \
	X(ZT_REFUSED_NO_POLICY, "NoPolicy", "no policy is attached to the certificate",                                \
	  "attach a policy to the certificate (AttachPolicy)")                                                         \
	X(ZT_REFUSED_CONNECT, "ConnectDenied", "iot:Connect is not allowed with this client id",                       \
	  "allow iot:Connect on client/<client id> in the policies of its certificate or role")                        \
	X(ZT_REFUSED_PUBLISH, "PublishDenied", "iot:Publish is not allowed on this topic",                             \
	  "allow iot:Publish on topic/<topic> in the policies of its certificate or role")                             \
	X(ZT_REFUSED_ACTION, "ActionDenied", "the policies do not allow this action on this resource",                 \
	  "allow the action in the policies of its certificate or role; over HTTPS thing variables do not resolve")    \
	X(ZT_REFUSED_RETAIN, "RetainPublishDenied", "iot:RetainPublish is not allowed on this topic",                  \
	  "allow iot:RetainPublish on topic/<topic>, or publish without retain")                                       \
	X(ZT_REFUSED_SUBSCRIBE, "SubscribeDenied", "iot:Subscribe is not allowed on this filter",                      \
	  "allow iot:Subscribe on topicfilter/<filter> in the policies of its certificate or role")                    \
	X(ZT_REFUSED_RECEIVE, "ReceiveDenied", "iot:Receive is not allowed on this topic; the message was dropped",    \
	  "allow iot:Receive on topic/<topic> in the policies of its certificate or role")                             \
	X(ZT_REFUSED_RESERVED, "ReservedTopic", "the topic is reserved",                                               \
	  "use topics without a leading $; of those with one, $aws/rules/<rule>/… and requests to shadows and to "   \
	  "fleet provisioning may be published, without retain, and $aws/things/…, $aws/events/…, "                \
	  "$aws/certificates/… and $aws/provisioning-templates/… be subscribed")                                       \
	X(ZT_REFUSED_TOPIC, "TopicInvalid", "the topic or filter is malformed or over its limits",                     \
	  "use at most 256 bytes, 7 slashes, and wildcards as whole levels of filters alone")                          \
	X(ZT_REFUSED_PAYLOAD, "PayloadTooLarge", "the payload is over 128 KB", "send smaller messages")                \
	X(ZT_REFUSED_PACKET, "PacketTooLarge", "the packet is over 146 KB", "send smaller packets")                    \
	X(ZT_REFUSED_PROPERTIES, "PropertiesTooLarge", "a property of the message is over its limit",                  \
	  "content type 256 bytes, correlation data and user properties 8 KB each, a response topic as other topics")  \
	X(ZT_REFUSED_CLIENT_PACKETS, "ClientPacketLimit", "the client takes no packets of 512 bytes",                  \
	  "leave Maximum Packet Size out of the CONNECT, or make it 512 or more")                                      \
	X(ZT_REFUSED_FILTERS, "TooManyFilters", "a SUBSCRIBE has more than 8 filters", "split it")                     \
	X(ZT_REFUSED_SUBSCRIPTIONS, "TooManySubscriptions", "the connection has 50 subscriptions",                     \
	  "use wildcards, or unsubscribe what is not needed")                                                          \
	X(ZT_REFUSED_QOS, "QosUnsupported", "QoS 2 is not supported", "use QoS 0 or 1")                                \
	X(ZT_REFUSED_INFLIGHT, "TooManyInFlight", "more than 100 messages without PUBACK are in flight",               \
	  "wait for PUBACKs")                                                                                          \
	X(ZT_REFUSED_ALIAS, "TopicAliasInvalid", "the topic alias is 0, over 8 or stands for no topic",                \
	  "respect the Topic Alias Maximum of the CONNACK")                                                            \
	X(ZT_REFUSED_SUBSCRIPTION_ID, "SubscriptionIds", "subscription identifiers are not supported",                 \
	  "subscribe without them, as the CONNACK says")                                                               \
	X(ZT_REFUSED_CLIENT_ID, "ClientIdInvalid", "the client id is empty or over 128 bytes",                         \
	  "use a client id of 1 to 128 bytes")                                                                         \
	X(ZT_REFUSED_VERSION, "VersionUnsupported", "the protocol is neither MQTT 3.1.1 nor MQTT 5",                   \
	  "use MQTT 3.1.1 or MQTT 5")                                                                                  \
	X(ZT_REFUSED_MALFORMED, "Malformed", "a packet breaks the protocol", "look at the client's MQTT library")      \
	X(ZT_REFUSED_TAKEN_OVER, "TakenOver", "another connection uses the same client id",                            \
	  "give each device a client id of its own")                                                                   \
	X(ZT_REFUSED_DELETED, "ConnectionDeleted", "an operator ended the connection (DeleteConnection)",              \
	  "connect again, or deactivate the certificate to keep the client away")                                      \
	X(ZT_REFUSED_KEEP_ALIVE, "KeepAlive", "nothing was heard for 1.5 times the keep-alive",                        \
	  "send PINGREQ, and look at the network")                                                                     \
	X(ZT_REFUSED_REGISTRATIONS, "TooManyRegistrations", "more than 15 certificates a second are being registered", \
	  "connect again later, with backoff; AWS raises this quota on request")                                       \
	X(ZT_REFUSED_CONNECT_RATE, "TooManyConnects", "this client id connects more than once a second",               \
	  "back off; and give each device a client id of its own")                                                     \
	X(ZT_REFUSED_PUBLISH_RATE, "TooManyPublishes",                                                                 \
	  "more than 100 messages a second come from this connection; the excess was discarded",                       \
	  "publish less often, or larger messages")                                                                    \
	X(ZT_REFUSED_REQUEST, "BadRequest", "the request is malformed or over a limit",                                \
	  "mend what the detail names; the client was told the same")                                                  \
	X(ZT_REFUSED_ROUTE, "NoSuchRoute", "this port has no such resource", "POST /topics/<topic>?qos=1 publishes")   \
	X(ZT_REFUSED_BROKER, "BrokerUnavailable", "the broker behind the gateway does not answer",                     \
	  "look at the broker's log; clients may try again")                                                           \
	X(ZT_REFUSED_STORE, "StoreUnavailable", "the store could not keep it",                                         \
	  "look for a full or broken disk in the log; devices may try again")

#define ZT_REFUSAL_ENUM(rule, name, reason, remedy) rule,
typedef enum { ZT_REFUSAL_LIST(ZT_REFUSAL_ENUM) ZT_REFUSAL_RULES } zt_refusal_rule;
#undef ZT_REFUSAL_ENUM

const char *zt_refusal_name(zt_refusal_rule rule);
const char *zt_refusal_reason(zt_refusal_rule rule);
const char *zt_refusal_remedy(zt_refusal_rule rule);

enum { ZT_REFUSALS_KEPT = 256, ZT_REFUSAL_TEXT_MAX = 320 };

typedef struct {
	int64_t time_ms;
	zt_refusal_rule rule;
	unsigned port; /* ours */
	char peer[ZT_PEER_TEXT_MAX];
	char device_id[129];                 /* the certificate's common name, or "" */
	char certificate_id[65];             /* or "" when none was seen */
	char client_id[129];                 /* MQTT client id, or "" */
	char attempted[ZT_REFUSAL_TEXT_MAX]; /* "PUBLISH myhome/myroom", cut */
	char detail[ZT_REFUSAL_TEXT_MAX];    /* which statement decided and the like, or "" */
	uint64_t number;                     /* 1, 2, … in the order of time, given by zt_refusals_add */
} zt_refusal;

/* Where each is published as it happens, QoS 0; no device policy reaches it. */
#define ZT_REFUSALS_TOPIC "$zerotouch/refusals"

typedef struct zt_refusals zt_refusals;

/* Keeps the last ZT_REFUSALS_KEPT. */
ZT_NODISCARD zt_status zt_refusals_new(zt_refusals **ret);
void zt_refusals_free(zt_refusals *refusals);
/* Copies it, and logs it with reason and remedy. */
void zt_refusals_add(zt_refusals *refusals, const zt_refusal *refusal);
/* The index-th, 0 the newest; NULL past the end. Valid until the next add. */
const zt_refusal *zt_refusals_at(const zt_refusals *refusals, size_t index);
/* All that were ever added. */
uint64_t zt_refusals_count(const zt_refusals *refusals);
/* Those of one rule. */
uint64_t zt_refusals_count_of(const zt_refusals *refusals, zt_refusal_rule rule);
/* `told` hears of each that is added, after it was logged. */
void zt_refusals_listen(zt_refusals *refusals, void (*told)(void *context, const zt_refusal *refusal), void *context);

/* Its record as docs/contracts.md has it; NULL when out of memory. */
json_t *zt_refusal_json(const zt_refusal *refusal);
/* {"refusals":[…],"last":N}: those with a number above `after`, oldest first, `device` ("" is all) being the device
 * id or the certificate id or how either begins. NULL when out of memory. */
json_t *zt_refusals_json(const zt_refusals *refusals, uint64_t after, zt_view device);

#endif
