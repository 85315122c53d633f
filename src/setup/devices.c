/* What devices caused: certificates that a CA registered, their things, their identity messages. */
#include "aws/iot_certificate.h"
#include "aws/iot_data.h"
#include "aws/iot_thing.h"
#include "setup/state.h"

/* Of pruning too. Listing has no resource type. */
static const zt_operator_action rows[] = {
	{ "iot:ListCertificatesByCA", { "*" } },
	{ "iot:ListPrincipalThings", { "*" } },
	{ "iot:ListThings", { "*" } },
	{ "iot:DescribeCertificate", { "cert/*" } },
	{ "iot:UpdateCertificate", { "cert/*" } },
	{ "iot:DeleteCertificate", { "cert/*" } },
	{ "iot:DetachThingPrincipal", { "thing/*", "cert/*" } },
	{ "iot:DescribeThing", { "thing/*" } },
	{ "iot:ListThingPrincipals", { "thing/*" } },
	{ "iot:DeleteThing", { "thing/*" } },
	{ "iot:Publish", { "topic/zerotouch/*/identity" } },
	{ "iot:RetainPublish", { "topic/zerotouch/*/identity" } },
};
const zt_operator_actions zt_devices_actions = ZT_OPERATOR_ACTIONS(rows);

/* What is removed is listed again from the front, a page's worth at a time: memory stays bounded, and no page's marker
 * hangs on what is gone. */
enum { BATCH = 250, STALLS_MAX = 20, STALL_MS = 500 };

/* ZT_E_AGAIN ends the list when the batch is full. */
static zt_status collect_batch(void *context, const json_t *item, zt_error *ret_error)
{
	TRY(zt_aws_collect(context, item, ret_error));
	return json_array_size(context) < BATCH ? ZT_OK : ZT_E_AGAIN;
}

static void told(const zt_setup *setup, const char *what, size_t count)
{
	if (setup->spec.counted && count)
		setup->spec.counted(setup->spec.context, what, count);
}

static zt_status clear_identity(zt_setup *setup, zt_view device_id, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str topic = ZT_STR(256);
	ENSURE(device_id.n, ZT_OK);
	TRY(zt_str_printf(&topic, "zerotouch/%.*s/identity", ZT_PRI(device_id)));
	zt_status status = zt_iot_publish(setup->client, zt_str_view(&topic), ZT_VIEW_EMPTY, 1, true, ret_error);
	/* The data endpoint refuses without saying what was lacking. */
	if (status == ZT_E_DENIED)
		return zt_error_coded(ret_error, status, "ForbiddenException",
				      "clearing %s needs iot:Publish and iot:RetainPublish", zt_str_text(&topic));
	return status;
}

/* Only a thing of our type is removed, and only once no certificate is left on it. */
static zt_status remove_thing(zt_setup *setup, zt_view name, bool *ret_gone, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *thing = NULL;
	ZT_JSON_CLEANUP json_t *principals = json_array();
	zt_status status = zt_iot_thing_describe(setup->client, name, &thing, ret_error);
	*ret_gone = status == ZT_E_NOT_FOUND;
	ENSURE(!*ret_gone, ZT_OK);
	TRY(status);
	if (!zt_view_equal(zt_json_view(thing, "thingTypeName"), zt_view_of(setup->device_name)))
		return ZT_OK;
	TRY(zt_iot_thing_each_principal(setup->client, name, zt_aws_collect, principals, ret_error));
	if (json_array_size(principals) > 0)
		return ZT_OK;
	TRY(clear_identity(setup, zt_json_view(json_object_get(thing, "attributes"), "deviceId"), ret_error));
	TRY(zt_iot_thing_delete(setup->client, name, ret_error));
	*ret_gone = true;
	return ZT_OK;
}

static zt_status remove_certificate(zt_setup *setup, const json_t *certificate, bool with_things, zt_error *ret_error)
{
	zt_view id = zt_json_view(certificate, "certificateId"), arn = zt_json_view(certificate, "certificateArn");
	ZT_JSON_CLEANUP json_t *things = json_array();
	bool gone;
	TRY(zt_iot_thing_each_of(setup->client, arn, zt_aws_collect, things, ret_error));
	zt_view status = zt_json_view(certificate, "status");
	/* Any other can be deleted as it is, and one that was revoked changes no more. */
	if (zt_view_equal(status, ZT_LIT("ACTIVE")) || zt_view_equal(status, ZT_LIT("PENDING_ACTIVATION")))
		TRY(zt_iot_certificate_update(setup->client, id, ZT_LIT("INACTIVE"), ret_error));
	for (size_t i = 0; i < json_array_size(things); i++) {
		zt_view name = zt_view_of(json_string_value(json_array_get(things, i)));
		TRY(zt_iot_thing_detach(setup->client, name, arn, ret_error));
		if (with_things)
			TRY(remove_thing(setup, name, &gone, ret_error));
	}
	return zt_iot_certificate_delete(setup->client, id, true, ret_error);
}

/* Each by itself, so that what an earlier, interrupted run has begun is finished. *ret_removed counts those that were
 * there. */
static zt_status remove_certificates(zt_setup *setup, const json_t *batch, bool with_things, size_t *ret_removed,
				     zt_error *ret_error)
{
	size_t removed = 0;
	for (size_t i = 0; i < json_array_size(batch); i++) {
		zt_status status = remove_certificate(setup, json_array_get(batch, i), with_things, ret_error);
		if (status != ZT_E_NOT_FOUND)
			TRY(status);
		removed += status == ZT_OK;
	}
	*ret_removed = removed;
	return ZT_OK;
}

zt_status zt_setup_remove_devices(zt_setup *setup, zt_view ca_id, bool things, zt_error *ret_error)
{
	size_t total = 0, stalls = 0;
	for (;;) {
		ZT_JSON_CLEANUP json_t *batch = json_array();
		size_t removed;
		ENSURE(batch, zt_setup_no_memory(ret_error));
		zt_status status = zt_iot_certificate_each(setup->client, ca_id, collect_batch, batch, ret_error);
		if (status != ZT_E_AGAIN)
			TRY(status);
		TRY(remove_certificates(setup, batch, things, &removed, ret_error));
		total += removed;
		told(setup, "certificates removed", total);
		if (status == ZT_OK) /* the list's end is in the batch */
			return ZT_OK;
		/* Lists lag behind: they may still name what is gone. */
		stalls = removed ? 0 : stalls + 1;
		if (stalls > STALLS_MAX)
			return zt_error_set(ret_error, ZT_E_TIMEOUT,
					    "AWS goes on listing certificates that are gone: run teardown again later");
		if (stalls)
			zt_setup_sleep(setup, STALL_MS);
	}
}

/* The names of a batch of Things, behind those that stay. */
typedef struct {
	json_t *names;
	size_t skipped, to_skip;
} thing_batch;

static zt_status collect_name(void *context, const json_t *item, zt_error *ret_error)
{
	(void)ret_error;
	thing_batch *batch = context;
	if (batch->skipped < batch->to_skip) {
		batch->skipped++;
		return ZT_OK;
	}
	ENSURE(json_array_append(batch->names, json_object_get(item, "thingName")) == 0, ZT_E_NOMEM);
	return json_array_size(batch->names) < BATCH ? ZT_OK : ZT_E_AGAIN;
}

static zt_status remove_things(zt_setup *setup, const json_t *names, size_t *ret_removed, zt_error *ret_error)
{
	size_t removed = 0;
	for (size_t i = 0; i < json_array_size(names); i++) {
		bool gone = false;
		TRY(remove_thing(setup, zt_view_of(json_string_value(json_array_get(names, i))), &gone, ret_error));
		removed += gone;
	}
	*ret_removed = removed;
	return ZT_OK;
}

zt_status zt_setup_remove_loose_things(zt_setup *setup, zt_error *ret_error)
{
	const zt_iot_thing_filter filter = { .type = zt_view_of(setup->device_name) };
	size_t kept = 0, total = 0;
	for (;;) {
		ZT_JSON_CLEANUP json_t *names = json_array();
		thing_batch batch = { names, 0, kept };
		size_t removed;
		ENSURE(names, zt_setup_no_memory(ret_error));
		zt_status status = zt_iot_thing_each(setup->client, &filter, collect_name, &batch, ret_error);
		if (status != ZT_E_AGAIN)
			TRY(status);
		TRY(remove_things(setup, names, &removed, ret_error));
		kept += json_array_size(names) - removed;
		total += removed;
		told(setup, "Things without a certificate removed", total);
		if (status == ZT_OK)
			return ZT_OK;
	}
}

/* ---- counting ---- */

typedef struct {
	const zt_setup *setup;
	const char *what;
	size_t count;
} counting;

static zt_status count_one(void *context, const json_t *item, zt_error *ret_error)
{
	(void)item, (void)ret_error;
	counting *c = context;
	if (++c->count % BATCH == 0)
		told(c->setup, c->what, c->count);
	return ZT_OK;
}

zt_status zt_setup_count_devices(zt_setup *setup, size_t *ret_certificates, size_t *ret_things, zt_error *ret_error)
{
	const zt_iot_thing_filter filter = { .type = zt_view_of(setup->device_name) };
	counting certificates = { setup, "certificates", 0 }, things = { setup, "Things", 0 };
	for (size_t i = 0; i < setup->item_count; i++) {
		const zt_setup_item *item = &setup->items[i];
		if (item->kind != ZT_SETUP_CA || !item->there || !item->ours)
			continue;
		TRY(zt_iot_certificate_each(setup->client, zt_view_of(item->name), count_one, &certificates,
					    ret_error));
	}
	TRY(zt_iot_thing_each(setup->client, &filter, count_one, &things, ret_error));
	*ret_certificates = certificates.count;
	*ret_things = things.count;
	return ZT_OK;
}
