#include "base/log.h"
#include "cloud/registry/state.h"

/* By kind. */
static const zt_noun *const nouns[ZT_KIND_COUNT] = {
	[ZT_KIND_META] = &zt_noun_meta,
	[ZT_KIND_CA] = &zt_noun_ca,
	[ZT_KIND_CERTIFICATE] = &zt_noun_certificate,
	[ZT_KIND_THING] = &zt_noun_thing,
	[ZT_KIND_THING_TYPE] = &zt_noun_thing_type,
	[ZT_KIND_POLICY] = &zt_noun_policy,
	[ZT_KIND_POLICY_ATTACHMENT] = &zt_noun_attachment,
	[ZT_KIND_RULE] = &zt_noun_rule,
	[ZT_KIND_FUNCTION] = &zt_noun_function,
	[ZT_KIND_ROLE] = &zt_noun_role,
	[ZT_KIND_TAGS] = &zt_noun_tags,
	[ZT_KIND_RETAINED] = &zt_noun_retained,
	[ZT_KIND_INVOCATION] = &zt_noun_invocation,
	[ZT_KIND_ACCESS_KEY] = &zt_noun_access_key,
	[ZT_KIND_LOG_GROUP] = &zt_noun_log_group,
	[ZT_KIND_TEMPLATE] = &zt_noun_template,
	[ZT_KIND_SHADOW] = &zt_noun_shadow,
	[ZT_KIND_DESTINATION] = &zt_noun_destination,
	[ZT_KIND_OWNERSHIP] = &zt_noun_ownership,
	[ZT_KIND_THING_GROUP] = &zt_noun_thing_group,
	[ZT_KIND_GROUP_MEMBER] = &zt_noun_group_member,
};

const zt_noun *zt_noun_of(unsigned kind)
{
	return kind < ZT_KIND_COUNT ? nouns[kind] : NULL;
}

zt_row *zt_row_find(const zt_registry *registry, zt_kind kind, zt_view key)
{
	return (zt_row *)zt_index_find(&registry->rows[kind], key);
}

zt_row *zt_row_after(const zt_registry *registry, zt_kind kind, zt_view key)
{
	return (zt_row *)zt_index_after(&registry->rows[kind], key);
}

/* Says which record it was; a key may hold a NUL, so only its first readable part is shown. */
static zt_status damaged(const zt_noun *noun, zt_view key, zt_status status, const zt_error *cause, zt_error *ret_error)
{
	size_t n = 0;
	while (n < key.n && n < 128 && key.p[n] > ' ' && key.p[n] < 0x7f)
		n++;
	return zt_error_set(ret_error, status, "the stored %s '%.*s' cannot be read: %.200s", noun->name, (int)n,
			    (const char *)zt_view_pri_ptr(key), cause->text[0] ? cause->text : zt_status_text(status));
}

zt_status zt_registry_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	const zt_noun *noun = zt_noun_of(record->kind);
	zt_row *row = NULL;
	zt_error cause = { 0 };
	if (!noun)
		return zt_error_set(ret_error, ZT_E_CONFIG,
				    "the store holds records of kind %u, which this version does not know",
				    record->kind);
	zt_status status = noun->decode(registry, record, &row, &cause);
	if (status != ZT_OK)
		return damaged(noun, record->key, status, &cause, ret_error);
	/* A name ends at a NUL; two keys could become one. */
	if (!zt_view_equal(row->node.key, record->key)) {
		noun->free(row);
		return damaged(noun, record->key, ZT_E_INVALID, &cause, ret_error);
	}
	*ret = row;
	return ZT_OK;
}

zt_status zt_registry_load(zt_registry *registry, const zt_record *record, zt_error *ret_error)
{
	zt_row *row = NULL;
	TRY(zt_registry_decode(registry, record, &row, ret_error));
	const zt_noun *noun = zt_noun_of(record->kind);
	zt_index_put(&registry->rows[noun->kind], &row->node);
	if (noun->link)
		noun->link(registry, row);
	return ZT_OK;
}

typedef struct {
	zt_registry *registry;
	zt_error *error;
} loading;

static zt_status visit(void *context, const zt_record *record)
{
	const loading *load = context;
	return zt_registry_load(load->registry, record, load->error);
}

static void lose(const zt_registry *registry, const zt_error *cause)
{
	(void)zt_log_error("registry", cause, "memory cannot follow what other processes change");
	if (registry->lost)
		registry->lost(registry->lost_context);
}

static void follow(void *context, const zt_record *record, bool gone)
{
	zt_registry *registry = context;
	zt_error cause = { 0 };
	zt_status status = record ? zt_registry_follow(registry, record, gone, &cause)
				  : zt_error_set(&cause, ZT_E_EXPIRED, "this process stood still for too long");
	if (status != ZT_OK)
		lose(registry, &cause);
}

ZT_DEFINE_CLEANUP(zt_registry, zt_registry_free)

zt_status zt_registry_new(zt_store *store, const zt_account *account, zt_clock clock, zt_registry **ret,
			  zt_error *ret_error)
{
	ZT_CLEANUP(zt_registry_freep) zt_registry *registry = calloc(1, sizeof *registry);
	ENSURE(registry, ZT_E_NOMEM);
	registry->store = store;
	registry->account = *account;
	registry->clock = clock;
	loading load = { registry, ret_error };
	TRY(zt_store_load(store, visit, &load, ret_error));
	TRY(zt_store_watch(store, follow, registry, ret_error));
	*ret = ZT_STEAL(registry);
	return ZT_OK;
}

static void free_rows(zt_index *index, void (*free_row)(zt_row *row))
{
	for (zt_node *node; (node = zt_index_at(index, 0));) {
		zt_index_take(index, node);
		free_row((zt_row *)node);
	}
}

void zt_registry_free(zt_registry *registry)
{
	if (!registry)
		return;
	zt_sessions_free(registry);
	for (size_t kind = 0; kind < ZT_KIND_COUNT; kind++)
		if (nouns[kind])
			free_rows(&registry->rows[kind], nouns[kind]->free);
	free(registry);
}

const zt_account *zt_registry_account(const zt_registry *registry)
{
	return &registry->account;
}

int64_t zt_registry_now_ms(const zt_registry *registry)
{
	return zt_clock_wall_ms(&registry->clock);
}

bool zt_registry_is_foreign(const zt_registry *registry)
{
	return registry->foreign;
}

void zt_registry_tell_loss(zt_registry *registry, zt_lost_fn lost, void *context)
{
	registry->lost = lost;
	registry->lost_context = context;
}

zt_status zt_registry_listen(zt_registry *registry, zt_change_fn changed, void *context)
{
	ENSURE(registry->listener_count < ZT_LISTENERS_MAX, ZT_E_LIMIT);
	registry->listeners[registry->listener_count++] = (zt_listener){ changed, context };
	return ZT_OK;
}

void zt_registry_unlisten(zt_registry *registry, zt_change_fn changed, const void *context)
{
	for (size_t i = 0; i < registry->listener_count; i++)
		if (registry->listeners[i].changed == changed && registry->listeners[i].context == context) {
			registry->listeners[i] = registry->listeners[--registry->listener_count];
			return;
		}
}
