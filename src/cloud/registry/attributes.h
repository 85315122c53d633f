/* Attributes of things and thing groups: an object of strings (AWS IoT API reference). Inside of the registry. */
#ifndef ZT_CLOUD_REGISTRY_ATTRIBUTES_H
#define ZT_CLOUD_REGISTRY_ATTRIBUTES_H

#include <jansson.h>

#include "base/error.h"

/* InvalidRequestException when it is no object, or a name or value breaks its constraint. NULL is fine. */
ZT_NODISCARD zt_status zt_attributes_check(const json_t *attributes, zt_error *ret_error);
/* Puts `attributes` in the place of *into, or into it (`merge`; an empty string takes one away). *into may be shared:
 * it is replaced, not changed. */
ZT_NODISCARD zt_status zt_attributes_update(json_t **into, const json_t *attributes, bool merge);

#endif
