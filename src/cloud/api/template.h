/* Provisioning templates: parameters put in, functions run (AWS IoT, "Just-in-time provisioning", "Provisioning
 * templates"). Pure. */
#ifndef ZT_CLOUD_API_TEMPLATE_H
#define ZT_CLOUD_API_TEMPLATE_H

#include <jansson.h>

#include "base/error.h"

enum {
	ZT_TEMPLATE_MAX = 10240,            /* characters of a template (AWS IoT quotas) */
	ZT_TEMPLATE_DEPTH_MAX = 16,         /* of nesting, functions included */
	ZT_TEMPLATE_RESULT_MAX = 64 * 1024, /* bytes of text in all that comes out */
};

/* Resources of the template with every Ref, Fn::Join, Fn::Select, Fn::Split, Fn::FindInMap and Fn::Sub replaced by its
 * value: an object by logical name, each with Type, Properties and OverrideSettings as they stand. `parameters` is an
 * object of strings. ResourceRegistrationFailureException names what is missing or malformed. */
ZT_NODISCARD zt_status zt_template_resolve(const json_t *template, const json_t *parameters, json_t **ret,
					   zt_error *ret_error);

/* Another section of the template that is an object, such as DeviceConfiguration, with its functions replaced alike;
 * {} where the template has none. */
ZT_NODISCARD zt_status zt_template_section(const json_t *template, const char *name, const json_t *parameters,
					   json_t **ret, zt_error *ret_error);

#endif
