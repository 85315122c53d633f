/* zt_identity from a certificate file: says what it says, and notices when another one lies behind the path. */
#ifndef ZT_PORT_LINUX_IDENTITY_FILES_H
#define ZT_PORT_LINUX_IDENTITY_FILES_H

#include <sys/stat.h>

#include "base/error.h"
#include "zerotouch/identity.h"

typedef struct {
	const char *certificate_file; /* borrowed */
	struct stat seen;             /* of the file that `info` was read from */
	bool known;
	zt_identity_info info;
	zt_error error; /* why the last look failed */
} zt_identity_files;

/* The context of the returned seam is `files`. */
zt_identity zt_identity_from_files(zt_identity_files *files, const char *certificate_file);

#endif
