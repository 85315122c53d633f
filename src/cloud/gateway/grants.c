#include "cloud/gateway/grants.h"

#include "zerotouch/buf.h"

enum {
	ARN_ROOM = 1024, /* the longest name is a shared filter of 256 + 136 bytes */
	DECISION_TEXT_MAX = 128
};

static void look_up_policies(zt_grants *g, zt_view target)
{
	const zt_iot_policy *policy;
	g->policy_count = 0;
	while (g->policy_count < ZT_POLICIES_PER_TARGET_MAX &&
	       (policy = zt_registry_policy_of_target(g->registry, target, g->policy_count))) {
		g->policy_names[g->policy_count] = policy->name;
		g->policies[g->policy_count++] = policy->compiled;
	}
}

static void look_up(zt_grants *g)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ARN_ROOM);
	zt_view id = zt_view_of(g->certificate_id);
	g->certificate = zt_registry_certificate(g->registry, id);
	g->thing = NULL;
	g->policy_count = 0;
	if (!g->certificate || zt_account_iot_arn(zt_registry_account(g->registry), "cert", id, &arn) != ZT_OK)
		return;
	look_up_policies(g, zt_str_view(&arn));
	g->thing_is_exclusive = false;
	(void)zt_registry_thing_of_principal(g->registry, zt_str_view(&arn), 0, &g->thing_is_exclusive);
	if (g->client_id.n)
		g->thing = zt_registry_thing_of_connection(g->registry, zt_str_view(&arn), g->client_id);
}

void zt_grants_refresh(zt_grants *g)
{
	if (g->seen == *g->generation)
		return;
	look_up(g);
	g->seen = *g->generation;
}

bool zt_grants_active(zt_grants *g)
{
	zt_grants_refresh(g);
	return g->certificate && g->certificate->status == ZT_CERT_ACTIVE;
}

static const struct {
	zt_view name;
	zt_dn_kind kind;
} dn_names[] = {
	{ ZT_LIT_INIT("CommonName"), ZT_DN_COMMON_NAME },
	{ ZT_LIT_INIT("Country"), ZT_DN_COUNTRY },
	{ ZT_LIT_INIT("Organization"), ZT_DN_ORGANIZATION },
	{ ZT_LIT_INIT("OrganizationalUnit"), ZT_DN_ORGANIZATIONAL_UNIT },
	{ ZT_LIT_INIT("State"), ZT_DN_STATE },
	{ ZT_LIT_INIT("SerialNumber"), ZT_DN_SERIAL_NUMBER },
	{ ZT_LIT_INIT("DistinguishedNameQualifier"), ZT_DN_QUALIFIER },
	{ ZT_LIT_INIT("Title"), ZT_DN_TITLE },
	{ ZT_LIT_INIT("Surname"), ZT_DN_SURNAME },
	{ ZT_LIT_INIT("GivenName"), ZT_DN_GIVEN_NAME },
	{ ZT_LIT_INIT("Initials"), ZT_DN_INITIALS },
	{ ZT_LIT_INIT("Pseudonym"), ZT_DN_PSEUDONYM },
	{ ZT_LIT_INIT("GenerationQualifier"), ZT_DN_GENERATION_QUALIFIER },
};

/* Takes `prefix` off the front of a name; names are compared without case. */
static bool is_of(zt_view name, zt_view prefix, zt_view *ret_rest)
{
	if (name.n < prefix.n || !zt_view_equal_nocase((zt_view){ name.p, prefix.n }, prefix))
		return false;
	*ret_rest = zt_view_from(name, prefix.n);
	return true;
}

static bool one(zt_view value, size_t index, zt_view *ret)
{
	if (index > 0 || value.n == 0)
		return false;
	*ret = value;
	return true;
}

static bool certificate_value(const zt_cert_info *info, zt_view name, size_t index, zt_view *ret)
{
	zt_view attribute;
	if (zt_view_equal_nocase(name, ZT_LIT("SerialNumber")))
		return one(zt_view_of(info->serial_hex), index, ret);
	bool subject = is_of(name, ZT_LIT("Subject."), &attribute);
	if (!subject && !is_of(name, ZT_LIT("Issuer."), &attribute))
		return false;
	for (size_t i = 0; i < ZT_COUNT(dn_names); i++)
		if (zt_view_equal_nocase(attribute, dn_names[i].name)) {
			*ret = zt_dn_value(subject ? &info->subject : &info->issuer, dn_names[i].kind, index);
			return ret->n > 0;
		}
	return false;
}

static bool thing_value(const zt_grants *g, zt_view name, size_t index, zt_view *ret)
{
	zt_view attribute;
	if (zt_view_equal_nocase(name, ZT_LIT("IsAttached"))) /* the connection is bound to a thing (facts §3.5) */
		return g->client_id.n && one(g->thing ? ZT_LIT("true") : ZT_LIT("false"), index, ret);
	if (!g->thing)
		return false;
	if (zt_view_equal_nocase(name, ZT_LIT("ThingName")))
		return one(zt_view_of(g->thing->name), index, ret);
	if (zt_view_equal_nocase(name, ZT_LIT("ThingTypeName")))
		return one(zt_view_of(g->thing->type), index, ret);
	if (!is_of(name, ZT_LIT("Attributes["), &attribute) || !zt_view_ends(attribute, ZT_LIT("]")))
		return false;
	const json_t *value = json_object_getn(g->thing->attributes, (const char *)attribute.p, attribute.n - 1);
	return json_is_string(value) &&
	       one(zt_view_make(json_string_value(value), json_string_length(value)), index, ret);
}

static bool connect_attribute(const zt_grants *g, size_t index, zt_view *ret)
{
	if (g->persistent && index-- == 0) {
		*ret = ZT_LIT("PersistentConnect");
		return true;
	}
	return g->will_topic.n && one(ZT_LIT("LastWill"), index, ret);
}

static bool value_of(void *context, zt_view name, size_t index, zt_view *ret)
{
	const zt_grants *g = context;
	zt_view rest;
	if (is_of(name, ZT_LIT("iot:Certificate."), &rest))
		return g->certificate && certificate_value(g->certificate->info, rest, index, ret);
	if (is_of(name, ZT_LIT("iot:Connection.Thing."), &rest))
		return thing_value(g, rest, index, ret);
	if (zt_view_equal_nocase(name, ZT_LIT("iot:ClientId")))
		return one(g->client_id, index, ret);
	if (zt_view_equal_nocase(name, ZT_LIT("aws:SourceIp")))
		return one(g->source_ip, index, ret);
	if (zt_view_equal_nocase(name, ZT_LIT("iot:LastWillTopic")))
		return one(g->will_topic, index, ret);
	return zt_view_equal_nocase(name, ZT_LIT("iot:ConnectAttributes")) && connect_attribute(g, index, ret);
}

static void put_arn(const zt_account *account, const char *type, zt_view name, zt_buf *out)
{
	const char *parts[] = { "arn:", account->partition, ":iot:", account->region, ":", account->account, ":", type,
				"/" };
	for (size_t i = 0; i < ZT_COUNT(parts); i++)
		zt_buf_put_text(out, parts[i]);
	zt_buf_put(out, name);
}

zt_decision zt_grants_decide(zt_grants *g, const char *action, const char *type, zt_view name)
{
	uint8_t room[ARN_ROOM];
	zt_buf arn = ZT_BUF(room);
	put_arn(zt_registry_account(g->registry), type, name, &arn);
	if (zt_buf_finish(&arn) != ZT_OK)
		return (zt_decision){ .kind = ZT_DECISION_IMPLICIT_DENY };
	return zt_grants_decide_on(g, action, zt_buf_view(&arn));
}

zt_decision zt_grants_decide_on(zt_grants *g, const char *action, zt_view resource)
{
	zt_grants_refresh(g);
	if (g->caller) {
		bool allowed = g->operators->allows(g->operators->context, g->caller, g->peer, action, resource);
		return (zt_decision){ .kind = allowed ? ZT_DECISION_ALLOW : ZT_DECISION_IMPLICIT_DENY };
	}
	const zt_policy_request request = {
		.action = zt_view_of(action),
		.resource = resource,
		.values = { value_of, g },
	};
	return zt_policy_evaluate(g->policies, g->policy_count, &request);
}

static void put_cut(zt_buf *out, const char *text)
{
	size_t room = out->cap - out->n - 1, n = strlen(text);
	zt_buf_put(out, zt_view_make(text, n < room ? n : room));
}

void zt_grants_explain(const zt_grants *g, const zt_decision *decision, char *ret_text, size_t cap)
{
	zt_buf out = zt_buf_make(ret_text, cap);
	char text[DECISION_TEXT_MAX];
	zt_decision_text(decision, text, sizeof text);
	if (g->caller) {
		put_cut(&out, "the identity policies of ");
		put_cut(&out, g->caller->arn);
		put_cut(&out, " do not allow it");
	} else if (decision->kind == ZT_DECISION_IMPLICIT_DENY) {
		put_cut(&out, "no statement of ");
		for (size_t i = 0; i < g->policy_count; i++) {
			put_cut(&out, i ? ", " : "");
			put_cut(&out, g->policy_names[i]);
		}
		put_cut(&out, " allows it");
	} else {
		put_cut(&out, "policy ");
		put_cut(&out, g->policy_names[decision->policy]);
		put_cut(&out, ": ");
		put_cut(&out, text);
	}
	ret_text[out.n] = 0;
}
