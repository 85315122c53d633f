/* Thing names: a template with the device id in it, grown digit by digit while another device has the name. */
#ifndef ZT_JITR_NAME_H
#define ZT_JITR_NAME_H

#include "base/error.h"
#include "base/str.h"

#define ZT_NAME_TEMPLATE_DEFAULT "Azure-Sphere-{device_id:5}"

enum {
	ZT_THING_NAME_MAX = 128, /* AWS IoT: thingName, 1-128 of [a-zA-Z0-9:_-] */
	ZT_JITR_DEVICE_ID_HEX = 128,
};

typedef struct {
	char before[ZT_THING_NAME_MAX + 1], behind[ZT_THING_NAME_MAX + 1];
	unsigned digits_min, digits_max; /* of the device id, 1 to 128 */
} zt_name_template;

/* "{device_id}" is all of it, "{device_id:5}" its first five digits. ZT_E_CONFIG unless there is exactly one of them,
 * the rest is allowed in a thing name and the shortest name fits. */
ZT_NODISCARD zt_status zt_name_template_parse(zt_view text, zt_name_template *ret, zt_error *ret_error);
/* The name with `grown` digits more than the shortest. ZT_E_LIMIT when there is none so long. */
ZT_NODISCARD zt_status zt_name_template_put(const zt_name_template *names, const char *device_id, unsigned grown,
					    char ret_name[ZT_THING_NAME_MAX + 1]);

#endif
