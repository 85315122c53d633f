/* Runs an Azure Sphere high-level app on this machine, by its manifest and its image package. */
#ifndef ZT_CLI_SPHERE_RUN_H
#define ZT_CLI_SPHERE_RUN_H

#include "base/error.h"

typedef struct {
	const char *app;        /* program; NULL: the manifest's EntryPoint in the image package */
	const char *manifest;   /* app_manifest.json */
	const char *image;      /* folder: the image package, unpacked; NULL: the manifest's folder */
	const char *state;      /* folder: root key, certificate, mutable files */
	const char *sdk;        /* folder: azure-sphere/ of the build */
	const char *attest_url; /* the authority; NULL: the certificate that is there */
	const char *attest_ca_file;
	const char *exit_codes;    /* source file with the app's ExitCode enumeration; NULL: its folder is not known */
	const char *update;        /* "app" or "system": an update comes (applibs/sysevent.h); NULL: none does */
	unsigned update_warning_s; /* how long before it the app is told */
	bool json;
} zt_sphere_run_spec;

/* Until the app has ended: *ret_exit is its exit status, or 128 + the signal that ended it. SIGTERM and SIGINT are
 * passed on, and followed by SIGKILL two seconds later, as the device does. Errors are those before its start. */
ZT_NODISCARD zt_status zt_sphere_run(const zt_sphere_run_spec *spec, int *ret_exit, zt_error *ret_error);

#endif
