/* Things in memory and in the store, and finding them. */
#include "cloud/registry/record.h"
#include "cloud/registry/thing_row.h"

zt_status zt_thing_row_new(zt_view name, zt_thing_row **ret)
{
	zt_thing_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	zt_status status = zt_text_copy(row->thing.name, sizeof row->thing.name, name);
	if (status != ZT_OK) {
		free(row);
		return status;
	}
	row->row.node.key = zt_view_of(row->thing.name);
	*ret = row;
	return ZT_OK;
}

zt_status zt_thing_row_copy(const zt_thing *thing, size_t extra, zt_thing_row **ret)
{
	ZT_CLEANUP(zt_thing_row_freep) zt_thing_row *row = NULL;
	TRY(zt_thing_row_new(zt_view_of(thing->name), &row));
	size_t room = thing->principal_count + extra;
	row->thing = *thing;
	row->thing.attributes = json_incref(thing->attributes);
	row->thing.principals = NULL;
	if (room) {
		row->thing.principals = row->principals = calloc(room, sizeof *row->principals);
		ENSURE(row->principals, ZT_E_NOMEM);
	}
	if (thing->principal_count)
		memcpy(row->principals, thing->principals, thing->principal_count * sizeof *row->principals);
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static void free_links(zt_link *links, size_t count)
{
	for (size_t i = 0; links && i < count; i++)
		zt_link_free(&links[i]);
	free(links);
}

void zt_thing_row_free(zt_thing_row *row)
{
	if (!row)
		return;
	free_links(row->by_principal, row->thing.principal_count);
	free_links(row->by_attribute, row->attribute_count);
	zt_link_free(&row->by_type);
	json_decref(row->thing.attributes);
	free(row->principals);
	free(row);
}

static zt_status make_links(size_t count, zt_link **ret)
{
	if (count == 0)
		return ZT_OK;
	zt_link *links = calloc(count, sizeof *links);
	ENSURE(links, ZT_E_NOMEM);
	*ret = links;
	return ZT_OK;
}

zt_status zt_thing_row_seal(zt_thing_row *row)
{
	zt_view name = row->row.node.key;
	zt_row *owner = &row->row;
	TRY(make_links(row->thing.principal_count, &row->by_principal));
	for (size_t i = 0; i < row->thing.principal_count; i++)
		TRY(ZT_LINK_MAKE(&row->by_principal[i], owner, zt_view_of(row->principals[i].principal), name));
	row->attribute_count = json_object_size(row->thing.attributes);
	TRY(make_links(row->attribute_count, &row->by_attribute));
	const char *attribute;
	json_t *value;
	size_t i = 0;
	json_object_foreach(row->thing.attributes, attribute, value)
		TRY(ZT_LINK_MAKE(&row->by_attribute[i++], owner, zt_view_of(attribute),
				 zt_view_of(json_string_value(value)), name));
	if (row->thing.type[0])
		TRY(ZT_LINK_MAKE(&row->by_type, owner, zt_view_of(row->thing.type), name));
	return ZT_OK;
}

static void thing_free(zt_row *row)
{
	zt_thing_row_free((zt_thing_row *)row);
}

static void thing_link(zt_registry *registry, zt_row *row)
{
	zt_thing_row *thing = (zt_thing_row *)row;
	for (size_t i = 0; i < thing->thing.principal_count; i++)
		zt_index_put(&registry->things_by_principal, &thing->by_principal[i].node);
	for (size_t i = 0; i < thing->attribute_count; i++)
		zt_index_put(&registry->things_by_attribute, &thing->by_attribute[i].node);
	if (thing->thing.type[0])
		zt_index_put(&registry->things_by_type, &thing->by_type.node);
}

static void thing_unlink(zt_registry *registry, zt_row *row)
{
	zt_thing_row *thing = (zt_thing_row *)row;
	for (size_t i = 0; i < thing->thing.principal_count; i++)
		zt_index_take(&registry->things_by_principal, &thing->by_principal[i].node);
	for (size_t i = 0; i < thing->attribute_count; i++)
		zt_index_take(&registry->things_by_attribute, &thing->by_attribute[i].node);
	if (thing->thing.type[0])
		zt_index_take(&registry->things_by_type, &thing->by_type.node);
}

static zt_status thing_encode(const zt_row *row, zt_str *out)
{
	const zt_thing *thing = &((const zt_thing_row *)row)->thing;
	json_t *principals = json_array();
	for (size_t i = 0; i < thing->principal_count; i++)
		if (json_array_append_new(principals, json_pack("[sb]", thing->principals[i].principal,
								thing->principals[i].exclusive))) {
			json_decref(principals);
			return ZT_E_NOMEM;
		}
	return zt_record_write(json_pack("{ss ss ss sO sI sI so}", "id", thing->id, "type", thing->type, "billingGroup",
					 thing->billing_group, "attributes", thing->attributes, "version",
					 (json_int_t)thing->version, "created", (json_int_t)thing->created_ms,
					 "principals", principals),
			       ZT_VIEW_EMPTY, out);
}

static void read_principals(zt_record_reader *reader, zt_thing_row *row)
{
	const json_t *list = json_object_get(reader->head, "principals");
	size_t count = json_array_size(list);
	row->thing.principals = row->principals = count ? calloc(count, sizeof *row->principals) : NULL;
	if (count && !row->principals) {
		reader->status = ZT_E_NOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		zt_thing_principal *principal = &row->principals[i];
		const json_t *item = json_array_get(list, i);
		zt_view arn = zt_view_of(json_string_value(json_array_get(item, 0)));
		if (arn.n == 0 || zt_text_copy(principal->principal, sizeof principal->principal, arn) != ZT_OK ||
		    (i && strcmp(principal[-1].principal, principal->principal) >= 0))
			zt_record_damaged(reader, "principals");
		principal->exclusive = json_is_true(json_array_get(item, 1));
	}
	row->thing.principal_count = count;
}

static void read_attributes(zt_record_reader *reader, zt_thing *thing)
{
	const char *name;
	json_t *value;
	zt_record_json(reader, "attributes", JSON_OBJECT, &thing->attributes);
	json_object_foreach(thing->attributes, name, value)
		if (!json_is_string(value))
			zt_record_damaged(reader, "attributes");
}

static zt_status thing_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_thing_row_freep) zt_thing_row *row = NULL;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	int64_t version = 0;
	TRY(zt_thing_row_new(record->key, &row));
	TRY(zt_record_open(record->value, &reader, ret_error));
	zt_record_text(&reader, "id", row->thing.id, sizeof row->thing.id);
	zt_record_text(&reader, "type", row->thing.type, sizeof row->thing.type);
	zt_record_text(&reader, "billingGroup", row->thing.billing_group, sizeof row->thing.billing_group);
	zt_record_i64(&reader, "version", &version);
	zt_record_i64(&reader, "created", &row->thing.created_ms);
	read_attributes(&reader, &row->thing);
	read_principals(&reader, row);
	TRY(reader.status);
	row->thing.version = (uint64_t)version;
	TRY(zt_thing_row_seal(row));
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_thing = {
	ZT_KIND_THING, "thing", thing_decode, thing_encode, thing_free, thing_link, thing_unlink
};

const zt_thing *zt_thing_of_row(const zt_row *row)
{
	return row ? &((const zt_thing_row *)row)->thing : NULL;
}

const zt_thing *zt_registry_thing(const zt_registry *registry, zt_view name)
{
	return zt_thing_of_row(zt_row_find(registry, ZT_KIND_THING, name));
}

const zt_thing *zt_registry_next_thing(const zt_registry *registry, zt_view after_name)
{
	return zt_thing_of_row(zt_row_after(registry, ZT_KIND_THING, after_name));
}

const zt_thing *zt_registry_next_thing_with(const zt_registry *registry, zt_view attribute, zt_view value,
					    zt_view after_name)
{
	zt_link_key prefix, key;
	if (!ZT_LINK_KEY(&prefix, attribute, value, ZT_VIEW_EMPTY) || !ZT_LINK_KEY(&key, attribute, value, after_name))
		return NULL;
	return zt_thing_of_row(zt_link_after(&registry->things_by_attribute, prefix.view, key.view));
}

const zt_thing *zt_registry_thing_of_principal(const zt_registry *registry, zt_view principal_arn, size_t index,
					       bool *ret_exclusive)
{
	zt_link_key prefix;
	if (!ZT_LINK_KEY(&prefix, principal_arn, ZT_VIEW_EMPTY))
		return NULL;
	const zt_thing *thing = zt_thing_of_row(zt_link_at(&registry->things_by_principal, prefix.view, index));
	for (size_t i = 0; thing && ret_exclusive && i < thing->principal_count; i++)
		if (zt_view_equal(zt_view_of(thing->principals[i].principal), principal_arn))
			*ret_exclusive = thing->principals[i].exclusive;
	return thing;
}

const zt_thing *zt_registry_thing_of_connection(const zt_registry *registry, zt_view principal_arn, zt_view client_id)
{
	zt_link_key key;
	bool exclusive = false;
	const zt_thing *first = zt_registry_thing_of_principal(registry, principal_arn, 0, &exclusive);
	if (exclusive)
		return first;
	if (!first || client_id.n == 0 || !ZT_LINK_KEY(&key, principal_arn, client_id))
		return NULL;
	const zt_node *node = zt_index_find(&registry->things_by_principal, key.view);
	return node ? zt_thing_of_row(((const zt_link *)node)->owner) : NULL;
}
