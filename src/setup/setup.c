#include "setup/setup.h"

#include <stdlib.h>
#include <string.h>

#include "setup/spec.h"

const zt_resource *zt_resource_of(zt_setup_kind kind)
{
	static const zt_resource *const resources[] = {
		[ZT_SETUP_THING_TYPE] = &zt_resource_thing_type,
		[ZT_SETUP_POLICY] = &zt_resource_policy,
		[ZT_SETUP_LOG_GROUP] = &zt_resource_log_group,
		[ZT_SETUP_ROLE] = &zt_resource_role,
		[ZT_SETUP_ROLE_POLICY] = &zt_resource_role_policy,
		[ZT_SETUP_FUNCTION] = &zt_resource_function,
		[ZT_SETUP_RULE] = &zt_resource_rule,
		[ZT_SETUP_PERMISSION] = &zt_resource_permission,
		[ZT_SETUP_TEMPLATE] = &zt_resource_template,
		[ZT_SETUP_CA] = &zt_resource_ca,
	};
	return resources[kind];
}

static void add_item(zt_setup *setup, zt_setup_kind kind, size_t index, const char *name)
{
	zt_setup_item *item = &setup->items[setup->item_count++];
	*item = (zt_setup_item){ .kind = kind, .index = index, .title = zt_resource_of(kind)->title };
	(void)snprintf(item->name, sizeof item->name, "%s", name);
}

static void forget_items(zt_setup *setup)
{
	for (size_t i = 0; i < setup->item_count; i++) {
		json_decref(setup->items[i].observed);
		json_decref(setup->items[i].desired);
	}
	setup->item_count = 0;
}

/* The handler with all that leads to it. */
static void add_registration(zt_setup *setup)
{
	add_item(setup, ZT_SETUP_LOG_GROUP, ZT_ROLE_HANDLER, setup->function_log);
	add_item(setup, ZT_SETUP_ROLE, ZT_ROLE_HANDLER, setup->role_name);
	add_item(setup, ZT_SETUP_ROLE_POLICY, ZT_ROLE_HANDLER, setup->handler_name);
	add_item(setup, ZT_SETUP_FUNCTION, 0, setup->handler_name);
	add_item(setup, ZT_SETUP_LOG_GROUP, ZT_ROLE_ERRORS, setup->errors_log);
	add_item(setup, ZT_SETUP_ROLE, ZT_ROLE_ERRORS, setup->errors_role_name);
	add_item(setup, ZT_SETUP_ROLE_POLICY, ZT_ROLE_ERRORS, setup->errors_name);
	add_item(setup, ZT_SETUP_RULE, 0, setup->rule_name);
	add_item(setup, ZT_SETUP_PERMISSION, 0, setup->handler_name);
}

static void add_provisioning(zt_setup *setup)
{
	add_item(setup, ZT_SETUP_ROLE, ZT_ROLE_PROVISIONING, setup->jitp_role_name);
	add_item(setup, ZT_SETUP_ROLE_POLICY, ZT_ROLE_PROVISIONING, setup->jitp_name);
	add_item(setup, ZT_SETUP_TEMPLATE, 0, setup->jitp_name);
}

void zt_setup_add_items(zt_setup *setup)
{
	bool jitp = setup->spec.jitp;
	forget_items(setup);
	add_item(setup, ZT_SETUP_THING_TYPE, 0, setup->device_name);
	add_item(setup, ZT_SETUP_POLICY, 0, setup->device_name);
	size_t begin_other = setup->item_count;
	if (setup->spec.whole || setup->spec.prune)
		(jitp ? add_registration : add_provisioning)(setup);
	for (size_t i = begin_other; i < setup->item_count; i++)
		setup->items[i].other_way = true;
	(jitp ? add_provisioning : add_registration)(setup);
	for (size_t i = 0; i < setup->accepted_count; i++)
		add_item(setup, ZT_SETUP_CA, i, setup->accepted[i].id);
}

zt_status zt_setup_new(zt_aws_client *client, const zt_setup_spec *spec, zt_setup **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_setup_freep) zt_setup *setup = calloc(1, sizeof *setup);
	ENSURE(setup, zt_setup_no_memory(ret_error));
	setup->client = client;
	setup->spec = *spec;
	TRY(zt_setup_check(setup, ret_error));
	*ret = ZT_STEAL(setup);
	return ZT_OK;
}

void zt_setup_free(zt_setup *setup)
{
	if (!setup)
		return;
	forget_items(setup);
	json_decref(setup->function);
	free(setup);
}

size_t zt_setup_item_count(const zt_setup *setup)
{
	return setup->item_count;
}

const zt_setup_item *zt_setup_item_at(const zt_setup *setup, size_t index)
{
	return index < setup->item_count ? &setup->items[index] : NULL;
}

size_t zt_setup_changes(const zt_setup *setup, zt_setup_change change)
{
	size_t n = 0;
	for (size_t i = 0; i < setup->item_count; i++)
		n += setup->items[i].change == change;
	return n;
}

const char *zt_setup_account(const zt_setup *setup)
{
	return setup->account;
}

const char *zt_setup_endpoint(const zt_setup *setup)
{
	return setup->endpoint;
}

/* Keeps of both sides the members of `desired` that differ. */
static zt_status keep_difference(zt_setup_item *item, const json_t *observed, const json_t *desired,
				 zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *is = json_object();
	ZT_JSON_CLEANUP json_t *shall = json_object();
	const char *member;
	json_t *value;
	ENSURE(is && shall, zt_setup_no_memory(ret_error));
	json_object_foreach((json_t *)desired, member, value) {
		json_t *now = json_object_get(observed, member);
		if (json_equal(now, value))
			continue;
		if (json_object_set(shall, member, value) != 0 || (now && json_object_set(is, member, now) != 0))
			return zt_setup_no_memory(ret_error);
	}
	if (json_object_size(shall) == 0)
		return ZT_OK;
	/* A log group of ours without a retention is what an interrupted run left: it is finished, not changed. */
	bool half_made = item->kind == ZT_SETUP_LOG_GROUP && item->ours && json_object_size(is) == 0;
	item->change = half_made ? ZT_CHANGE_CREATE : ZT_CHANGE_UPDATE;
	item->observed = ZT_STEAL(is);
	item->desired = ZT_STEAL(shall);
	return ZT_OK;
}

/* What somebody else made stays. */
static zt_status plan_removal(zt_setup *setup, zt_setup_item *item, zt_error *ret_error)
{
	zt_status status = zt_resource_of(item->kind)->observe(setup, item, &item->observed, &item->ours, ret_error);
	item->there = status == ZT_OK;
	if (item->there && item->ours && setup->spec.prune)
		item->change = ZT_CHANGE_REMOVE;
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

static zt_status plan_item(zt_setup *setup, zt_setup_item *item, zt_error *ret_error)
{
	if (setup->spec.whole || item->other_way || (item->kind == ZT_SETUP_CA && setup->accepted[item->index].leaving))
		return plan_removal(setup, item, ret_error);
	const zt_resource *resource = zt_resource_of(item->kind);
	ZT_JSON_CLEANUP json_t *observed = NULL;
	ZT_JSON_CLEANUP json_t *desired = NULL;
	TRY(resource->desired(setup, item, &desired, ret_error));
	zt_status status = resource->observe(setup, item, &observed, &item->ours, ret_error);
	item->there = status != ZT_E_NOT_FOUND;
	if (item->there) {
		TRY(status);
		return keep_difference(item, observed, desired, ret_error);
	}
	if (json_object_size(desired) == 0)
		return ZT_OK;
	item->ours = true;
	item->change = ZT_CHANGE_CREATE;
	item->desired = ZT_STEAL(desired);
	return ZT_OK;
}

/* CAs that only the handler still knows. */
static void drop_absent(zt_setup *setup)
{
	size_t kept = 0;
	for (size_t i = 0; i < setup->item_count; i++)
		if (setup->items[i].there || setup->items[i].change == ZT_CHANGE_CREATE)
			setup->items[kept++] = setup->items[i];
	setup->item_count = kept;
}

zt_status zt_setup_plan(zt_setup *setup, zt_error *ret_error)
{
	setup->planned = false;
	TRY(zt_setup_look(setup, ret_error));
	zt_setup_add_items(setup);
	for (size_t i = 0; i < setup->item_count; i++)
		TRY(plan_item(setup, &setup->items[i], ret_error));
	drop_absent(setup);
	setup->planned = true;
	return ZT_OK;
}

zt_status zt_setup_observe(zt_setup *setup, zt_error *ret_error)
{
	setup->planned = false;
	TRY(zt_setup_look(setup, ret_error));
	TRY(zt_setup_look_at_way(setup, ret_error));
	zt_setup_add_items(setup);
	for (size_t i = 0; i < setup->item_count; i++) {
		zt_setup_item *item = &setup->items[i];
		zt_status status =
		    zt_resource_of(item->kind)->observe(setup, item, &item->observed, &item->ours, ret_error);
		item->there = status == ZT_OK;
		if (status != ZT_E_NOT_FOUND)
			TRY(status);
	}
	return ZT_OK;
}

const char *zt_setup_tenant_of(const zt_setup *setup, const zt_setup_item *item)
{
	return item->kind == ZT_SETUP_CA ? setup->accepted[item->index].tenant : NULL;
}

static void begin(const zt_setup *setup, const zt_setup_item *item)
{
	if (setup->spec.begun)
		setup->spec.begun(setup->spec.context, item);
}

static zt_status end(const zt_setup *setup, const zt_setup_item *item, zt_status status)
{
	if (setup->spec.ended)
		setup->spec.ended(setup->spec.context, item, status);
	return status;
}

/* Asks again what is there under this item's name. */
static bool is_ours_by_now(zt_setup *setup, zt_setup_item *now)
{
	if (now->kind == ZT_SETUP_FUNCTION && zt_setup_look_at_function(setup, NULL) != ZT_OK)
		return false;
	return plan_item(setup, now, NULL) == ZT_OK && now->there && now->ours;
}

/* An answer that got lost: the call is made again and finds what the first one made. */
static zt_status make_item(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	const zt_resource *resource = zt_resource_of(item->kind);
	zt_setup_item now = { .kind = item->kind, .index = item->index, .title = item->title };
	memcpy(now.name, item->name, sizeof now.name);
	zt_status status = resource->create(setup, item, ret_error);
	if ((status == ZT_E_EXISTS || status == ZT_E_CONFLICT) && is_ours_by_now(setup, &now)) {
		if (now.change == ZT_CHANGE_NONE)
			status = ZT_OK;
		else if (now.change == ZT_CHANGE_CREATE)
			status = resource->update(setup, &now, ret_error);
	}
	json_decref(now.observed);
	json_decref(now.desired);
	return status;
}

static zt_status apply_item(zt_setup *setup, zt_setup_item *item, zt_error *ret_error)
{
	const zt_resource *resource = zt_resource_of(item->kind);
	bool create = !item->there;
	begin(setup, item);
	TRY(end(setup, item, create ? make_item(setup, item, ret_error) : resource->update(setup, item, ret_error)));
	item->there = true;
	item->change = ZT_CHANGE_NONE;
	return ZT_OK;
}

/* A CA is the same one whoever registered it, and Lambda itself may have made its log group; every other name without
 * our tag is somebody else's. */
static bool is_foreign(const zt_setup_item *item)
{
	return item->there && !item->ours && item->kind != ZT_SETUP_CA && item->kind != ZT_SETUP_LOG_GROUP;
}

static zt_status check_item(const zt_setup *setup, const zt_setup_item *item, bool consent, zt_error *ret_error)
{
	if (item->change == ZT_CHANGE_UPDATE && is_foreign(item))
		return zt_error_set(ret_error, ZT_E_CONFLICT,
				    "%s %s is somebody else's, it has no tag zerotouch=%s: choose another --name, or "
				    "give it that tag",
				    item->title, item->name, setup->name);
	if (!consent && (item->change == ZT_CHANGE_UPDATE || item->change == ZT_CHANGE_REMOVE))
		return zt_error_set(
		    ret_error, ZT_E_CONFLICT, "%s %s %s; it is %s only with consent", item->title, item->name,
		    item->change == ZT_CHANGE_UPDATE ? "exists with other content" : "is not wanted any more",
		    item->change == ZT_CHANGE_UPDATE ? "changed" : "removed");
	return ZT_OK;
}

/* What is gone already was removed by an earlier run that was interrupted, or by somebody else. */
static zt_status remove_item(zt_setup *setup, zt_setup_item *item, zt_error *ret_error)
{
	begin(setup, item);
	zt_status status = zt_resource_of(item->kind)->remove(setup, item, ret_error);
	if (status == ZT_E_NOT_FOUND)
		status = ZT_OK;
	item->there = item->there && status != ZT_OK;
	return end(setup, item, status);
}

static zt_status remove_unwanted(zt_setup *setup, zt_error *ret_error)
{
	for (size_t i = setup->item_count; i-- > 0;) {
		if (setup->items[i].change != ZT_CHANGE_REMOVE)
			continue;
		TRY(remove_item(setup, &setup->items[i], ret_error));
		setup->items[i].change = ZT_CHANGE_NONE;
	}
	return ZT_OK;
}

zt_status zt_setup_apply(zt_setup *setup, bool consent, zt_error *ret_error)
{
	ENSURE(setup->planned, zt_error_set(ret_error, ZT_E_STATE, "nothing is planned"));
	for (size_t i = 0; i < setup->item_count; i++)
		TRY(check_item(setup, &setup->items[i], consent, ret_error));
	for (size_t i = 0; i < setup->item_count; i++)
		if (setup->items[i].change == ZT_CHANGE_CREATE || setup->items[i].change == ZT_CHANGE_UPDATE)
			TRY(apply_item(setup, &setup->items[i], ret_error));
	return remove_unwanted(setup, ret_error);
}

zt_status zt_setup_teardown(zt_setup *setup, zt_error *ret_error)
{
	zt_status result = ZT_OK;
	ENSURE(setup->planned, zt_error_set(ret_error, ZT_E_STATE, "nothing is planned"));
	for (size_t i = setup->item_count; i-- > 0;) {
		zt_setup_item *item = &setup->items[i];
		if (!item->there || !item->ours)
			continue;
		zt_status status = remove_item(setup, item, ret_error);
		if (status != ZT_OK && status != ZT_E_PARTIAL)
			return status;
		result = status == ZT_E_PARTIAL ? status : result;
	}
	return result;
}
