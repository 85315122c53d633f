#include "aws/iot_thing.h"
#include "setup/documents.h"

static zt_status desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	(void)setup, (void)item;
	*ret = json_pack("{s:b}", "deprecated", 0);
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status observe(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *type = NULL;
	TRY(zt_iot_thing_type_describe(setup->client, zt_view_of(item->name), &type, ret_error));
	TRY(zt_setup_has_tag(setup, zt_json_view(type, "thingTypeArn"), ret_ours, ret_error));
	const json_t *metadata = json_object_get(type, "thingTypeMetadata");
	*ret = json_pack("{s:b}", "deprecated", json_is_true(json_object_get(metadata, "deprecated")));
	return *ret ? ZT_OK : zt_setup_no_memory(ret_error);
}

static zt_status create(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *searchable = zt_document_searchable();
	ZT_JSON_CLEANUP json_t *tags = zt_setup_tags(setup);
	ENSURE(searchable && tags, zt_setup_no_memory(ret_error));
	return zt_iot_thing_type_create(setup->client, zt_view_of(item->name), ZT_LIT(ZT_THING_TYPE_DESCRIPTION),
					searchable, tags, NULL, ret_error);
}

static zt_status update(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	return zt_iot_thing_type_deprecate(setup->client, zt_view_of(item->name), true, ret_error);
}

static zt_status remove_type(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error)
{
	bool deprecated = json_is_true(json_object_get(item->observed, "deprecated"));
	TRY(zt_setup_remove_loose_things(setup, ret_error));
	if (!deprecated)
		TRY(zt_iot_thing_type_deprecate(setup->client, zt_view_of(item->name), false, ret_error));
	zt_status status = zt_iot_thing_type_delete(setup->client, zt_view_of(item->name), ret_error);
	if (status != ZT_E_INVALID)
		return status;
	return zt_error_set(ret_error, ZT_E_PARTIAL,
			    "thing type %s is deprecated; AWS lets it be deleted in five minutes, run it again then",
			    item->name);
}

static const zt_operator_action actions[] = {
	{ "iot:DescribeThingType", { "thingtype/{device}" } },  { "iot:ListTagsForResource", { "thingtype/{device}" } },
	{ "iot:CreateThingType", { "thingtype/{device}" } },    { "iot:TagResource", { "thingtype/{device}" } },
	{ "iot:DeprecateThingType", { "thingtype/{device}" } }, { "iot:DeleteThingType", { "thingtype/{device}" } },
};

const zt_resource zt_resource_thing_type = {
	"thing type", desired, observe, create, update, remove_type, ZT_OPERATOR_ACTIONS(actions)
};
