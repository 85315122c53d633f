/* The manifest of an Azure Sphere app, filled in with what set-up knows (docs/contracts.md, "The manifest of the Azure
 * Sphere app"). */
#ifndef ZT_CLI_MANIFEST_H
#define ZT_CLI_MANIFEST_H

#include "base/error.h"
#include "zerotouch/view.h"

enum { ZT_MANIFEST_BYTES_MAX = 256 * 1024 };

/* Sets Capabilities.DeviceAuthentication to the tenant, Capabilities.AllowedConnections to the endpoint alone, and in
 * CmdArgs the words behind "--endpoint" and, unless `topic` is empty, "--topic"; all else stays, in its order. The file
 * is replaced in one step. ZT_E_INVALID when it is no manifest; ZT_E_USAGE when the tenant is no GUID. */
ZT_NODISCARD zt_status zt_manifest_fill(const char *path, zt_view tenant, const char *endpoint, zt_view topic,
					zt_error *ret_error);

#endif
