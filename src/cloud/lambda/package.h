/* Packages on the disk: <dir>/<sha256>.zip, which is durable, and unpacked in <dir>/<sha256>/, which is not. */
#ifndef ZT_CLOUD_LAMBDA_PACKAGE_H
#define ZT_CLOUD_LAMBDA_PACKAGE_H

#include "cloud/lambda/lambda.h"

enum {
	ZT_PACKAGE_BYTES_MAX = 50 * 1024 * 1024,     /* AWS: direct upload */
	ZT_PACKAGE_UNPACKED_MAX = 250 * 1024 * 1024, /* AWS: unzipped */
	ZT_PACKAGE_ENTRIES_MAX = 10000,
};

/* Checks the zip by unpacking it, gives its digests, and keeps it; durable when it returns.
 * InvalidParameterValueException. */
ZT_NODISCARD zt_status zt_package_keep(const char *dir, zt_view zip, zt_package *ret, zt_error *ret_error);
/* Appends the folder where the kept package lies unpacked, unpacking it first when it does not. */
ZT_NODISCARD zt_status zt_package_open(const char *dir, const char *sha256_hex, zt_str *ret_folder,
				       zt_error *ret_error);
/* At the start, removes the packages of no function, and everything unpacked: a crash may have left files of it empty.
 */
ZT_NODISCARD zt_status zt_package_sweep(const char *dir, const zt_registry *registry, zt_error *ret_error);

#endif
