/* How much heap an Azure Sphere app has used: counted inside it (host/azure-sphere/sandbox), read by the runner from a
 * shared file, so that it is known after any end. Bytes, as malloc rounds them up. */
#ifndef ZT_CLI_SPHERE_METER_H
#define ZT_CLI_SPHERE_METER_H

#include <stdatomic.h>
#include <stddef.h>

/* Who called malloc: the app's own program, or a library (libcurl, TLS, applibs, libc). */
enum { ZT_METER_APP, ZT_METER_LIBRARIES, ZT_METER_OWNERS };

typedef struct {
	atomic_size_t now[ZT_METER_OWNERS], peak[ZT_METER_OWNERS], count[ZT_METER_OWNERS];
	atomic_size_t peak_of_all;
} zt_meter;

#endif
