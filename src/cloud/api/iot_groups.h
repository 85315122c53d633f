/* What the tables of thing groups and their members share. */
#ifndef ZT_CLOUD_API_IOT_GROUPS_H
#define ZT_CLOUD_API_IOT_GROUPS_H

#include "cloud/api/call.h"
#include "cloud/registry/groups.h"

/* The group of the path's first label; ZT_E_NOT_FOUND. */
ZT_NODISCARD zt_status zt_group_of_label(const zt_call *call, const zt_thing_group **ret, zt_error *ret_error);
/* {"groupName":…,"groupArn":…} */
json_t *zt_json_group(const zt_registry *registry, const zt_thing_group *group);

#endif
