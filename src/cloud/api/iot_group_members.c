/* Which thing is in which thing group (AWS IoT API reference). */
#include "base/arn.h"
#include "base/json.h"
#include "cloud/api/authorise.h"
#include "cloud/api/input.h"
#include "cloud/api/iot_groups.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"

static const zt_param group_arn = { "thingGroupArn", 1, 2048, NULL };
static const zt_param thing_arn = { "thingArn", 1, 2048, NULL };

/* A name, or an ARN that has one; where both are given they must agree. */
static zt_status read_either(const zt_call *call, const zt_param *name_param, const zt_param *arn_param,
			     const char *type, zt_view *ret, zt_error *ret_error)
{
	zt_view text, name = ZT_VIEW_EMPTY;
	zt_arn arn;
	TRY(zt_in_json(call->body, name_param, ZT_OPTIONAL, ret, ret_error));
	TRY(zt_in_json(call->body, arn_param, ZT_OPTIONAL, &text, ret_error));
	if (!text.n)
		return ret->n ? ZT_OK : zt_in_missing(name_param->name, ret_error);
	if (zt_arn_parse(text, &arn) != ZT_OK || !zt_view_equal(arn.service, ZT_LIT("iot")) ||
	    !zt_arn_resource_of(&arn, zt_view_of(type), &name))
		return zt_error_set(ret_error, ZT_E_INVALID, "Invalid %s: %.*s", arn_param->name, ZT_PRI(text));
	if (ret->n && !zt_view_equal(*ret, name))
		return zt_error_set(ret_error, ZT_E_INVALID, "%s and %s name different resources", name_param->name,
				    arn_param->name);
	*ret = name;
	return ZT_OK;
}

static zt_status read_pair(const zt_call *call, zt_view *ret_group, zt_view *ret_thing, zt_error *ret_error)
{
	TRY(read_either(call, &zt_param_thing_group_name, &group_arn, "thinggroup", ret_group, ret_error));
	return read_either(call, &zt_param_thing_name, &thing_arn, "thing", ret_thing, ret_error);
}

static zt_status add(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view group, thing;
	TRY(read_pair(call, &group, &thing, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_group_add(txn, group, thing, ret_error);
}

static zt_status remove_thing(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view group, thing;
	TRY(read_pair(call, &group, &thing, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_group_remove(txn, group, thing, ret_error);
}

typedef zt_status (*membership_fn)(zt_txn *txn, zt_view group, zt_view thing, zt_error *ret_error);

static zt_status change_each(zt_call *call, zt_txn *txn, const char *member, membership_fn change, zt_view thing,
			     zt_error *ret_error)
{
	const json_t *names, *name;
	size_t i;
	TRY(zt_in_json_array(call->body, member, &names, ret_error));
	json_array_foreach(names, i, name) {
		if (!json_is_string(name))
			return zt_error_set(ret_error, ZT_E_INVALID, "'%s' must be a list of strings", member);
		TRY(zt_param_check(&zt_param_thing_group_name, zt_view_of(json_string_value(name)), ret_error));
		TRY(change(txn, zt_view_of(json_string_value(name)), thing, ret_error));
	}
	return ZT_OK;
}

/* A thing that moves within a hierarchy leaves before it enters. */
static zt_status update_groups(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view thing;
	TRY(zt_in_json(call->body, &zt_param_thing_name, ZT_REQUIRED, &thing, ret_error));
	if (!zt_registry_thing(call->registry, thing))
		return zt_not_found(ret_error, "Thing", thing);
	TRY(zt_call_txn(call, &txn));
	TRY(change_each(call, txn, "thingGroupsToRemove", zt_txn_group_remove, thing, ret_error));
	return change_each(call, txn, "thingGroupsToAdd", zt_txn_group_add, thing, ret_error);
}

typedef struct {
	const zt_registry *registry;
	const zt_thing_group *group;
	bool recursive;
} member_list;

static bool is_in(const member_list *list, const zt_thing *thing)
{
	const zt_thing_group *group;
	zt_view above = zt_view_of(list->group->name);
	for (size_t i = 0; (group = zt_registry_group_of_thing(list->registry, zt_view_of(thing->name), i)); i++)
		if (group == list->group || zt_registry_group_is_below(list->registry, group, above))
			return true;
	return false;
}

static const void *next_member(void *context, zt_view after)
{
	const member_list *list = context;
	const zt_thing *thing;
	if (!list->recursive)
		return zt_registry_next_thing_of_group(list->registry, zt_view_of(list->group->name), after);
	for (thing = zt_registry_next_thing(list->registry, after); thing && !is_in(list, thing);)
		thing = zt_registry_next_thing(list->registry, zt_view_of(thing->name));
	return thing;
}

static zt_view member_key(const void *entry)
{
	return zt_view_of(((const zt_thing *)entry)->name);
}

static json_t *show_member(void *context, const void *entry)
{
	(void)context;
	return json_string(((const zt_thing *)entry)->name);
}

static zt_status list_things(zt_call *call, zt_error *ret_error)
{
	member_list list = { .registry = call->registry };
	const zt_page_source source = { next_member, member_key, NULL, show_member, &list };
	TRY(zt_group_of_label(call, &list.group, ret_error));
	TRY(zt_in_query_bool(call, "recursive", &list.recursive, ret_error));
	return zt_page_reply(call, &zt_page_tokens, false, &source, "things", ret_error);
}

typedef struct {
	const zt_registry *registry;
	zt_view thing;
} group_list;

static const void *next_group(void *context, zt_view after)
{
	const group_list *list = context;
	const zt_thing_group *group;
	for (size_t i = 0; (group = zt_registry_group_of_thing(list->registry, list->thing, i)); i++)
		if (zt_view_compare(zt_view_of(group->name), after) > 0)
			return group;
	return NULL;
}

static zt_view group_key(const void *entry)
{
	return zt_view_of(((const zt_thing_group *)entry)->name);
}

static json_t *show_group(void *context, const void *entry)
{
	return zt_json_group(((group_list *)context)->registry, entry);
}

static zt_status list_groups(zt_call *call, zt_error *ret_error)
{
	group_list list = { .registry = call->registry };
	const zt_page_source source = { next_group, group_key, NULL, show_group, &list };
	TRY(zt_in_label(call, 0, &zt_param_thing_name, &list.thing, ret_error));
	if (!zt_registry_thing(call->registry, list.thing))
		return zt_not_found(ret_error, "Thing", list.thing);
	return zt_page_reply(call, &zt_page_tokens, false, &source, "thingGroups", ret_error);
}

/* Adding and removing need the right on the group (Service Authorization Reference, AWS IoT: on thing and group; the
 * thing's is not asked for). A missing or impossible name is the handler's to refuse. */
static zt_status group_of_body(const zt_call *call, zt_str *out)
{
	zt_view name = ZT_VIEW_EMPTY;
	if (read_either(call, &zt_param_thing_group_name, &group_arn, "thinggroup", &name, NULL) != ZT_OK)
		return ZT_OK;
	return zt_account_iot_arn(zt_registry_account(call->registry), "thinggroup", name, out);
}

static zt_status thing_of_body(const zt_call *call, zt_str *out)
{
	zt_view name;
	if (zt_in_json(call->body, &zt_param_thing_name, ZT_REQUIRED, &name, NULL) != ZT_OK)
		return ZT_OK;
	return zt_account_iot_arn(zt_registry_account(call->registry), "thing", name, out);
}

static const zt_operation rows[] = {
	{ ZT_REST_OF("AddThingToThingGroup", "PUT", "/thing-groups/addThingToThingGroup", group_of_body, add) },
	{ ZT_REST_OF("RemoveThingFromThingGroup", "PUT", "/thing-groups/removeThingFromThingGroup", group_of_body,
		     remove_thing) },
	{ ZT_REST_OF("UpdateThingGroupsForThing", "PUT", "/thing-groups/updateThingGroupsForThing", thing_of_body,
		     update_groups) },
	{ ZT_REST("ListThingsInThingGroup", "GET", "/thing-groups/{}/things", "thinggroup/{}", list_things) },
	{ ZT_REST("ListThingGroupsForThing", "GET", "/things/{}/thing-groups", "thing/{}", list_groups) },
};
const zt_operations zt_iot_group_member_operations = ZT_OPERATIONS(rows);
