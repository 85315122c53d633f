#include "cloud/gateway/grants.h"

#include "policy/connection.h"
#include "x509/variable.h"
#include "zerotouch/buf.h"

enum {
	ARN_ROOM = 1024, /* the longest name is a shared filter of 256 + 136 bytes */
	DECISION_TEXT_MAX = 128
};

static void look_up(zt_grants *g)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ARN_ROOM);
	zt_view id = zt_view_of(g->certificate_id);
	g->certificate = zt_registry_certificate(g->registry, id);
	g->thing = NULL;
	g->policies.count = 0;
	if (!g->certificate || zt_account_iot_arn(zt_registry_account(g->registry), "cert", id, &arn) != ZT_OK)
		return;
	/* Without memory nothing is allowed. */
	(void)!zt_policy_set_of_connection(&g->policies, g->registry, zt_str_view(&arn), g->client_id);
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

void zt_grants_deinit(zt_grants *g)
{
	zt_policy_set_free(&g->policies);
	free(g->will_arn);
	g->will_arn = NULL;
}

bool zt_grants_active(zt_grants *g)
{
	zt_grants_refresh(g);
	return g->certificate && g->certificate->status == ZT_CERT_ACTIVE;
}

static bool one(zt_view value, size_t index, zt_view *ret)
{
	if (index > 0 || value.n == 0)
		return false;
	*ret = value;
	return true;
}

static bool connection_value(const zt_grants *g, zt_view name, size_t index, zt_view *ret)
{
	zt_policy_connection connection = { .client_id = g->client_id };
	if (g->thing) {
		connection.thing_name = zt_view_of(g->thing->name);
		connection.thing_type = zt_view_of(g->thing->type);
		connection.attributes = g->thing->attributes;
	}
	return zt_policy_connection_value(&connection, name, index, ret);
}

static bool connect_attribute(const zt_grants *g, size_t index, zt_view *ret)
{
	if (g->persistent && index-- == 0) {
		*ret = ZT_LIT("PersistentConnect");
		return true;
	}
	return g->will_topic.n && one(ZT_LIT("LastWill"), index, ret);
}

/* "ArnEquals": {"iot:LastWillTopic": "arn:…:topic/…"} (AWS IoT, "Connect policy examples"). */
static bool will_value(zt_grants *g, size_t index, zt_view *ret)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(ARN_ROOM);
	if (index > 0 || g->will_topic.n == 0)
		return false;
	if (!g->will_arn && zt_account_iot_arn(zt_registry_account(g->registry), "topic", g->will_topic, &arn) == ZT_OK)
		g->will_arn = zt_str_steal(&arn);
	return g->will_arn && one(zt_view_of(g->will_arn), index, ret);
}

static bool value_of(void *context, zt_view name, size_t index, zt_view *ret)
{
	zt_grants *g = context;
	zt_view rest = name;
	if (zt_view_take_prefix_nocase(&rest, ZT_LIT("iot:Certificate.")))
		return g->certificate && zt_cert_variable(g->certificate->info, rest, index, ret);
	if (connection_value(g, name, index, ret))
		return true;
	if (zt_view_equal_nocase(name, ZT_LIT("aws:SourceIp")))
		return one(g->source_ip, index, ret);
	if (zt_view_equal_nocase(name, ZT_LIT("iot:LastWillTopic")))
		return will_value(g, index, ret);
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
	return zt_policy_evaluate(g->policies.compiled, g->policies.count, &request);
}

static void put_cut(zt_buf *out, const char *text)
{
	size_t room = out->cap - out->n - 1, n = strlen(text);
	zt_buf_put(out, zt_view_make(text, n < room ? n : room));
}

/* What nobody sees in a policy: a variable without a value here, such as a thing's over HTTPS. */
static void put_lacking(zt_grants *g, const char *action, zt_buf *out)
{
	char text[DECISION_TEXT_MAX];
	const zt_policy_request request = { .action = zt_view_of(action), .values = { value_of, g } };
	zt_view name = zt_policy_lacking(g->policies.compiled, g->policies.count, &request);
	if (name.n == 0)
		return;
	(void)snprintf(text, sizeof text, "; ${%.*s} has no value here", ZT_PRI(name));
	put_cut(out, text);
}

void zt_grants_explain(zt_grants *g, const zt_decision *decision, const char *action, char *ret_text, size_t cap)
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
		for (size_t i = 0; i < g->policies.count; i++) {
			put_cut(&out, i ? ", " : "");
			put_cut(&out, g->policies.policies[i]->name);
		}
		put_cut(&out, " allows it");
		put_lacking(g, action, &out);
	} else {
		put_cut(&out, "policy ");
		put_cut(&out, g->policies.policies[decision->policy]->name);
		put_cut(&out, ": ");
		put_cut(&out, text);
	}
	ret_text[out.n] = 0;
}
