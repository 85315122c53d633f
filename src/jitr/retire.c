#include "jitr/retire.h"

#include <inttypes.h>

#include "aws/iot_thing.h"
#include "base/arn.h"
#include "base/json.h"
#include "jitr/observe.h"
#include "sweep/retire.h"

enum { PRINCIPALS_MAX = 32 /* looked at in one event; the next one goes on */ };

typedef struct {
	char arns[PRINCIPALS_MAX][ZT_JITR_ARN_MAX + 1];
	size_t count;
} principal_list;

static zt_status keep_principal(void *context, const json_t *item, zt_error *ret_error)
{
	(void)ret_error;
	principal_list *list = context;
	zt_view arn = zt_view_make(json_string_value(item), json_string_length(item));
	if (list->count < PRINCIPALS_MAX && zt_text_copy(list->arns[list->count], ZT_JITR_ARN_MAX + 1, arn) == ZT_OK)
		list->count++;
	return ZT_OK;
}

/* The certificate's id in its ARN; false for a principal of another kind. */
static bool certificate_id_of(const char *arn_text, char ret_id[ZT_JITR_ID_HEX + 1])
{
	zt_arn arn;
	zt_view id;
	return zt_arn_parse(zt_view_of(arn_text), &arn) == ZT_OK && zt_arn_resource_of(&arn, ZT_LIT("cert"), &id) &&
	       zt_text_copy(ret_id, ZT_JITR_ID_HEX + 1, id) == ZT_OK;
}

static zt_status absent_is_fine(zt_status status)
{
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

static zt_status retire(zt_jitr_act *act, const char *id, const char *arn, zt_error *ret_error)
{
	zt_view thing = zt_view_of(act->thing->name);
	const zt_sweep_retirement it = { zt_view_of(id), zt_view_of(arn), true, &thing, 1 };
	TRY(zt_sweep_retire(act->client, &it, ret_error));
	act->retired++;
	return ZT_OK;
}

static bool is_same_device(const zt_jitr_act *act, const zt_jitr_certificate *other)
{
	const zt_jitr_ca *ours = zt_jitr_config_ca(act->config, zt_view_of(act->certificate->ca_id));
	const zt_jitr_ca *theirs = zt_jitr_config_ca(act->config, zt_view_of(other->ca_id));
	return theirs && strcmp(ours->tenant, theirs->tenant) == 0 &&
	       strcmp(act->certificate->device_id, other->device_id) == 0;
}

/* The Thing's attributes name the newer certificate again, unless they do so already. */
static zt_status give_back(const zt_jitr_act *act, const zt_jitr_certificate *newer, zt_error *ret_error)
{
	zt_jitr_thing thing;
	TRY(zt_jitr_observe_thing(act->client, act->thing->name, &thing, ret_error));
	if (!thing.exists || strcmp(thing.certificate_id, act->certificate->id) != 0)
		return ZT_OK;
	char not_before[24];
	(void)snprintf(not_before, sizeof not_before, "%" PRId64, newer->not_before_s);
	ZT_JSON_CLEANUP json_t *attributes = json_pack("{s:s, s:s, s:s}", "certificateId", newer->id, "notBefore",
						       not_before, "predecessor", act->certificate->id);
	ENSURE(attributes, ZT_E_NOMEM);
	zt_iot_thing_spec spec = { .attributes = attributes };
	zt_status status = zt_iot_thing_update(act->client, zt_view_of(thing.name), &spec, thing.version, ret_error);
	return status == ZT_E_CONFLICT ? ZT_E_AGAIN : status;
}

static zt_status yield_to(zt_jitr_act *act, const zt_jitr_certificate *newer, zt_error *ret_error)
{
	act->overtaken = true;
	TRY(give_back(act, newer, ret_error));
	return retire(act, act->certificate->id, act->certificate->arn, ret_error);
}

static zt_status settle_with(zt_jitr_act *act, const char *id, const char *arn, zt_error *ret_error)
{
	if (strcmp(id, act->thing->certificate_id) == 0)
		return retire(act, id, arn, ret_error);
	zt_jitr_certificate other;
	TRY(zt_jitr_observe_certificate(act->client, zt_view_of(id), &other, ret_error));
	if (other.status == ZT_JITR_ABSENT || !is_same_device(act, &other))
		return ZT_OK;
	if (zt_jitr_compare(&other, act->certificate) < 0)
		return retire(act, id, arn, ret_error);
	return other.status == ZT_JITR_ACTIVE && !act->overtaken ? yield_to(act, &other, ret_error) : ZT_OK;
}

static bool is_among(const principal_list *principals, const char *id)
{
	char other[ZT_JITR_ID_HEX + 1];
	for (size_t i = 0; i < principals->count; i++)
		if (certificate_id_of(principals->arns[i], other) && strcmp(other, id) == 0)
			return true;
	return false;
}

/* The same event again, after a retirement that was cut between detaching and deleting: the Thing's attributes alone
 * lead to that certificate. At the first time it is still among the principals, or is the one that attributes name. */
static zt_status finish_predecessor(zt_jitr_act *act, const principal_list *principals, zt_error *ret_error)
{
	const zt_jitr_thing *thing = act->thing;
	zt_jitr_certificate other;
	if (!thing->predecessor[0] || strcmp(thing->certificate_id, act->certificate->id) != 0 ||
	    is_among(principals, thing->predecessor))
		return ZT_OK;
	TRY(zt_jitr_observe_certificate(act->client, zt_view_of(thing->predecessor), &other, ret_error));
	if (other.status != ZT_JITR_OTHER || !is_same_device(act, &other) ||
	    zt_jitr_compare(&other, act->certificate) >= 0)
		return ZT_OK;
	return retire(act, other.id, other.arn, ret_error);
}

zt_status zt_jitr_retire_others(zt_jitr_act *act, zt_error *ret_error)
{
	principal_list principals = { .count = 0 };
	TRY(absent_is_fine(zt_iot_thing_each_principal(act->client, zt_view_of(act->thing->name), keep_principal,
						       &principals, ret_error)));
	/* Overtaken or not: what is older than this certificate is older than its successor too. */
	for (size_t i = 0; i < principals.count; i++) {
		char id[ZT_JITR_ID_HEX + 1];
		if (certificate_id_of(principals.arns[i], id) && strcmp(id, act->certificate->id) != 0)
			TRY(settle_with(act, id, principals.arns[i], ret_error));
	}
	return finish_predecessor(act, &principals, ret_error);
}
