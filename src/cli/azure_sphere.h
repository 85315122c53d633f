/* A tenant's CA and its proof of possession from the Azure Sphere Security Service, by Microsoft's own command lines.
 */
#ifndef ZT_CLI_AZURE_SPHERE_H
#define ZT_CLI_AZURE_SPHERE_H

#include "base/options.h"
#include "cli/azure_sphere_tool.h"

typedef struct {
	bool wanted;
	const char *tenant; /* NULL: the one that is selected, or the only one */
} zt_azure_sphere_options;

#define ZT_AZURE_SPHERE_OPTIONS(o)                                                                    \
	{ "azure-sphere",                                                                             \
	  0,                                                                                          \
	  ZT_OPT_FLAG,                                                                                \
	  &(o).wanted,                                                                                \
	  NULL,                                                                                       \
	  "CA and proof from Azure Sphere, through az sphere or azsphere",                            \
	  0,                                                                                          \
	  0 },                                                                                        \
	{                                                                                             \
		"azure-sphere-tenant", 0, ZT_OPT_TEXT, &(o).tenant, "TENANT",                         \
		    "GUID, name, or RESOURCE-GROUP/CATALOG (default: the selected or only one)", 0, 0 \
	}

enum { ZT_AZURE_NAME_MAX = 128 };

typedef struct {
	zt_azure_tool tool;
	char group[ZT_AZURE_NAME_MAX], catalog[ZT_AZURE_NAME_MAX]; /* az sphere alone */
	char tenant[ZT_AZURE_NAME_MAX];                            /* as it was asked for, or "" */
} zt_azure_sphere;

/* Finds the tool and, with az sphere, the catalog. ZT_E_NOT_FOUND, ZT_E_USAGE for a tenant that cannot be or is
 * ambiguous, ZT_E_FAILED with what the tool said. */
ZT_NODISCARD zt_status zt_azure_sphere_open(const zt_azure_sphere_options *options, zt_azure_sphere *ret,
					    zt_error *ret_error);
/* Appends the PEM of the tenant's active CA certificate. ZT_E_INVALID when it is no CA of Azure Sphere, ZT_E_CONFLICT
 * when it is another tenant's than the GUID that was asked for. */
ZT_NODISCARD zt_status zt_azure_sphere_ca(const zt_azure_sphere *azure, zt_str *ret_pem, zt_error *ret_error);
/* Appends the PEM of the proof for the registration code. */
ZT_NODISCARD zt_status zt_azure_sphere_proof(const zt_azure_sphere *azure, zt_view code, zt_str *ret_pem,
					     zt_error *ret_error);

#endif
