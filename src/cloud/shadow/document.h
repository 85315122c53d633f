/* The device shadow's document: state, metadata, version; what an update makes of it and what readers are shown (AWS
 * IoT Developer Guide, "Device shadow service documents"; AWS IoT, "Device Shadow service"). Pure. */
#ifndef ZT_CLOUD_SHADOW_DOCUMENT_H
#define ZT_CLOUD_SHADOW_DOCUMENT_H

#include "base/json.h"
#include "cloud/shadow/request.h"

/* An object and its metadata; both NULL when there is no such section. References of our own to trees that other
 * documents and requests may share: whoever changes a section makes what differs anew. */
typedef struct {
	json_t *state, *metadata;
} zt_shadow_section;

typedef struct {
	zt_shadow_section desired, reported;
	uint64_t version;    /* of the last change, its deletion included; 0: there never was one */
	bool exists;         /* false: deleted, or never made */
	int64_t timestamp_s; /* of the last change */
} zt_shadow;

void zt_shadow_clear(zt_shadow *shadow);
static inline void zt_shadow_cleanup(zt_shadow *shadow)
{
	zt_shadow_clear(shadow);
}

/* As it is stored, and back. An empty text is a shadow that never was. ZT_E_INVALID when it is none of ours. */
ZT_NODISCARD zt_status zt_shadow_read(zt_view text, zt_shadow *ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_shadow_write(const zt_shadow *shadow, zt_str *out);

/* What the request makes of `before`, as another document. ZT_E_CONFLICT "Version conflict", ZT_E_LIMIT when the state
 * would be over 8 KB (zt_error.http is AWS's code). */
ZT_NODISCARD zt_status zt_shadow_update(const zt_shadow *before, const zt_shadow_request *request, int64_t now_s,
					zt_shadow *ret_after, zt_error *ret_error);
/* Its version stays, so that a shadow of the same name goes on counting; for two days. */
ZT_NODISCARD zt_status zt_shadow_delete(zt_shadow *shadow, int64_t now_s);

/* Each gives a new reference, or NULL when out of memory; the client token is left out when it is "". */
json_t *zt_shadow_show(const zt_shadow *shadow, int64_t now_s, const char *client_token); /* get/accepted */
json_t *zt_shadow_show_update(const zt_shadow *shadow, const zt_shadow_request *request,
			      int64_t now_s); /* update/accepted */
json_t *zt_shadow_show_delete(const zt_shadow *shadow, int64_t now_s, const char *client_token);
/* {"previous":…,"current":…,"timestamp":…} */
json_t *zt_shadow_show_documents(const zt_shadow *previous, const zt_shadow *current, int64_t now_s,
				 const char *client_token);
/* update/delta; *ret is NULL when desired and reported do not differ. */
ZT_NODISCARD zt_status zt_shadow_show_delta(const zt_shadow *shadow, int64_t now_s, const char *client_token,
					    json_t **ret);

#endif
