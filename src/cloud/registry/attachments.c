/* Which policy is attached to which target (AWS IoT API reference). A record's key is policy name, NUL, target ARN. */
#include "base/arn.h"
#include "cloud/registry/groups.h"
#include "cloud/registry/link.h"
#include "cloud/registry/policies.h"
#include "cloud/registry/principal.h"
#include "cloud/registry/record.h"

enum { TARGET_ARN_MAX = 2048 };

typedef struct {
	zt_row row;
	char *key;
	zt_view policy, target; /* parts of the key */
	zt_link by_target;
} attachment_row;

static void attachment_row_free(attachment_row *row)
{
	free(row->key);
	zt_link_free(&row->by_target);
	free(row);
}
ZT_DEFINE_CLEANUP(attachment_row, attachment_row_free)

static void attachment_free(zt_row *row)
{
	attachment_row_free((attachment_row *)row);
}

static zt_status attachment_row_new(zt_view key, attachment_row **ret)
{
	ZT_CLEANUP(attachment_row_freep) attachment_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	row->key = zt_view_dup(key);
	ENSURE(row->key, ZT_E_NOMEM);
	row->row.node.key = zt_view_make(row->key, key.n);
	size_t at = zt_view_find(key, 0);
	row->policy = zt_view_make(row->key, at);
	row->target = zt_view_from(row->row.node.key, at + 1);
	ENSURE(row->policy.n && row->target.n, ZT_E_INVALID);
	TRY(ZT_LINK_MAKE(&row->by_target, &row->row, row->target, row->policy));
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static void attachment_link(zt_registry *registry, zt_row *row)
{
	zt_index_put(&registry->attachments_by_target, &((attachment_row *)row)->by_target.node);
}

static void attachment_unlink(zt_registry *registry, zt_row *row)
{
	zt_index_take(&registry->attachments_by_target, &((attachment_row *)row)->by_target.node);
}

static zt_status attachment_encode(const zt_row *row, zt_str *out)
{
	(void)row;
	return zt_record_write(json_object(), ZT_VIEW_EMPTY, out);
}

static zt_status attachment_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	ZT_CLEANUP(attachment_row_freep) attachment_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	TRY(zt_record_open(record->value, &reader, ret_error));
	TRY(attachment_row_new(record->key, &row));
	/* An attachment without its policy would hide those behind it from whoever walks a target's policies. */
	if (!zt_registry_policy(registry, row->policy))
		return zt_error_set(ret_error, ZT_E_INVALID, "its policy is missing");
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_attachment = {
	ZT_KIND_POLICY_ATTACHMENT, "policy attachment", attachment_decode, attachment_encode,
	attachment_free,           attachment_link,     attachment_unlink,
};

const zt_iot_policy *zt_registry_policy_of_target(const zt_registry *registry, zt_view target_arn, size_t index)
{
	zt_link_key prefix;
	if (!ZT_LINK_KEY(&prefix, target_arn, ZT_VIEW_EMPTY))
		return NULL;
	const zt_row *row = zt_link_at(&registry->attachments_by_target, prefix.view, index);
	return row ? zt_registry_policy(registry, ((const attachment_row *)row)->policy) : NULL;
}

zt_view zt_registry_target_of_policy(const zt_registry *registry, zt_view name, size_t index)
{
	zt_link_key prefix;
	if (!ZT_LINK_KEY(&prefix, name, ZT_VIEW_EMPTY))
		return ZT_VIEW_EMPTY;
	const zt_node *node = zt_index_prefix_at(&registry->rows[ZT_KIND_POLICY_ATTACHMENT], prefix.view, index);
	return node ? ((const attachment_row *)node)->target : ZT_VIEW_EMPTY;
}

static zt_status check_target(const zt_registry *registry, zt_view target, zt_error *ret_error)
{
	zt_arn arn;
	zt_view name;
	if (zt_arn_parse(target, &arn) != ZT_OK || !zt_arn_resource_of(&arn, ZT_LIT("thinggroup"), &name))
		return zt_principal_check(registry, target, ret_error);
	ZT_CLEANUP(zt_str_free) zt_str ours = ZT_STR(TARGET_ARN_MAX);
	TRY(zt_account_iot_arn(&registry->account, "thinggroup", name, &ours));
	if (!zt_view_equal(zt_str_view(&ours), target) || !zt_registry_thing_group(registry, name))
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Thing group %.*s cannot be found", ZT_PRI(name));
	return ZT_OK;
}

zt_status zt_txn_policy_attach(zt_txn *txn, zt_view name, zt_view target, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	attachment_row *row = NULL;
	zt_link_key key, of_target;
	if (!zt_registry_policy(registry, name))
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Policy not found (name=%.*s)", ZT_PRI(name));
	TRY(check_target(registry, target, ret_error));
	ENSURE(ZT_LINK_KEY(&key, name, target) && ZT_LINK_KEY(&of_target, target, ZT_VIEW_EMPTY), ZT_E_LIMIT);
	if (zt_row_find(registry, ZT_KIND_POLICY_ATTACHMENT, key.view))
		return ZT_OK;
	if (zt_index_prefix_count(&registry->attachments_by_target, of_target.view) >= ZT_POLICIES_PER_TARGET_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LIMIT,
				 "The maximum number of policies per principal (%d) has been reached",
				 ZT_POLICIES_PER_TARGET_MAX);
	TRY(attachment_row_new(key.view, &row));
	return zt_txn_put(txn, &zt_noun_attachment, &row->row);
}

zt_status zt_txn_policy_detach(zt_txn *txn, zt_view name, zt_view target, zt_error *ret_error)
{
	(void)ret_error;
	zt_link_key key;
	if (!ZT_LINK_KEY(&key, name, target))
		return ZT_OK;
	zt_row *row = zt_row_find(zt_txn_registry(txn), ZT_KIND_POLICY_ATTACHMENT, key.view);
	return row ? zt_txn_drop(txn, &zt_noun_attachment, row) : ZT_OK;
}
