/* Attaching certificates to things (AWS IoT API, AttachThingPrincipal; AWS IoT, "Thing policy variables"; AWS IoT API
 * reference). */
#include "cloud/registry/principal.h"
#include "cloud/registry/thing_row.h"

static zt_status find_thing(const zt_registry *registry, zt_view name, const zt_thing **ret, zt_error *ret_error)
{
	const zt_thing *thing = zt_registry_thing(registry, name);
	if (!thing)
		return zt_refuse(ret_error, ZT_REFUSE_NOT_FOUND, "Thing %.*s cannot be found", ZT_PRI(name));
	*ret = thing;
	return ZT_OK;
}

/* An exclusive principal has one thing. AWS documents the rule but not its error (AWS IoT API reference): we take
 * InvalidRequestException, the operation's only modelled one that fits. */
static zt_status check_exclusive(const zt_registry *registry, const zt_thing *thing, zt_view principal, bool exclusive,
				 zt_error *ret_error)
{
	bool other_exclusive = false;
	const zt_thing *other;
	for (size_t i = 0; (other = zt_registry_thing_of_principal(registry, principal, i, &other_exclusive)); i++) {
		if (other == thing)
			continue;
		if (exclusive || other_exclusive)
			return zt_refuse(ret_error, ZT_REFUSE_INVALID, "The principal is attached to thing %s%s",
					 other->name,
					 other_exclusive ? " exclusively" : " and cannot be attached exclusively");
		/* One that is not exclusive tells that none of them is. */
		break;
	}
	return ZT_OK;
}

/* Where it stands in the order of ARNs, or would stand. */
static size_t place_of(const zt_thing *thing, zt_view principal)
{
	size_t at = 0;
	while (at < thing->principal_count &&
	       zt_view_compare(zt_view_of(thing->principals[at].principal), principal) < 0)
		at++;
	return at;
}

static bool has_at(const zt_thing *thing, size_t at, zt_view principal)
{
	return at < thing->principal_count && zt_view_equal(zt_view_of(thing->principals[at].principal), principal);
}

zt_status zt_txn_thing_attach(zt_txn *txn, zt_view name, zt_view principal, bool exclusive, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	const zt_thing *thing = NULL;
	TRY(find_thing(registry, name, &thing, ret_error));
	TRY(zt_principal_check(registry, principal, ret_error));
	TRY(check_exclusive(registry, thing, principal, exclusive, ret_error));
	size_t at = place_of(thing, principal);
	bool attached = has_at(thing, at, principal);
	if (attached && thing->principals[at].exclusive == exclusive)
		return ZT_OK;
	ZT_CLEANUP(zt_thing_row_freep) zt_thing_row *row = NULL;
	TRY(zt_thing_row_copy(thing, 1, &row));
	if (!attached) {
		memmove(&row->principals[at + 1], &row->principals[at],
			(thing->principal_count - at) * sizeof *row->principals);
		TRY(zt_text_copy(row->principals[at].principal, sizeof row->principals[at].principal, principal));
		row->thing.principal_count++;
	}
	row->principals[at].exclusive = exclusive;
	TRY(zt_thing_row_seal(row));
	return zt_txn_put(txn, &zt_noun_thing, &ZT_STEAL(row)->row);
}

zt_status zt_txn_thing_detach(zt_txn *txn, zt_view name, zt_view principal, zt_error *ret_error)
{
	const zt_thing *thing = NULL;
	TRY(find_thing(zt_txn_registry(txn), name, &thing, ret_error));
	size_t at = place_of(thing, principal);
	if (!has_at(thing, at, principal))
		return ZT_OK;
	ZT_CLEANUP(zt_thing_row_freep) zt_thing_row *row = NULL;
	TRY(zt_thing_row_copy(thing, 0, &row));
	row->thing.principal_count--;
	memmove(&row->principals[at], &row->principals[at + 1],
		(row->thing.principal_count - at) * sizeof *row->principals);
	TRY(zt_thing_row_seal(row));
	return zt_txn_put(txn, &zt_noun_thing, &ZT_STEAL(row)->row);
}
