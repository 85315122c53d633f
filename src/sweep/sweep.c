#include "sweep/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "aws/iot_certificate.h"
#include "aws/iot_thing.h"
#include "base/json.h"
#include "sweep/retire.h"

enum { THINGS_MAX = 16 /* of one certificate, detached in one walk */ };

/* ---- the list ---- */

typedef struct {
	char id[ZT_SWEEP_ID_HEX + 1];
} listed;

typedef struct {
	listed *items;
	size_t count, room, most;
	double before_s; /* registered not later than that */
	bool full;
} list;

static zt_status grow(list *all)
{
	size_t room = all->room ? 2 * all->room : 256;
	listed *items = realloc(all->items, room * sizeof *items);
	ENSURE(items, ZT_E_NOMEM);
	all->items = items;
	all->room = room;
	return ZT_OK;
}

/* Oldest first: one that is too young ends the list of its CA too, and so does a full list. */
static zt_status keep_listed(void *context, const json_t *item, zt_error *ret_error)
{
	(void)ret_error;
	list *all = context;
	if (json_number_value(json_object_get(item, "creationDate")) > all->before_s)
		return ZT_E_LIMIT;
	all->full = all->count == all->most;
	if (all->full)
		return ZT_E_LIMIT;
	if (all->count == all->room)
		TRY(grow(all));
	return zt_text_copy(all->items[all->count++].id, sizeof all->items->id, zt_json_view(item, "certificateId"));
}

static zt_status list_all(const zt_sweep_spec *spec, list *all, zt_error *ret_error)
{
	for (size_t i = 0; i < spec->ca_count && !all->full; i++) {
		zt_status status =
		    zt_iot_certificate_each_oldest(spec->client, spec->ca_ids[i], keep_listed, all, ret_error);
		/* A CA that is gone has no certificates. */
		if (status != ZT_E_LIMIT && status != ZT_E_NOT_FOUND)
			TRY(status);
	}
	return ZT_OK;
}

/* ---- one certificate ---- */

typedef struct {
	zt_view names[THINGS_MAX];
	json_t *texts; /* behind the names */
	size_t count;
} thing_list;

static zt_sweep_status status_of(zt_view text)
{
	static const struct {
		zt_view text;
		zt_sweep_status status;
	} rows[] = { { ZT_LIT("PENDING_ACTIVATION"), ZT_SWEEP_PENDING },
		     { ZT_LIT("ACTIVE"), ZT_SWEEP_ACTIVE },
		     { ZT_LIT("INACTIVE"), ZT_SWEEP_INACTIVE } };
	for (size_t i = 0; i < ZT_COUNT(rows); i++)
		if (zt_view_equal(rows[i].text, text))
			return rows[i].status;
	return ZT_SWEEP_OTHER;
}

static int64_t seconds_of(const json_t *number)
{
	double seconds = json_number_value(number);
	return seconds > 0 && seconds < 1e12 ? (int64_t)seconds : 0;
}

static zt_status look_at_certificate(const zt_sweep_spec *spec, const char *id, zt_sweep_certificate *ret,
				     zt_error *ret_error)
{
	zt_sweep_certificate it = { .status = ZT_SWEEP_ABSENT };
	ZT_JSON_CLEANUP json_t *description = NULL;
	zt_status status = zt_iot_certificate_describe(spec->client, zt_view_of(id), &description, ret_error);
	zt_text_cut(it.id, sizeof it.id, zt_view_of(id));
	if (status != ZT_E_NOT_FOUND) {
		TRY(status);
		const json_t *validity = json_object_get(description, "validity");
		zt_view arn = zt_json_view(description, "certificateArn");
		if (!arn.n || zt_text_copy(it.arn, sizeof it.arn, arn) != ZT_OK)
			return zt_error_set(ret_error, ZT_E_PROTOCOL, "DescribeCertificate: no usable certificateArn");
		it.status = status_of(zt_json_view(description, "status"));
		it.not_before_s = seconds_of(json_object_get(validity, "notBefore"));
		it.not_after_s = seconds_of(json_object_get(validity, "notAfter"));
	}
	*ret = it;
	return ZT_OK;
}

static zt_status keep_thing(void *context, const json_t *item, zt_error *ret_error)
{
	(void)ret_error;
	thing_list *things = context;
	if (things->count == THINGS_MAX || !json_is_string(item))
		return ZT_OK;
	ENSURE(json_array_append(things->texts, (json_t *)item) == 0, ZT_E_NOMEM);
	things->names[things->count++] = zt_view_make(json_string_value(item), json_string_length(item));
	return ZT_OK;
}

static zt_status look_at_things(const zt_sweep_spec *spec, const zt_sweep_certificate *certificate, thing_list *things,
				zt_error *ret_error)
{
	zt_status status =
	    zt_iot_thing_each_of(spec->client, zt_view_of(certificate->arn), keep_thing, things, ret_error);
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

static zt_status look_at_thing(const zt_sweep_spec *spec, const thing_list *things, zt_sweep_thing *ret,
			       zt_error *ret_error)
{
	zt_sweep_thing thing = { .count = things->count };
	ZT_JSON_CLEANUP json_t *answer = NULL;
	uint64_t not_before_s;
	if (things->count == 1) {
		zt_text_cut(thing.name, sizeof thing.name, things->names[0]);
		zt_status status = zt_iot_thing_describe(spec->client, things->names[0], &answer, ret_error);
		if (status != ZT_E_NOT_FOUND)
			TRY(status);
		const json_t *attributes = json_object_get(answer, "attributes");
		zt_text_cut(thing.certificate_id, sizeof thing.certificate_id,
			    zt_json_view(attributes, "certificateId"));
		if (zt_view_to_u64(zt_json_view(attributes, "notBefore"), &not_before_s) && not_before_s <= INT64_MAX)
			thing.not_before_s = (int64_t)not_before_s;
	}
	*ret = thing;
	return ZT_OK;
}

typedef struct {
	zt_sweep_certificate certificate, current;
	zt_sweep_thing thing;
	thing_list things;
	bool know_thing, know_current;
	zt_sweep_decision decision;
} sweep_case;

/* Learns what the decision asks for, and decides. */
static zt_status decide(const zt_sweep_spec *spec, sweep_case *it, zt_error *ret_error)
{
	int64_t now_s = zt_clock_wall_ms(zt_aws_client_clock(spec->client)) / 1000;
	for (;;) {
		it->decision = zt_sweep_decide(&it->certificate, it->know_thing ? &it->thing : NULL,
					       it->know_current ? &it->current : NULL, now_s);
		if (it->decision.verdict == ZT_SWEEP_LOOK_AT_THING) {
			TRY(look_at_things(spec, &it->certificate, &it->things, ret_error));
			TRY(look_at_thing(spec, &it->things, &it->thing, ret_error));
			it->know_thing = true;
		} else if (it->decision.verdict == ZT_SWEEP_LOOK_AT_CURRENT) {
			TRY(look_at_certificate(spec, it->thing.certificate_id, &it->current, ret_error));
			it->know_current = true;
		} else {
			return ZT_OK;
		}
	}
}

static zt_status retire(const zt_sweep_spec *spec, sweep_case *it, zt_error *ret_error)
{
	if (!it->know_thing)
		TRY(look_at_things(spec, &it->certificate, &it->things, ret_error));
	const zt_sweep_retirement end = { zt_view_of(it->certificate.id), zt_view_of(it->certificate.arn),
					  it->certificate.status == ZT_SWEEP_ACTIVE, it->things.names,
					  it->things.count };
	return zt_sweep_retire(spec->client, &end, ret_error);
}

static zt_status settle(const zt_sweep_spec *spec, sweep_case *it, zt_sweep_result *result, zt_error *ret_error)
{
	TRY(decide(spec, it, ret_error));
	bool goes = it->decision.verdict == ZT_SWEEP_RETIRE;
	if (goes && !spec->dry_run)
		TRY(retire(spec, it, ret_error));
	result->looked++;
	result->retired += goes;
	return spec->decided ? spec->decided(spec->context, &it->certificate, &it->thing, &it->decision) : ZT_OK;
}

static zt_status look_at(const zt_sweep_spec *spec, const char *id, zt_sweep_result *result, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *texts = json_array();
	sweep_case it = { .things.texts = texts };
	ENSURE(texts, ZT_E_NOMEM);
	TRY(look_at_certificate(spec, id, &it.certificate, ret_error));
	return settle(spec, &it, result, ret_error);
}

/* ---- the walk ---- */

static size_t index_behind(const list *all, const zt_sweep_position *position)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->items[i].id, position->after) == 0)
			return i + 1;
	return 0;
}

static zt_status walk(const zt_sweep_spec *spec, const list *all, zt_sweep_position *position, zt_sweep_result *result,
		      zt_error *ret_error)
{
	for (size_t i = index_behind(all, position); i < all->count; i++) {
		if (spec->more && !spec->more(spec->context))
			return ZT_OK;
		/* Told before: a certificate that always fails does not hold up those behind it. */
		*position = (zt_sweep_position){ 0 };
		zt_text_cut(position->after, sizeof position->after, zt_view_of(all->items[i].id));
		TRY(look_at(spec, all->items[i].id, result, ret_error));
	}
	*position = (zt_sweep_position){ 0 };
	result->complete = !all->full;
	return ZT_OK;
}

zt_status zt_sweep(const zt_sweep_spec *spec, zt_sweep_position *position, zt_sweep_result *ret_result,
		   zt_error *ret_error)
{
	zt_sweep_position beginning = { 0 };
	list all = { .most = spec->most,
		     .before_s =
			 (double)zt_clock_wall_ms(zt_aws_client_clock(spec->client)) / 1000 - (double)spec->age_s };
	*ret_result = (zt_sweep_result){ 0 };
	zt_status status = list_all(spec, &all, ret_error);
	if (status == ZT_OK)
		status = walk(spec, &all, position ? position : &beginning, ret_result, ret_error);
	free(all.items);
	return status;
}
