/* What both forms share. Inside of the room. */
#ifndef ZT_SETUP_EXPORT_INSIDE_H
#define ZT_SETUP_EXPORT_INSIDE_H

#include "setup/export.h"
#include "setup/documents.h"

/* ZT_E_STATE before a plan. */
ZT_NODISCARD zt_status zt_export_check(const zt_setup *setup, zt_error *ret_error);
/* What an item shall be, whole. New reference. */
ZT_NODISCARD zt_status zt_export_desired(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error);
/* New reference; NULL when there is none. */
json_t *zt_export_member(const json_t *object, const char *name);
/* The first item of that kind and index; there is one after each plan. */
const zt_setup_item *zt_export_item(const zt_setup *setup, zt_setup_kind kind, size_t index);
/* The CA of an item that the specification gives; NULL for another item. */
const zt_setup_ca *zt_export_ca(const zt_setup *setup, const zt_setup_item *item);
/* Whether new CAs are registered without a proof. */
bool zt_export_sni_only(const zt_setup *setup);

#endif
