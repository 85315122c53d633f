/* IoT policies in memory and in the store. */
#include "cloud/registry/policy_row.h"
#include "cloud/registry/record.h"

zt_status zt_policy_row_new(zt_view name, zt_policy_row **ret)
{
	ZT_CLEANUP(zt_policy_row_freep) zt_policy_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	TRY(zt_text_copy(row->policy.name, sizeof row->policy.name, name));
	row->row.node.key = zt_view_of(row->policy.name);
	row->next_version = 1;
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

zt_status zt_policy_row_copy(const zt_policy_row *old, zt_policy_row **ret)
{
	ZT_CLEANUP(zt_policy_row_freep) zt_policy_row *row = NULL;
	TRY(zt_policy_row_new(old->row.node.key, &row));
	row->policy.created_ms = old->policy.created_ms;
	row->policy.modified_ms = old->policy.modified_ms;
	memcpy(row->policy.generation_id, old->policy.generation_id, sizeof row->policy.generation_id);
	row->next_version = old->next_version;
	for (size_t i = 0; i < old->policy.version_count; i++) {
		zt_policy_version *version = &row->policy.versions[i];
		*version = old->policy.versions[i];
		version->document = zt_view_dup(zt_view_of(version->document));
		row->policy.version_count++;
		ENSURE(version->document, ZT_E_NOMEM);
	}
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

void zt_policy_row_free(zt_policy_row *row)
{
	if (!row)
		return;
	for (size_t i = 0; i < row->policy.version_count; i++)
		free(row->policy.versions[i].document);
	zt_policy_free(row->compiled);
	free(row);
}

static void policy_free(zt_row *row)
{
	zt_policy_row_free((zt_policy_row *)row);
}

zt_status zt_policy_row_seal(zt_policy_row *row, zt_error *ret_error)
{
	zt_error cause = { 0 };
	for (size_t i = 0; i < row->policy.version_count; i++) {
		if (!row->policy.versions[i].is_default)
			continue;
		zt_status status = zt_policy_parse(zt_view_of(row->policy.versions[i].document), ZT_POLICY_IOT,
						   &row->compiled, &cause);
		if (status != ZT_OK && status != ZT_E_NOMEM)
			return zt_refuse(ret_error, ZT_REFUSE_POLICY, "%s", cause.text);
		row->policy.compiled = row->compiled;
		return status;
	}
	return zt_refuse(ret_error, ZT_REFUSE_POLICY, "there is no default version");
}

static json_t *versions_json(const zt_iot_policy *policy)
{
	json_t *list = json_array();
	for (size_t i = 0; i < policy->version_count; i++) {
		const zt_policy_version *version = &policy->versions[i];
		json_t *item = json_pack("{si sb sI ss}", "id", (int)version->id, "default", version->is_default,
					 "created", (json_int_t)version->created_ms, "document", version->document);
		if (json_array_append_new(list, item) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static zt_status policy_encode(const zt_row *row, zt_str *out)
{
	const zt_iot_policy *policy = &((const zt_policy_row *)row)->policy;
	return zt_record_write(json_pack("{ss sI sI si so}", "generation", policy->generation_id, "created",
					 (json_int_t)policy->created_ms, "modified", (json_int_t)policy->modified_ms,
					 "next", (int)((const zt_policy_row *)row)->next_version, "versions",
					 versions_json(policy)),
			       ZT_VIEW_EMPTY, out);
}

static void read_version(zt_record_reader *reader, const json_t *item, zt_policy_version *version)
{
	zt_record_reader inner = { .head = (json_t *)(uintptr_t)item, .error = reader->error };
	zt_record_unsigned(&inner, "id", &version->id);
	zt_record_bool(&inner, "default", &version->is_default);
	zt_record_i64(&inner, "created", &version->created_ms);
	zt_record_dup(&inner, "document", &version->document);
	if (inner.status == ZT_OK && !version->document)
		zt_record_damaged(&inner, "document");
	if (reader->status == ZT_OK)
		reader->status = inner.status;
}

static void read_versions(zt_record_reader *reader, zt_iot_policy *policy)
{
	const json_t *list = json_object_get(reader->head, "versions");
	if (json_array_size(list) > ZT_POLICY_VERSIONS_MAX) {
		zt_record_damaged(reader, "versions");
		return;
	}
	policy->version_count = json_array_size(list);
	for (size_t i = 0; i < policy->version_count; i++)
		read_version(reader, json_array_get(list, i), &policy->versions[i]);
}

static zt_status policy_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_policy_row_freep) zt_policy_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	TRY(zt_policy_row_new(record->key, &row));
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_text(&reader, "generation", row->policy.generation_id, sizeof row->policy.generation_id);
	zt_record_i64(&reader, "created", &row->policy.created_ms);
	zt_record_i64(&reader, "modified", &row->policy.modified_ms);
	zt_record_unsigned(&reader, "next", &row->next_version);
	read_versions(&reader, &row->policy);
	TRY(reader.status);
	TRY(zt_policy_row_seal(row, ret_error));
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_policy = { ZT_KIND_POLICY, "policy", policy_decode, policy_encode, policy_free, NULL, NULL };

static const zt_iot_policy *policy_of(const zt_row *row)
{
	return row ? &((const zt_policy_row *)row)->policy : NULL;
}

const zt_iot_policy *zt_registry_policy(const zt_registry *registry, zt_view name)
{
	return policy_of(zt_row_find(registry, ZT_KIND_POLICY, name));
}

const zt_iot_policy *zt_registry_next_policy(const zt_registry *registry, zt_view after_name)
{
	return policy_of(zt_row_after(registry, ZT_KIND_POLICY, after_name));
}
