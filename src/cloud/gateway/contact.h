/* First contact: what becomes of whoever presents a certificate (AWS IoT, "Register a client certificate when the
 * client connects").
 *
 * ACTIVE goes on. An unknown certificate that a registered CA signed is registered PENDING_ACTIVATION, once however
 * many connections bring it at a time; when that is durable the event goes to rules and subscribers, and the connection
 * ends without a word. So does every other one. */
#ifndef ZT_CLOUD_GATEWAY_CONTACT_H
#define ZT_CLOUD_GATEWAY_CONTACT_H

#include "cloud/gateway/announce.h"
#include "cloud/gateway/pace.h"
#include "cloud/gateway/refusals.h"
#include "cloud/gateway/tls.h"
#include "cloud/registry/certificates.h"

typedef struct zt_contact zt_contact; /* a registration under way */

/* What all first contacts share. */
typedef struct {
	zt_registry *registry;
	zt_announcer announcer;
	zt_contact *pending;
	/* Takes a registered certificate through its CA's template; or NULL. */
	void (*provision)(void *context, zt_view certificate_id);
	void *provision_context;
	uint64_t registered; /* certificates, ever */
	bool limited;        /* to AWS's 15 registrations a second */
	zt_second begun;     /* registrations; counted when they are limited */
} zt_contacts;

typedef void (*zt_contact_fn)(void *context, zt_refusal_rule rule);

/* ZT_OK: ACTIVE, go on. ZT_E_DENIED: hang up, for *ret_rule. ZT_E_AGAIN: being registered; `done` tells why to hang up,
 * later, unless *ret_contact is forgotten before. `client_id` is the CONNECT's, empty by HTTPS. */
ZT_NODISCARD zt_status zt_contact_meet(zt_contacts *contacts, const zt_leaf *leaf, zt_view client_id,
				       zt_contact_fn done, void *context, zt_contact **ret_contact,
				       zt_refusal_rule *ret_rule);
/* Its connection has gone: the registration goes on, `done` is not called. NULL is fine. */
void zt_contact_forget(zt_contact *contact);
/* Leaves the registrations that are under way to the store; whoever waits for one is told to hang up. */
void zt_contacts_deinit(zt_contacts *contacts);

#endif
