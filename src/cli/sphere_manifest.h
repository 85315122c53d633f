/* app_manifest.json of an Azure Sphere app (learn.microsoft.com/azure-sphere, "Application manifest"): read strictly,
 * and written down for the shim as what it grants. */
#ifndef ZT_CLI_SPHERE_MANIFEST_H
#define ZT_CLI_SPHERE_MANIFEST_H

#include "base/json.h"

enum {
	ZT_SPHERE_MANIFEST_MAX = 64 * 1024,
	/* The largest that Microsoft's samples ask for; no document names the limit. */
	ZT_SPHERE_STORAGE_KB_MAX = 64,
	ZT_SPHERE_ARGS_MAX = 64,
};

typedef struct {
	json_t *json; /* owned */
	const char *name, *component, *entry_point;
	const char *tenant;                   /* NULL without DeviceAuthentication */
	const char *args[ZT_SPHERE_ARGS_MAX]; /* CmdArgs */
	size_t arg_count;
	unsigned storage_kb; /* 0 without MutableStorage */
} zt_sphere_manifest;

/* ZT_E_CONFIG with the member that is wrong and what it should be. */
ZT_NODISCARD zt_status zt_sphere_manifest_read(const char *path, zt_sphere_manifest *ret, zt_error *ret_error);
void zt_sphere_manifest_deinit(zt_sphere_manifest *manifest);
/* The lines that follow from the manifest (host/azure-sphere/common/grants.h). */
ZT_NODISCARD zt_status zt_sphere_manifest_grants(const zt_sphere_manifest *manifest, zt_str *out);

#endif
