/* Provisioning templates in memory and in the store. */
#include "cloud/registry/provisioning.h"

#include "cloud/registry/fields.h"
#include "cloud/registry/record.h"
#include "cloud/registry/state.h"

typedef struct {
	zt_row row;
	zt_provisioning_template template; /* what it points to is owned */
} template_row;

static void template_free(zt_row *row)
{
	json_decref(((template_row *)row)->template.content);
	free(row);
}

static zt_status template_row_new(zt_view name, const json_t *content, int64_t created_ms, int64_t modified_ms,
				  zt_row **ret)
{
	template_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	row->template.content = json_deep_copy(content);
	row->template.created_ms = created_ms;
	row->template.modified_ms = modified_ms;
	zt_status status = zt_text_copy(row->template.name, sizeof row->template.name, name);
	row->row.node.key = zt_view_of(row->template.name);
	if (status == ZT_OK && !row->template.content)
		status = ZT_E_NOMEM;
	if (status != ZT_OK) {
		template_free(&row->row);
		return status;
	}
	*ret = &row->row;
	return ZT_OK;
}

static zt_status template_encode(const zt_row *row, zt_str *out)
{
	const zt_provisioning_template *template = &((const template_row *)row)->template;
	return zt_record_write(json_pack("{sI sI sO}", "created", (json_int_t) template->created_ms, "modified",
					 (json_int_t) template->modified_ms, "content", template->content),
			       ZT_VIEW_EMPTY, out);
}

static zt_status template_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	ZT_JSON_CLEANUP json_t *content = NULL;
	int64_t created_ms = 0, modified_ms = 0;
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_i64(&reader, "created", &created_ms);
	zt_record_i64(&reader, "modified", &modified_ms);
	zt_record_json(&reader, "content", JSON_OBJECT, &content);
	TRY(reader.status);
	if (json_array_size(json_object_get(content, "versions")) == 0)
		return zt_error_set(ret_error, ZT_E_INVALID, "its versions are missing or wrong");
	zt_status status = template_row_new(record->key, content, created_ms, modified_ms, ret);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "its name is too long");
}

const zt_noun zt_noun_template = {
	ZT_KIND_TEMPLATE, "provisioning template", template_decode, template_encode, template_free, NULL, NULL
};

static const zt_provisioning_template *template_of(const zt_row *row)
{
	return row ? &((const template_row *)row)->template : NULL;
}

const zt_provisioning_template *zt_registry_template(const zt_registry *registry, zt_view name)
{
	return template_of(zt_row_find(registry, ZT_KIND_TEMPLATE, name));
}

const zt_provisioning_template *zt_registry_next_template(const zt_registry *registry, zt_view after_name)
{
	return template_of(zt_row_after(registry, ZT_KIND_TEMPLATE, after_name));
}

const json_t *zt_template_default(const zt_provisioning_template *provisioning)
{
	size_t i;
	json_t *version;
	json_array_foreach(json_object_get(provisioning->content, "versions"), i, version)
		if (json_is_true(json_object_get(version, "default")))
			return version;
	return NULL;
}

zt_status zt_txn_template_create(zt_txn *txn, zt_view name, const json_t *content, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	int64_t now_ms = zt_registry_now_ms(registry);
	zt_row *row = NULL;
	TRY(zt_field_check(&zt_field_template_name, name, ret_error));
	if (zt_registry_template(registry, name))
		return zt_refuse(ret_error, ZT_REFUSE_EXISTS, "Provisioning template already exists (name=%.*s)",
				 ZT_PRI(name));
	if (zt_index_count(&registry->rows[ZT_KIND_TEMPLATE]) >= ZT_TEMPLATES_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LIMIT, "The account has the maximum number of templates (%d)",
				 ZT_TEMPLATES_MAX);
	TRY(template_row_new(name, content, now_ms, now_ms, &row));
	return zt_txn_put(txn, &zt_noun_template, row);
}

static zt_status not_found(zt_view name, zt_error *ret_error)
{
	return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Provisioning template %.*s cannot be found", ZT_PRI(name));
}

zt_status zt_txn_template_update(zt_txn *txn, zt_view name, const json_t *content, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	const zt_provisioning_template *old = zt_registry_template(registry, name);
	zt_row *row = NULL;
	if (!old)
		return not_found(name, ret_error);
	TRY(template_row_new(name, content, old->created_ms, zt_registry_now_ms(registry), &row));
	return zt_txn_put(txn, &zt_noun_template, row);
}

zt_status zt_txn_template_delete(zt_txn *txn, zt_view name, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	if (!zt_registry_template(registry, name))
		return not_found(name, ret_error);
	return zt_txn_drop_tagged_iot(txn, &zt_noun_template, zt_row_find(registry, ZT_KIND_TEMPLATE, name),
				      "provisioningtemplate");
}
