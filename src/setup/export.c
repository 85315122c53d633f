#include "setup/export_inside.h"

zt_status zt_export_check(const zt_setup *setup, zt_error *ret_error)
{
	ENSURE(setup->planned, zt_error_set(ret_error, ZT_E_STATE, "nothing is planned"));
	return ZT_OK;
}

zt_status zt_export_desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error)
{
	return zt_resource_of(item->kind)->desired(setup, item, ret, ret_error);
}

json_t *zt_export_member(const json_t *object, const char *name)
{
	return json_incref(json_object_get(object, name));
}

const zt_setup_item *zt_export_item(const zt_setup *setup, zt_setup_kind kind, size_t index)
{
	for (size_t i = 0; i < setup->item_count; i++)
		if (setup->items[i].kind == kind && setup->items[i].index == index)
			return &setup->items[i];
	return NULL;
}

const zt_setup_ca *zt_export_ca(const zt_setup *setup, const zt_setup_item *item)
{
	return item->kind == ZT_SETUP_CA ? setup->accepted[item->index].given : NULL;
}

bool zt_export_sni_only(const zt_setup *setup)
{
	return zt_view_equal(setup->spec.ca_mode, ZT_LIT("SNI_ONLY"));
}
