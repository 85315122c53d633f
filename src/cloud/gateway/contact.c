#include "cloud/gateway/contact.h"

#include "base/log.h"
#include "base/timefmt.h"
#include "cloud/gateway/limits.h"
#include "x509/verify.h"

struct zt_contact {
	zt_contacts *contacts; /* NULL once the gateway has gone */
	zt_contact *next;
	zt_contact_fn done; /* NULL once forgotten */
	void *context;
	char certificate_id[ZT_CERT_ID_TEXT], ca_id[ZT_CERT_ID_TEXT];
	char client_id[ZT_CLIENT_ID_MAX + 1];
};

static bool is_registering(const zt_contacts *contacts, const char *certificate_id)
{
	for (const zt_contact *c = contacts->pending; c; c = c->next)
		if (strcmp(c->certificate_id, certificate_id) == 0)
			return true;
	return false;
}

static void unlink_contact(zt_contact *contact)
{
	zt_contact **at = &contact->contacts->pending;
	while (*at != contact)
		at = &(*at)->next;
	*at = contact->next;
}

/* The event goes out whether or not the CA has a template (unconfirmed for the latter). */
static void follow_up(zt_contacts *contacts, zt_view certificate_id, zt_view ca_id, int64_t registered_ms,
		      zt_view client_id)
{
	zt_announce(&contacts->announcer, certificate_id, ca_id, registered_ms, client_id);
	if (contacts->provision)
		contacts->provision(contacts->provision_context, certificate_id);
}

static void registration_ended(void *context, zt_status status)
{
	zt_contact *c = context;
	zt_contacts *contacts = c->contacts;
	if (contacts) {
		unlink_contact(c);
		if (status == ZT_OK) {
			contacts->registered++;
			follow_up(contacts, zt_view_of(c->certificate_id), zt_view_of(c->ca_id), -1,
				  zt_view_of(c->client_id));
		}
		if (c->done)
			c->done(c->context, status == ZT_OK ? ZT_REFUSED_REGISTERED : ZT_REFUSED_STORE);
	}
	free(c);
}

static zt_status add_certificate(zt_contacts *contacts, const zt_ca *ca, zt_view der, zt_contact *contact)
{
	zt_txn *txn;
	const zt_certificate *added;
	zt_error error = { 0 };
	const zt_certificate_spec spec = {
		.der = der,
		.ca_id = zt_view_of(ca->id),
		.status = ZT_CERT_PENDING_ACTIVATION,
		.mode = ca->mode,
	};
	TRY(zt_txn_begin(contacts->registry, &txn));
	zt_status status = zt_txn_certificate_add(txn, &spec, &added, &error);
	if (status != ZT_OK) {
		zt_txn_abort(txn);
		return zt_log_error("gateway", &error, "a certificate cannot be registered");
	}
	zt_txn_commit(txn, registration_ended, contact);
	return ZT_OK;
}

static zt_status start_registration(zt_contacts *contacts, const zt_ca *ca, const zt_leaf *leaf,
				    const zt_contact *wanted, zt_contact **ret)
{
	zt_contact *c = malloc(sizeof *c);
	ENSURE(c, ZT_E_NOMEM);
	*c = *wanted;
	c->contacts = contacts;
	memcpy(c->certificate_id, leaf->id, sizeof c->certificate_id);
	memcpy(c->ca_id, ca->id, sizeof c->ca_id);
	c->next = contacts->pending;
	contacts->pending = c;
	zt_status status = add_certificate(contacts, ca, zt_str_view(&leaf->der), c);
	if (status != ZT_OK) {
		unlink_contact(c);
		free(c);
		return status;
	}
	*ret = c;
	return ZT_OK;
}

static zt_status deny(zt_refusal_rule rule, zt_refusal_rule *ret_rule)
{
	*ret_rule = rule;
	return ZT_E_DENIED;
}

/* Whether an expired leaf is registered first is unconfirmed; here it is not. */
static zt_status check_dates(const zt_contacts *contacts, int64_t not_before_ms, int64_t not_after_ms,
			     zt_refusal_rule *ret_rule)
{
	int64_t now_ms = zt_registry_now_ms(contacts->registry);
	if (now_ms > not_after_ms)
		return deny(ZT_REFUSED_EXPIRED, ret_rule);
	if (now_ms < not_before_ms)
		return deny(ZT_REFUSED_NOT_YET_VALID, ret_rule);
	return ZT_OK;
}

static zt_status meet_known(zt_contacts *contacts, const zt_certificate *certificate, zt_view client_id,
			    zt_refusal_rule *ret_rule)
{
	switch (certificate->status) {
	case ZT_CERT_ACTIVE:
		return check_dates(contacts, certificate->not_before_ms, certificate->not_after_ms, ret_rule);
	case ZT_CERT_PENDING_ACTIVATION:
		TRY(check_dates(contacts, certificate->not_before_ms, certificate->not_after_ms, ret_rule));
		/* While it is being registered its own event is still to come. */
		if (!is_registering(contacts, certificate->id))
			follow_up(contacts, zt_view_of(certificate->id), zt_view_of(certificate->ca_id),
				  certificate->created_ms, client_id);
		return deny(ZT_REFUSED_PENDING, ret_rule);
	case ZT_CERT_INACTIVE:
	case ZT_CERT_REGISTER_INACTIVE:
		return deny(ZT_REFUSED_INACTIVE, ret_rule);
	case ZT_CERT_REVOKED:
		return deny(ZT_REFUSED_REVOKED, ret_rule);
	default:
		return deny(ZT_REFUSED_STATE, ret_rule);
	}
}

static zt_status find_ca(const zt_contacts *contacts, const zt_leaf *leaf, const zt_ca **ret, zt_refusal_rule *ret_rule)
{
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *info = NULL;
	zt_view der = zt_str_view(&leaf->der);
	if (zt_cert_read(der, &info, NULL) != ZT_OK)
		return deny(ZT_REFUSED_UNREADABLE, ret_rule);
	TRY(check_dates(contacts, info->not_before_ms, info->not_after_ms, ret_rule));
	if (zt_cert_check_algorithms(der, NULL) != ZT_OK)
		return deny(ZT_REFUSED_ALGORITHM, ret_rule);
	const zt_ca *ca = zt_registry_ca_of_leaf(contacts->registry, info, der, false);
	if (!ca)
		return deny(zt_registry_has_issuer_name(contacts->registry, info) ? ZT_REFUSED_CA_KEY
										  : ZT_REFUSED_UNKNOWN,
			    ret_rule);
	if (!ca->active)
		return deny(ZT_REFUSED_CA_INACTIVE, ret_rule);
	if (!ca->auto_registration)
		return deny(ZT_REFUSED_NO_AUTO_REGISTRATION, ret_rule);
	*ret = ca;
	return ZT_OK;
}

/* AWS IoT Core quota "maximum device certificates registered per second". */
static bool within_quota(zt_contacts *contacts)
{
	if (!contacts->limited)
		return true;
	if (!zt_second_has_room(&contacts->begun, ZT_REGISTRATIONS_A_SECOND, zt_time_mono_ms()))
		return false;
	contacts->begun.count++;
	return true;
}

zt_status zt_contact_meet(zt_contacts *contacts, const zt_leaf *leaf, zt_view client_id, zt_contact_fn done,
			  void *context, zt_contact **ret_contact, zt_refusal_rule *ret_rule)
{
	const zt_ca *ca;
	zt_contact wanted = { .done = done, .context = context };
	const zt_certificate *known = zt_registry_certificate(contacts->registry, zt_view_of(leaf->id));
	if (known)
		return meet_known(contacts, known, client_id, ret_rule);
	TRY(find_ca(contacts, leaf, &ca, ret_rule));
	if (!within_quota(contacts))
		return deny(ZT_REFUSED_REGISTRATIONS, ret_rule);
	(void)snprintf(wanted.client_id, sizeof wanted.client_id, "%.*s", ZT_PRI(client_id));
	if (start_registration(contacts, ca, leaf, &wanted, ret_contact) != ZT_OK)
		return deny(ZT_REFUSED_STORE, ret_rule);
	return ZT_E_AGAIN;
}

void zt_contact_forget(zt_contact *contact)
{
	if (contact)
		contact->done = NULL;
}

void zt_contacts_deinit(zt_contacts *contacts)
{
	for (zt_contact *c = contacts->pending; c; c = c->next) {
		c->contacts = NULL;
		if (c->done)
			c->done(c->context, ZT_REFUSED_STORE);
	}
	contacts->pending = NULL;
	zt_announcer_deinit(&contacts->announcer);
}
