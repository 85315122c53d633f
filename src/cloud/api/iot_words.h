/* What several nouns of AWS IoT share on the wire. */
#ifndef ZT_CLOUD_API_IOT_WORDS_H
#define ZT_CLOUD_API_IOT_WORDS_H

#include "cloud/api/call.h"
#include "cloud/registry/certificates.h"

/* A JSON string with the ARN of an IoT resource; NULL when out of memory. */
json_t *zt_json_iot_arn(const zt_registry *registry, const char *type, const char *name);
/* Seconds since 1970 with their milliseconds, as AWS IoT writes dates. */
json_t *zt_json_seconds(int64_t wall_ms);
/* {"notBefore":…,"notAfter":…} */
json_t *zt_json_validity(int64_t not_before_ms, int64_t not_after_ms);
/* ZT_E_NOT_FOUND with AWS's exception: "Thing … cannot be found". */
zt_status zt_not_found(zt_error *ret_error, const char *noun, zt_view name);

/* The attributes in the attributePayload of `object`, each checked; NULL when absent. */
ZT_NODISCARD zt_status zt_in_attributes(const json_t *object, const json_t **ret_attributes, bool *ret_merge,
					zt_error *ret_error);

/* The certificate of an ARN arn:…:cert/<id>; ZT_E_INVALID when it is no such ARN, ZT_E_NOT_FOUND. */
ZT_NODISCARD zt_status zt_certificate_of_arn(const zt_registry *registry, zt_view arn, const zt_certificate **ret,
					     zt_error *ret_error);
/* Puts the body's tags (a list of {"Key","Value"}) on a resource that is just being made. */
ZT_NODISCARD zt_status zt_iot_tag_new(zt_call *call, zt_view arn, zt_error *ret_error);
/* Takes the tags off a resource that was just deleted: another of its name must not inherit them. */
ZT_NODISCARD zt_status zt_iot_untag_deleted(zt_call *call, const char *type, zt_view name, zt_error *ret_error);

#endif
