/* The thing of a template: made, or changed as its OverrideSettings want it, with its groups and its principal. */
#include "base/json.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/registration.h"
#include "cloud/registry/groups.h"

static const zt_param thing_param = { "ThingName", 1, 128, "a-zA-Z0-9:_-" };
static const zt_param type_param = { "ThingTypeName", 1, 128, "a-zA-Z0-9:_-" };
static const zt_param billing_param = { "BillingGroup", 1, 128, "a-zA-Z0-9:_-" };

static zt_status read_thing(zt_registration *r, zt_thing_spec *ret)
{
	const json_t *properties = r->thing.properties;
	TRY(zt_in_json(properties, &thing_param, ZT_REQUIRED, &ret->name, r->error));
	TRY(zt_in_json(properties, &type_param, ZT_OPTIONAL, &ret->type, r->error));
	TRY(zt_in_json(properties, &billing_param, ZT_OPTIONAL, &ret->billing_group, r->error));
	TRY(zt_in_json_object(properties, "AttributePayload", &ret->attributes, r->error));
	return zt_text_copy(r->thing_name, sizeof r->thing_name, ret->name);
}

/* What differs from the thing that is there, as its overrides want it. *ret_changes says whether anything is to be
 * done. */
static zt_status plan_update(zt_registration *r, const zt_thing *old, const zt_thing_spec *spec, zt_thing_update *ret,
			     bool *ret_changes)
{
	zt_override attributes, type;
	TRY(zt_registration_override(r, &r->thing, "AttributePayload", ZT_OVERRIDE_DO_NOTHING, &attributes));
	TRY(zt_registration_override(r, &r->thing, "ThingTypeName", ZT_OVERRIDE_DO_NOTHING, &type));
	bool other_attributes = spec->attributes && !json_equal(spec->attributes, old->attributes);
	bool other_type = spec->type.n && !zt_view_equal(spec->type, zt_view_of(old->type));
	if (other_attributes && attributes == ZT_OVERRIDE_FAIL)
		return zt_registration_conflict(r, "An attribute of the thing");
	if (other_type && (type == ZT_OVERRIDE_FAIL || type == ZT_OVERRIDE_MERGE))
		return zt_registration_conflict(r, "The thing's type");
	*ret = (zt_thing_update){ .name = spec->name, .merge = attributes == ZT_OVERRIDE_MERGE };
	if (other_attributes && attributes != ZT_OVERRIDE_DO_NOTHING)
		ret->attributes = spec->attributes;
	if (other_type && type == ZT_OVERRIDE_REPLACE)
		ret->type = spec->type;
	*ret_changes = ret->attributes || ret->type.n;
	return ZT_OK;
}

static zt_status take_thing(zt_registration *r)
{
	zt_thing_spec spec = { 0 };
	zt_thing_update update;
	bool changes = false;
	const zt_thing *thing;
	TRY(read_thing(r, &spec));
	TRY(zt_registration_add_arn(r, r->thing.name, "thing", r->thing_name));
	const zt_thing *old = zt_registry_thing(r->call->registry, spec.name);
	if (!old) {
		TRY(zt_registration_may(r, "iot:CreateThing", "thing", r->thing_name));
		return zt_txn_thing_create(r->txn, &spec, &thing, r->error);
	}
	TRY(plan_update(r, old, &spec, &update, &changes));
	if (!changes)
		return ZT_OK;
	TRY(zt_registration_may(r, "iot:UpdateThing", "thing", r->thing_name));
	return zt_txn_thing_update(r->txn, &update, r->error);
}

static zt_status check_groups(zt_registration *r, const json_t *names)
{
	size_t i;
	json_t *name;
	json_array_foreach(names, i, name)
		if (!json_is_string(name))
			return zt_registration_fail(r, "ThingGroups wants names", r->thing.name);
	return ZT_OK;
}

static bool names_group(const json_t *names, const char *group)
{
	size_t i;
	json_t *name;
	json_array_foreach(names, i, name)
		if (strcmp(json_string_value(name), group) == 0)
			return true;
	return false;
}

/* Leaves the groups that the template does not name, or fails where there is one. */
static zt_status leave_groups(zt_registration *r, const json_t *names, zt_override how)
{
	zt_view thing = zt_view_of(r->thing_name);
	const zt_thing_group *group;
	for (size_t i = 0; (group = zt_registry_group_of_thing(r->call->registry, thing, i));) {
		if (names_group(names, group->name)) {
			i++;
			continue;
		}
		if (how == ZT_OVERRIDE_FAIL)
			return zt_registration_conflict(r, "A group of the thing");
		TRY(zt_registration_may(r, "iot:RemoveThingFromThingGroup", "thinggroup", group->name));
		TRY(zt_txn_group_remove(r->txn, zt_view_of(group->name), thing, r->error));
	}
	return ZT_OK;
}

static zt_status take_groups(zt_registration *r, bool is_new)
{
	const json_t *names;
	json_t *name;
	size_t i;
	zt_override how;
	TRY(zt_in_json_array(r->thing.properties, "ThingGroups", &names, r->error));
	TRY(zt_registration_override(r, &r->thing, "ThingGroups", ZT_OVERRIDE_DO_NOTHING, &how));
	if (!names || (!is_new && how == ZT_OVERRIDE_DO_NOTHING))
		return ZT_OK;
	TRY(check_groups(r, names));
	if (how == ZT_OVERRIDE_REPLACE || how == ZT_OVERRIDE_FAIL)
		TRY(leave_groups(r, names, how));
	json_array_foreach(names, i, name) {
		TRY(zt_registration_may(r, "iot:AddThingToThingGroup", "thinggroup", json_string_value(name)));
		TRY(zt_txn_group_add(r->txn, zt_view_of(json_string_value(name)), zt_view_of(r->thing_name), r->error));
	}
	return ZT_OK;
}

zt_status zt_registration_attach(zt_registration *r)
{
	static const char *const words[] = { "EXCLUSIVE_THING", "NON_EXCLUSIVE_THING", NULL };
	unsigned kind = 1;
	zt_view word = zt_json_view(r->certificate.properties, "ThingPrincipalType");
	TRY(zt_word_index("ThingPrincipalType", word, words, &kind, r->error));
	TRY(zt_registration_may(r, "iot:AttachThingPrincipal", "thing", r->thing_name));
	return zt_txn_thing_attach(r->txn, zt_view_of(r->thing_name), zt_str_view(&r->certificate_arn), kind == 0,
				   r->error);
}

zt_status zt_registration_take_thing(zt_registration *r)
{
	zt_view name = zt_json_view(r->thing.properties, "ThingName");
	bool is_new = !zt_registry_thing(r->call->registry, name);
	TRY(take_thing(r));
	return take_groups(r, is_new);
}
