/* What a client asks of a shadow: the payload of an update, get or delete, checked in AWS's words (AWS IoT, "Device
 * Shadow service"). Pure.
 */
#ifndef ZT_CLOUD_SHADOW_REQUEST_H
#define ZT_CLOUD_SHADOW_REQUEST_H

#include <jansson.h>

#include "base/error.h"
#include "zerotouch/view.h"

enum {
	ZT_SHADOW_STATE_MAX = 8 * 1024, /* AWS IoT Device Shadow quotas: bytes of a state document */
	ZT_SHADOW_DEPTH_MAX = 6,        /* the error's text; the table of quotas says 8 (unconfirmed) */
	ZT_SHADOW_TOKEN_MAX = 64,       /* bytes of a client token */
};

typedef struct {
	json_t *root;               /* owned; the members below live in it */
	json_t *state;              /* null, or an object */
	json_t *desired, *reported; /* NULL: not mentioned; null: to be removed; an object */
	bool has_version;
	uint64_t version;
	char client_token[ZT_SHADOW_TOKEN_MAX + 1]; /* or "" */
} zt_shadow_request;

void zt_shadow_request_free(zt_shadow_request *request);

/* Errors have AWS's number in `http` (400, 413, 415) and AWS's text. The client token is given back in every case where
 * it could be read, for the answer; free *ret in every case. */
ZT_NODISCARD zt_status zt_shadow_request_update(zt_view payload, zt_shadow_request *ret, zt_error *ret_error);
/* Of get and delete: nothing, or an object that may hold a client token. */
ZT_NODISCARD zt_status zt_shadow_request_plain(zt_view payload, zt_shadow_request *ret, zt_error *ret_error);

/* ZT_E_INVALID &c. with AWS's number and text. */
zt_status zt_shadow_refuse(zt_error *ret_error, zt_status status, int http, const char *text);

#endif
