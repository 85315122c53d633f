/* What devices caused: certificates that a CA registered, their things, their identity messages. */
#include "aws/iot_certificate.h"
#include "aws/iot_data.h"
#include "aws/iot_thing.h"
#include "setup/state.h"

/* Listing has no resource type. */
static const zt_operator_action rows[] = {
	{ "iot:ListCertificatesByCA", { "*" } },
	{ "iot:ListPrincipalThings", { "*" } },
	{ "iot:ListThings", { "*" } },
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

static zt_status collect(void *context, const json_t *item, zt_error *ret_error)
{
	(void)ret_error;
	return json_array_append(context, (json_t *)item) == 0 ? ZT_OK : ZT_E_NOMEM;
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
static zt_status remove_thing(zt_setup *setup, zt_view name, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *thing = NULL;
	ZT_JSON_CLEANUP json_t *principals = json_array();
	zt_status status = zt_iot_thing_describe(setup->client, name, &thing, ret_error);
	ENSURE(status != ZT_E_NOT_FOUND, ZT_OK);
	TRY(status);
	if (!zt_view_equal(zt_json_view(thing, "thingTypeName"), zt_view_of(setup->device_name)))
		return ZT_OK;
	TRY(zt_iot_thing_each_principal(setup->client, name, collect, principals, ret_error));
	if (json_array_size(principals) > 0)
		return ZT_OK;
	TRY(clear_identity(setup, zt_json_view(json_object_get(thing, "attributes"), "deviceId"), ret_error));
	return zt_iot_thing_delete(setup->client, name, ret_error);
}

static zt_status remove_certificate(zt_setup *setup, const json_t *certificate, zt_error *ret_error)
{
	zt_view id = zt_json_view(certificate, "certificateId"), arn = zt_json_view(certificate, "certificateArn");
	ZT_JSON_CLEANUP json_t *things = json_array();
	TRY(zt_iot_thing_each_of(setup->client, arn, collect, things, ret_error));
	if (!zt_view_equal(zt_json_view(certificate, "status"), ZT_LIT("INACTIVE")))
		TRY(zt_iot_certificate_update(setup->client, id, ZT_LIT("INACTIVE"), ret_error));
	for (size_t i = 0; i < json_array_size(things); i++) {
		zt_view name = zt_view_of(json_string_value(json_array_get(things, i)));
		TRY(zt_iot_thing_detach(setup->client, name, arn, ret_error));
		TRY(remove_thing(setup, name, ret_error));
	}
	return zt_iot_certificate_delete(setup->client, id, true, ret_error);
}

zt_status zt_setup_remove_devices(zt_setup *setup, zt_view ca_id, zt_error *ret_error)
{
	/* All are listed before the first goes: a page's marker may hang on what is removed. */
	ZT_JSON_CLEANUP json_t *certificates = json_array();
	TRY(zt_iot_certificate_each(setup->client, ca_id, collect, certificates, ret_error));
	for (size_t i = 0; i < json_array_size(certificates); i++)
		TRY(remove_certificate(setup, json_array_get(certificates, i), ret_error));
	return ZT_OK;
}

zt_status zt_setup_remove_loose_things(zt_setup *setup, zt_error *ret_error)
{
	const zt_iot_thing_filter filter = { .type = zt_view_of(setup->device_name) };
	ZT_JSON_CLEANUP json_t *things = json_array();
	TRY(zt_iot_thing_each(setup->client, &filter, collect, things, ret_error));
	for (size_t i = 0; i < json_array_size(things); i++)
		TRY(remove_thing(setup, zt_json_view(json_array_get(things, i), "thingName"), ret_error));
	return ZT_OK;
}
