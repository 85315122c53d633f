/* Which principals are attached to which things; V1 and V2 lists, exclusive attachment (AWS IoT, "Thing policy
 * variables"; AWS IoT API reference). */
#include "cloud/api/input.h"
#include "cloud/api/iot_words.h"
#include "cloud/api/page.h"
#include "cloud/api/tables.h"
#include "cloud/registry/things.h"

static const char *const kinds[] = { "EXCLUSIVE_THING", "NON_EXCLUSIVE_THING", NULL };
static const zt_param kind_param = { "thingPrincipalType", 1, 32, NULL };
enum { EXCLUSIVE, NON_EXCLUSIVE, ANY };

static const char *kind_name(bool exclusive)
{
	return kinds[exclusive ? EXCLUSIVE : NON_EXCLUSIVE];
}

static zt_status read_kind(const zt_call *call, unsigned *ret, zt_error *ret_error)
{
	zt_view word;
	TRY(zt_in_query(call, &kind_param, ZT_OPTIONAL, &word, ret_error));
	return zt_word_index(kind_param.name, word, kinds, ret, ret_error);
}

static zt_status read_pair(const zt_call *call, zt_view *ret_name, zt_view *ret_principal, zt_error *ret_error)
{
	TRY(zt_in_label(call, 0, &zt_param_thing_name, ret_name, ret_error));
	return zt_in_header(call, "x-amzn-principal", &zt_param_principal, ret_principal, ret_error);
}

static zt_status attach(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name, principal;
	unsigned kind = NON_EXCLUSIVE;
	TRY(read_pair(call, &name, &principal, ret_error));
	TRY(read_kind(call, &kind, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_thing_attach(txn, name, principal, kind == EXCLUSIVE, ret_error);
}

static zt_status detach(zt_call *call, zt_error *ret_error)
{
	zt_txn *txn;
	zt_view name, principal;
	TRY(read_pair(call, &name, &principal, ret_error));
	TRY(zt_call_txn(call, &txn));
	return zt_txn_thing_detach(txn, name, principal, ret_error);
}

typedef struct {
	const zt_thing *thing;
	unsigned kind;
} principal_list;

static const void *next_principal(void *context, zt_view after)
{
	const zt_thing *thing = ((principal_list *)context)->thing;
	size_t i = 0;
	while (after.n && i < thing->principal_count &&
	       !zt_view_equal(zt_view_of(thing->principals[i].principal), after))
		i++;
	i += after.n > 0;
	return i < thing->principal_count ? &thing->principals[i] : NULL;
}

static zt_view principal_key(const void *entry)
{
	return zt_view_of(((const zt_thing_principal *)entry)->principal);
}

static bool wants_principal(void *context, const void *entry)
{
	const principal_list *list = context;
	return list->kind == ANY || (list->kind == EXCLUSIVE) == ((const zt_thing_principal *)entry)->exclusive;
}

static json_t *show_principal(void *context, const void *entry)
{
	(void)context;
	return json_string(((const zt_thing_principal *)entry)->principal);
}

static json_t *show_principal_v2(void *context, const void *entry)
{
	const zt_thing_principal *principal = entry;
	(void)context;
	return json_pack("{s:s, s:s}", "principal", principal->principal, "thingPrincipalType",
			 kind_name(principal->exclusive));
}

static zt_status list_thing_principals(zt_call *call, bool v2, zt_error *ret_error)
{
	zt_view name;
	principal_list list = { .kind = ANY };
	const zt_page_source source = { next_principal, principal_key, wants_principal,
					v2 ? show_principal_v2 : show_principal, &list };
	TRY(zt_in_label(call, 0, &zt_param_thing_name, &name, ret_error));
	if (v2)
		TRY(read_kind(call, &list.kind, ret_error));
	list.thing = zt_registry_thing(call->registry, name);
	if (!list.thing)
		return zt_not_found(ret_error, "Thing", name);
	return zt_page_reply(call, &zt_page_tokens, false, &source, v2 ? "thingPrincipalObjects" : "principals",
			     ret_error);
}

static zt_status list_thing_principals_v1(zt_call *call, zt_error *ret_error)
{
	return list_thing_principals(call, false, ret_error);
}

static zt_status list_thing_principals_v2(zt_call *call, zt_error *ret_error)
{
	return list_thing_principals(call, true, ret_error);
}

typedef struct {
	const zt_registry *registry;
	zt_view principal;
	unsigned kind;
} thing_list;

/* The registry counts; a page begins behind a name. */
static const void *next_thing(void *context, zt_view after)
{
	thing_list *list = context;
	const zt_thing *thing;
	for (size_t i = 0; (thing = zt_registry_thing_of_principal(list->registry, list->principal, i, NULL)); i++)
		if (zt_view_compare(zt_view_of(thing->name), after) > 0)
			return thing;
	return NULL;
}

static zt_view thing_key(const void *entry)
{
	return zt_view_of(((const zt_thing *)entry)->name);
}

static bool is_exclusive(const thing_list *list, const zt_thing *thing)
{
	for (size_t i = 0; i < thing->principal_count; i++)
		if (zt_view_equal(zt_view_of(thing->principals[i].principal), list->principal))
			return thing->principals[i].exclusive;
	return false;
}

static bool wants_thing(void *context, const void *entry)
{
	const thing_list *list = context;
	return list->kind == ANY || (list->kind == EXCLUSIVE) == is_exclusive(list, entry);
}

static json_t *show_thing(void *context, const void *entry)
{
	(void)context;
	return json_string(((const zt_thing *)entry)->name);
}

static json_t *show_thing_v2(void *context, const void *entry)
{
	const zt_thing *thing = entry;
	return json_pack("{s:s, s:s}", "thingName", thing->name, "thingPrincipalType",
			 kind_name(is_exclusive(context, thing)));
}

static zt_status list_principal_things(zt_call *call, bool v2, zt_error *ret_error)
{
	thing_list list = { .registry = call->registry, .kind = ANY };
	const zt_page_source source = { next_thing, thing_key, wants_thing, v2 ? show_thing_v2 : show_thing, &list };
	TRY(zt_in_header(call, "x-amzn-principal", &zt_param_principal, &list.principal, ret_error));
	if (v2)
		TRY(read_kind(call, &list.kind, ret_error));
	return zt_page_reply(call, &zt_page_tokens, false, &source, v2 ? "principalThingObjects" : "things", ret_error);
}

static zt_status list_principal_things_v1(zt_call *call, zt_error *ret_error)
{
	return list_principal_things(call, false, ret_error);
}

static zt_status list_principal_things_v2(zt_call *call, zt_error *ret_error)
{
	return list_principal_things(call, true, ret_error);
}

/* The Service Authorization Reference gives attaching no resource; policies of AWS's own name things. */
static const zt_operation rows[] = {
	{ ZT_REST("AttachThingPrincipal", "PUT", "/things/{}/principals", "thing/{}", attach) },
	{ ZT_REST("DetachThingPrincipal", "DELETE", "/things/{}/principals", "thing/{}", detach) },
	{ ZT_REST("ListThingPrincipals", "GET", "/things/{}/principals", "thing/{}", list_thing_principals_v1) },
	{ ZT_REST("ListThingPrincipalsV2", "GET", "/things/{}/principals-v2", "thing/{}", list_thing_principals_v2) },
	{ ZT_REST("ListPrincipalThings", "GET", "/principals/things", NULL, list_principal_things_v1) },
	{ ZT_REST("ListPrincipalThingsV2", "GET", "/principals/things-v2", NULL, list_principal_things_v2) },
};
const zt_operations zt_iot_principal_operations = ZT_OPERATIONS(rows);
