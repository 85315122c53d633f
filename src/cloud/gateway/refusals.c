#include "cloud/gateway/refusals.h"

#include "base/log.h"

struct zt_refusals {
	uint64_t count, by_rule[ZT_REFUSAL_RULES];
	void (*told)(void *context, const zt_refusal *refusal);
	void *context;
	zt_refusal ring[ZT_REFUSALS_KEPT];
};

static const struct {
	const char *name, *reason, *remedy;
} rules[] = {
#define ROW(rule, name, reason, remedy) [rule] = { name, reason, remedy },
	ZT_REFUSAL_LIST(ROW)
#undef ROW
};

const char *zt_refusal_name(zt_refusal_rule rule)
{
	return rules[rule].name;
}

const char *zt_refusal_reason(zt_refusal_rule rule)
{
	return rules[rule].reason;
}

const char *zt_refusal_remedy(zt_refusal_rule rule)
{
	return rules[rule].remedy;
}

zt_status zt_refusals_new(zt_refusals **ret)
{
	zt_refusals *refusals = calloc(1, sizeof *refusals);
	ENSURE(refusals, ZT_E_NOMEM);
	*ret = refusals;
	return ZT_OK;
}

void zt_refusals_free(zt_refusals *refusals)
{
	free(refusals);
}

/* A first contact is how every device begins, and what an operator asks for is wanted: no warnings. */
static zt_log_level level_of(zt_refusal_rule rule)
{
	bool usual = rule == ZT_REFUSED_REGISTERED || rule == ZT_REFUSED_TAKEN_OVER || rule == ZT_REFUSED_DELETED;
	return usual ? ZT_LOG_INFO : ZT_LOG_WARNING;
}

void zt_refusals_add(zt_refusals *refusals, const zt_refusal *r)
{
	zt_refusal *kept = &refusals->ring[refusals->count++ % ZT_REFUSALS_KEPT];
	*kept = *r;
	kept->number = refusals->count;
	refusals->by_rule[r->rule]++;
	ZT_LOG("gateway", level_of(r->rule), "refused", ZT_KV_STR("rule", rules[r->rule].name),
	       ZT_KV_STR("reason", rules[r->rule].reason), ZT_KV_STR("detail", r->detail),
	       ZT_KV_STR("attempted", r->attempted), ZT_KV_STR("peer", r->peer), ZT_KV_INT("port", r->port),
	       ZT_KV_STR("device", r->device_id), ZT_KV_STR("certificate", r->certificate_id),
	       ZT_KV_STR("client", r->client_id), ZT_KV_STR("remedy", rules[r->rule].remedy));
	if (refusals->told)
		refusals->told(refusals->context, kept);
}

void zt_refusals_listen(zt_refusals *refusals, void (*told)(void *context, const zt_refusal *refusal), void *context)
{
	refusals->told = told;
	refusals->context = context;
}

const zt_refusal *zt_refusals_at(const zt_refusals *refusals, size_t index)
{
	if (index >= ZT_REFUSALS_KEPT || index >= refusals->count)
		return NULL;
	return &refusals->ring[(refusals->count - 1 - index) % ZT_REFUSALS_KEPT];
}

uint64_t zt_refusals_count(const zt_refusals *refusals)
{
	return refusals->count;
}

uint64_t zt_refusals_count_of(const zt_refusals *refusals, zt_refusal_rule rule)
{
	return refusals->by_rule[rule];
}
