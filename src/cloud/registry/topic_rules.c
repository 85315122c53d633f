/* Topic rules in memory and in the store (AWS IoT API reference). */
#include "cloud/registry/fields.h"
#include "cloud/registry/record.h"
#include "cloud/registry/rules.h"
#include "cloud/registry/state.h"

/* "Rules per account" (AWS IoT quotas). */
enum { RULES_MAX = 1000 };

typedef struct {
	zt_row row;
	zt_topic_rule rule; /* what it points to is owned */
} rule_row;

static void rule_row_free(rule_row *row)
{
	free(row->rule.sql);
	free(row->rule.description);
	free(row->rule.sql_version);
	json_decref(row->rule.actions);
	json_decref(row->rule.error_action);
	free(row);
}
ZT_DEFINE_CLEANUP(rule_row, rule_row_free)

static void rule_free(zt_row *row)
{
	rule_row_free((rule_row *)row);
}

/* Stored as the API's topicRulePayload, with the date beside it. */
static json_t *payload_json(const zt_topic_rule *rule)
{
	return json_pack("{ss ss* ss* sO sO* sb}", "sql", rule->sql, "description", rule->description,
			 "awsIotSqlVersion", rule->sql_version, "actions", rule->actions, "errorAction",
			 rule->error_action, "ruleDisabled", rule->disabled);
}

static zt_status rule_encode(const zt_row *row, zt_str *out)
{
	const zt_topic_rule *rule = &((const rule_row *)row)->rule;
	return zt_record_write(
	    json_pack("{sI so}", "created", (json_int_t)rule->created_ms, "payload", payload_json(rule)), ZT_VIEW_EMPTY,
	    out);
}

static zt_status copy_text(const json_t *payload, const char *member, char **ret)
{
	zt_view text = zt_json_view(payload, member);
	if (!text.p)
		return ZT_OK;
	*ret = zt_view_dup(text);
	return *ret ? ZT_OK : ZT_E_NOMEM;
}

static zt_status rule_row_new(zt_view name, const json_t *payload, int64_t created_ms, rule_row **ret)
{
	ZT_CLEANUP(rule_row_freep) rule_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	zt_topic_rule *rule = &row->rule;
	TRY(zt_text_copy(rule->name, sizeof rule->name, name));
	row->row.node.key = zt_view_of(rule->name);
	TRY(copy_text(payload, "sql", &rule->sql));
	TRY(copy_text(payload, "description", &rule->description));
	TRY(copy_text(payload, "awsIotSqlVersion", &rule->sql_version));
	rule->disabled = json_is_true(json_object_get(payload, "ruleDisabled"));
	rule->created_ms = created_ms;
	const json_t *actions = json_object_get(payload, "actions"),
		     *error_action = json_object_get(payload, "errorAction");
	ENSURE(rule->sql && json_is_array(actions), ZT_E_INVALID);
	rule->actions = json_deep_copy(actions);
	rule->error_action = json_is_object(error_action) ? json_deep_copy(error_action) : NULL;
	ENSURE(rule->actions && (rule->error_action || !json_is_object(error_action)), ZT_E_NOMEM);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static zt_status rule_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	ZT_JSON_CLEANUP json_t *payload = NULL;
	rule_row *row = NULL;
	int64_t created_ms = 0;
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_i64(&reader, "created", &created_ms);
	zt_record_json(&reader, "payload", JSON_OBJECT, &payload);
	TRY(reader.status);
	zt_status status = rule_row_new(record->key, payload, created_ms, &row);
	if (status != ZT_OK)
		return zt_error_set(ret_error, status, "its payload is missing or wrong");
	*ret = &row->row;
	return ZT_OK;
}

const zt_noun zt_noun_rule = { ZT_KIND_RULE, "topic rule", rule_decode, rule_encode, rule_free, NULL, NULL };

static const zt_topic_rule *rule_of(const zt_row *row)
{
	return row ? &((const rule_row *)row)->rule : NULL;
}

const zt_topic_rule *zt_registry_rule(const zt_registry *registry, zt_view name)
{
	return rule_of(zt_row_find(registry, ZT_KIND_RULE, name));
}

const zt_topic_rule *zt_registry_next_rule(const zt_registry *registry, zt_view after_name)
{
	return rule_of(zt_row_after(registry, ZT_KIND_RULE, after_name));
}

/* The API model of rules has no ResourceNotFoundException; the text is from memory (AWS IoT API reference). */
static zt_status find_rule(const zt_registry *registry, zt_view name, const zt_topic_rule **ret, zt_error *ret_error)
{
	const zt_topic_rule *rule = zt_registry_rule(registry, name);
	if (!rule)
		return zt_refuse(ret_error, ZT_REFUSE_UNAUTHORIZED, "Access to topic rule '%.*s' was denied",
				 ZT_PRI(name));
	*ret = rule;
	return ZT_OK;
}

static zt_status check_new(const zt_registry *registry, zt_view name, zt_error *ret_error)
{
	TRY(zt_field_check(&zt_field_rule_name, name, ret_error));
	if (zt_registry_rule(registry, name))
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS, "Rule already exists. (name=%.*s)", ZT_PRI(name));
	if (zt_index_count(&registry->rows[ZT_KIND_RULE]) >= RULES_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "The account has the maximum number of rules (%d)",
				 RULES_MAX);
	return ZT_OK;
}

zt_status zt_txn_rule_put(zt_txn *txn, zt_view name, const json_t *payload, bool replace, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	const zt_topic_rule *old = NULL;
	rule_row *row = NULL;
	if (replace)
		TRY(find_rule(registry, name, &old, ret_error));
	else
		TRY(check_new(registry, name, ret_error));
	zt_status status = rule_row_new(name, payload, old ? old->created_ms : zt_registry_now_ms(registry), &row);
	if (status == ZT_E_INVALID)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "A topic rule needs sql and actions");
	TRY(status);
	return zt_txn_put(txn, &zt_noun_rule, &row->row);
}

zt_status zt_txn_rule_enable(zt_txn *txn, zt_view name, bool enabled, zt_error *ret_error)
{
	const zt_topic_rule *old = NULL;
	rule_row *row = NULL;
	TRY(find_rule(zt_txn_registry(txn), name, &old, ret_error));
	if (old->disabled == !enabled)
		return ZT_OK;
	ZT_JSON_CLEANUP json_t *payload = payload_json(old);
	ENSURE(payload, ZT_E_NOMEM);
	TRY(rule_row_new(name, payload, old->created_ms, &row));
	row->rule.disabled = !enabled;
	return zt_txn_put(txn, &zt_noun_rule, &row->row);
}

zt_status zt_txn_rule_delete(zt_txn *txn, zt_view name, zt_error *ret_error)
{
	const zt_topic_rule *rule = NULL;
	TRY(find_rule(zt_txn_registry(txn), name, &rule, ret_error));
	return zt_txn_drop_tagged_iot(txn, &zt_noun_rule, zt_row_find(zt_txn_registry(txn), ZT_KIND_RULE, name),
				      "rule");
}
