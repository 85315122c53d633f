#include "jitr/decide.h"

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int zt_jitr_compare(const zt_jitr_certificate *a, const zt_jitr_certificate *b)
{
	int order = compare_numbers(a->not_before_s, b->not_before_s);
	if (order == 0)
		order = compare_numbers(a->created_ms, b->created_ms);
	return order ? order : strcmp(a->id, b->id);
}

static zt_jitr_decision look(zt_jitr_verdict verdict)
{
	return (zt_jitr_decision){ .verdict = verdict };
}

static zt_jitr_decision refuse(const char *reason)
{
	return (zt_jitr_decision){ .verdict = ZT_JITR_REFUSED, .reason = reason };
}

static void then(zt_jitr_decision *decision, zt_jitr_action action)
{
	decision->actions[decision->action_count++] = action;
}

/* Why this certificate is none that the handler activates; NULL when it may be. */
static const char *refusal_of(const zt_jitr_event *event, const zt_jitr_certificate *certificate, int64_t now_s)
{
	if (certificate->status == ZT_JITR_ABSENT)
		return "the certificate does not exist";
	if (certificate->status == ZT_JITR_OTHER)
		return "the certificate is neither pending nor active";
	if (!same(certificate->ca_id, event->ca_id))
		return "the certificate is not of the event's CA";
	if (certificate->unreadable[0])
		return "the certificate cannot be read";
	if (!certificate->device_id[0])
		return "the common name is no device id";
	if (certificate->not_after_s < now_s)
		return "the certificate has expired";
	return NULL;
}

/* Devices connect with their device id as client id. Where that is the Thing's name too, an attachment of either kind
 * binds the connection to the Thing; otherwise only an exclusive one does. Behind RegisterThing, whose attachment is of
 * the other kind and could replace it. */
static void then_attach(zt_jitr_decision *decision, const zt_jitr_certificate *certificate, const zt_jitr_thing *thing)
{
	if (!same(thing->name, certificate->device_id))
		then(decision, ZT_JITR_ATTACH);
}

/* The device is told before RegisterThing in every case: AWS does not say whether RegisterThing leaves a pending
 * certificate alone when asked to. A name that turns out to be taken is told anew. */
static zt_jitr_decision create(const zt_jitr_certificate *certificate, const zt_jitr_thing *thing)
{
	zt_jitr_decision decision = { .verdict = ZT_JITR_CREATED };
	then(&decision, ZT_JITR_TELL);
	then(&decision, ZT_JITR_REGISTER_NEW);
	then_attach(&decision, certificate, thing);
	then(&decision, ZT_JITR_ACTIVATE);
	return decision;
}

/* RegisterThing activates here, which saves UpdateCertificate for the predecessor: it has 10 a second. */
static zt_jitr_decision renew(const zt_jitr_certificate *certificate, const zt_jitr_thing *thing)
{
	zt_jitr_decision decision = { .verdict = ZT_JITR_RENEWED };
	then(&decision, ZT_JITR_TELL);
	then(&decision, ZT_JITR_REGISTER_ACTIVE);
	then_attach(&decision, certificate, thing);
	then(&decision, ZT_JITR_RETIRE);
	return decision;
}

static zt_jitr_decision finish(const zt_jitr_certificate *certificate, const zt_jitr_thing *thing)
{
	zt_jitr_decision decision = { .verdict = ZT_JITR_FINISHED };
	then(&decision, ZT_JITR_TELL);
	then(&decision, ZT_JITR_REGISTER_AGAIN);
	then_attach(&decision, certificate, thing);
	then(&decision, ZT_JITR_ACTIVATE);
	then(&decision, ZT_JITR_RETIRE);
	return decision;
}

/* What an earlier try may have left undone behind the activation; nothing changes where it did not. */
static zt_jitr_decision keep(const zt_jitr_certificate *certificate, const zt_jitr_thing *thing)
{
	zt_jitr_decision decision = { .verdict = ZT_JITR_CURRENT };
	then_attach(&decision, certificate, thing);
	then(&decision, ZT_JITR_RETIRE);
	return decision;
}

/* The Thing is this device's and its current certificate another one. */
static zt_jitr_decision replace(const zt_jitr_certificate *certificate, const zt_jitr_thing *thing,
				const zt_jitr_certificate *current)
{
	if (!thing->certificate_id[0] || thing->not_before_s < certificate->not_before_s)
		return renew(certificate, thing);
	if (thing->not_before_s > certificate->not_before_s)
		return look(ZT_JITR_STALE);
	if (!current)
		return look(ZT_JITR_LOOK_AT_CURRENT);
	bool is_newer = current->status == ZT_JITR_ABSENT || zt_jitr_compare(certificate, current) > 0;
	return is_newer ? renew(certificate, thing) : look(ZT_JITR_STALE);
}

zt_jitr_decision zt_jitr_decide(const zt_jitr_config *config, const zt_jitr_event *event,
				const zt_jitr_certificate *certificate, const zt_jitr_thing *thing,
				const zt_jitr_certificate *current, int64_t now_s)
{
	const zt_jitr_ca *ca = zt_jitr_config_ca(config, zt_view_of(event->ca_id));
	if (!ca)
		return refuse("the CA is none that the handler was set up for");
	if (!certificate)
		return look(ZT_JITR_LOOK_AT_CERTIFICATE);
	const char *refusal = refusal_of(event, certificate, now_s);
	if (refusal)
		return refuse(refusal);
	if (!thing)
		return look(ZT_JITR_LOOK_AT_THING);
	if (!thing->exists)
		return create(certificate, thing);
	if (!same(thing->device_id, certificate->device_id))
		return look(ZT_JITR_LOOK_AT_LONGER);
	if (thing->tenant[0] && !same(thing->tenant, ca->tenant))
		return refuse("the device's thing belongs to another tenant");
	if (!same(thing->certificate_id, certificate->id))
		return replace(certificate, thing, current);
	if (certificate->status == ZT_JITR_PENDING)
		return finish(certificate, thing);
	return keep(certificate, thing);
}

const char *zt_jitr_verdict_text(zt_jitr_verdict verdict)
{
	static const char *const texts[] = {
		[ZT_JITR_LOOK_AT_CERTIFICATE] = "undecided",
		[ZT_JITR_LOOK_AT_THING] = "undecided",
		[ZT_JITR_LOOK_AT_LONGER] = "undecided",
		[ZT_JITR_LOOK_AT_CURRENT] = "undecided",
		[ZT_JITR_REFUSED] = "refused",
		[ZT_JITR_CREATED] = "created",
		[ZT_JITR_RENEWED] = "renewed",
		[ZT_JITR_FINISHED] = "finished",
		[ZT_JITR_CURRENT] = "current",
		[ZT_JITR_STALE] = "stale",
	};
	return texts[verdict];
}
