/* Log groups in memory and in the store. */
#include "cloud/registry/log_groups.h"

#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"
#include "cloud/registry/state.h"

typedef struct {
	zt_row row;
	zt_log_group group;
} group_row;

static void group_free(zt_row *row)
{
	free(row);
}

static zt_status group_row_new(zt_view name, unsigned retention_days, int64_t created_ms, zt_row **ret)
{
	group_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	if (zt_text_copy(row->group.name, sizeof row->group.name, name) != ZT_OK) {
		free(row);
		return ZT_E_LIMIT;
	}
	row->group.retention_days = retention_days;
	row->group.created_ms = created_ms;
	row->row.node.key = zt_view_of(row->group.name);
	*ret = &row->row;
	return ZT_OK;
}

static zt_status group_encode(const zt_row *row, zt_str *out)
{
	const zt_log_group *group = &((const group_row *)row)->group;
	return zt_record_write(
	    json_pack("{sI sI}", "created", (json_int_t)group->created_ms, "days", (json_int_t)group->retention_days),
	    ZT_VIEW_EMPTY, out);
}

static zt_status group_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	int64_t created_ms = 0;
	unsigned days = 0;
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_i64(&reader, "created", &created_ms);
	zt_record_unsigned(&reader, "days", &days);
	TRY(reader.status);
	zt_status status = group_row_new(record->key, days, created_ms, ret);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "its name is too long");
}

const zt_noun zt_noun_log_group = {
	ZT_KIND_LOG_GROUP, "log group", group_decode, group_encode, group_free, NULL, NULL
};

static const zt_log_group *group_of(const zt_row *row)
{
	return row ? &((const group_row *)row)->group : NULL;
}

const zt_log_group *zt_registry_log_group(const zt_registry *registry, zt_view name)
{
	return group_of(zt_row_find(registry, ZT_KIND_LOG_GROUP, name));
}

const zt_log_group *zt_registry_next_log_group(const zt_registry *registry, zt_view after_name)
{
	return group_of(zt_row_after(registry, ZT_KIND_LOG_GROUP, after_name));
}

zt_status zt_txn_log_group_create(zt_txn *txn, zt_view name, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_row *row = NULL;
	if (zt_registry_log_group(registry, name))
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS, "The specified log group already exists");
	if (zt_index_count(&registry->rows[ZT_KIND_LOG_GROUP]) >= ZT_LOG_GROUPS_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LIMIT, "Resource limit exceeded.");
	TRY(group_row_new(name, 0, zt_registry_now_ms(registry), &row));
	return zt_txn_put(txn, &zt_noun_log_group, row);
}

static zt_status not_found(zt_error *ret_error)
{
	return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "The specified log group does not exist.");
}

zt_status zt_txn_log_group_retain(zt_txn *txn, zt_view name, unsigned days, zt_error *ret_error)
{
	const zt_log_group *old = zt_registry_log_group(zt_txn_registry(txn), name);
	zt_row *row = NULL;
	if (!old)
		return not_found(ret_error);
	TRY(group_row_new(name, days, old->created_ms, &row));
	return zt_txn_put(txn, &zt_noun_log_group, row);
}

zt_status zt_txn_log_group_delete(zt_txn *txn, zt_view name, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(1024);
	if (!zt_registry_log_group(registry, name))
		return not_found(ret_error);
	TRY(zt_account_log_group_arn(&registry->account, name, &arn));
	return zt_txn_drop_tagged(txn, &zt_noun_log_group, zt_row_find(registry, ZT_KIND_LOG_GROUP, name),
				  zt_str_view(&arn));
}
