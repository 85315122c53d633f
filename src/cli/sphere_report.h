/* What is told of an Azure Sphere app that has ended: how, what its exit code means, and the memory it took. */
#ifndef ZT_CLI_SPHERE_REPORT_H
#define ZT_CLI_SPHERE_REPORT_H

#include "base/error.h"
#include "base/str.h"
#include "cli/sphere_meter.h"

typedef struct {
	const char *app_name;
	int exit;   /* status, or 128 + signal */
	int signal; /* that ended it, or 0 */
	bool asked; /* it was told to end */
	bool late;  /* and did not within the grace, so it was killed */
	long resident_kb;
	const zt_meter *meter;
} zt_sphere_end;

/* The enumerator of the app's ExitCode enumeration in that source file, appended to *ret. ZT_E_NOT_FOUND when there is
 * none with that value. */
ZT_NODISCARD zt_status zt_sphere_exit_name(zt_view source, int code, zt_str *ret);
/* Sentences on standard error, or one JSON object on standard output. */
ZT_NODISCARD zt_status zt_sphere_report(const zt_sphere_end *end, const char *exit_codes, bool json);

#endif
