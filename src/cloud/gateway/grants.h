/* What one connection may do: the policies of its certificate and of its thing's groups, looked up once and again when
 * something they depend on changed. */
#ifndef ZT_CLOUD_GATEWAY_GRANTS_H
#define ZT_CLOUD_GATEWAY_GRANTS_H

#include "cloud/gateway/gateway.h"
#include "cloud/registry/certificates.h"
#include "cloud/registry/policy_set.h"
#include "cloud/registry/things.h"
#include "policy/evaluate.h"

typedef struct {
	const zt_registry *registry;
	const uint64_t *generation; /* grows with each change of certificates, things, policies and attachments */
	char certificate_id[ZT_CERT_ID_TEXT];
	zt_view client_id;  /* empty by HTTPS; borrowed */
	zt_view source_ip;  /* borrowed */
	zt_view will_topic; /* empty without a will; borrowed */
	char *will_arn;     /* its ARN, which iot:LastWillTopic is; owned, made when it is first asked for */
	bool persistent;    /* asks for a session that outlives the connection */

	/* Who has no certificate: its identity policies decide, and nothing else here counts. Borrowed. */
	const zt_operators *operators;
	const zt_caller *caller; /* or NULL */
	const char *peer;

	uint64_t seen;                     /* generation of what follows */
	const zt_certificate *certificate; /* NULL when it is gone */
	const zt_thing *thing;             /* bound to the connection, or NULL */
	bool thing_is_exclusive;           /* and the certificate is attached to no other */
	zt_policy_set policies;            /* of the certificate and of the thing's groups */
} zt_grants;

/* Frees what it looked up. Zeroed is fine. */
void zt_grants_deinit(zt_grants *grants);
/* Looks up anew what is out of date. Call it before reading the members above. */
void zt_grants_refresh(zt_grants *grants);
/* Whether the certificate is there and ACTIVE. */
bool zt_grants_active(zt_grants *grants);
/* `action` "iot:Publish", resource arn:…:<type>/<name>. A name that fits no ARN is denied. */
zt_decision zt_grants_decide(zt_grants *grants, const char *action, const char *type, zt_view name);
/* The same with the resource's whole ARN. */
zt_decision zt_grants_decide_on(zt_grants *grants, const char *action, zt_view resource);
/* Why it was denied: "policy Factory: denied by statement 2 (NoPublish)", "no statement of Factory, Extra allows it;
 * ${iot:ClientId} has no value here"; NUL-terminated, cut to cap. Right after the decision, before anything changes. */
void zt_grants_explain(zt_grants *grants, const zt_decision *decision, const char *action, char *ret_text, size_t cap);

#endif
