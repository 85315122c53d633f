/* One request on its way through the control plane, from its signature to its answer. */
#ifndef ZT_CLOUD_API_CALL_H
#define ZT_CLOUD_API_CALL_H

#include <jansson.h>

#include "base/random.h"
#include "base/str.h"
#include "cloud/api/form.h"
#include "cloud/api/operation.h"
#include "cloud/caller.h"
#include "cloud/faults/faults.h"
#include "cloud/registry/registry.h"
#include "net/http_server.h"

enum { ZT_LABELS_MAX = 3, ZT_REPLY_HEADERS_MAX = 8, ZT_REPLY_MAX = 16 * 1024 * 1024 };

typedef struct zt_api zt_api;

typedef struct {
	const char *name;
	char *value; /* owned */
} zt_reply_header;

struct zt_call {
	zt_api *api;           /* NULL once the front has been freed */
	zt_call *next, **link; /* the front's open calls */
	zt_registry *registry;
	zt_http_exchange *exchange;
	const zt_http_request *request;
	const zt_service *service;
	const zt_operation *operation;
	char request_id[ZT_UUID_TEXT];
	zt_caller caller;
	bool anonymous; /* nobody signed: only what is ZT_OP_ANONYMOUS may go on */

	zt_view labels[ZT_LABELS_MAX]; /* decoded */
	size_t label_count;
	char *label_text;
	zt_form query; /* of the URL */
	zt_form form;  /* Query protocol: the parameters, wherever they came */
	json_t *body;  /* REST: the JSON object, empty when there was no body; NULL for ZT_OP_RAW_BODY */

	zt_operation_fault fault;       /* what is to become of its answer */
	const zt_device_rights *device; /* who came with a certificate; NULL once the handler has returned */
	bool data_endpoint;             /* it came to the data endpoint: no other service is there */
	zt_txn *txn;
	bool deferred;
	bool handling, ended; /* in its handler; finished from within */
	zt_status end_status;
	zt_error end_error;
	json_t *reply; /* REST: what is answered; NULL is {} */
	bool has_blob;
	zt_str blob; /* REST: answered instead, as it is */
	zt_str xml;  /* Query: what stands in <…Result> */
	unsigned status;
	zt_reply_header headers[ZT_REPLY_HEADERS_MAX];
	size_t header_count;
	zt_str resource_id, resource_arn; /* what ResourceAlreadyExistsException shows */
};

/* The transaction of this call, begun when first asked for. */
ZT_NODISCARD zt_status zt_call_txn(zt_call *call, zt_txn **ret);
/* The reply's JSON, taken over; ZT_E_NOMEM when it is NULL. */
ZT_NODISCARD zt_status zt_call_reply(zt_call *call, json_t *reply);
/* Bytes as they are instead of JSON. */
ZT_NODISCARD zt_status zt_call_reply_blob(zt_call *call, zt_view bytes);
ZT_NODISCARD zt_status zt_call_reply_header(zt_call *call, const char *name, zt_view value);
/* Names the resource of a ResourceAlreadyExistsException. */
ZT_NODISCARD zt_status zt_call_resource(zt_call *call, zt_view id, zt_view arn);
/* The handler answers later, with zt_call_finish (which may come before the handler returns). */
void zt_call_defer(zt_call *call);
/* Commits, then answers; or, with another status than ZT_OK, undoes and answers the error. The call is gone after it,
 * or as soon as its handler returns. */
void zt_call_finish(zt_call *call, zt_status status, const zt_error *error);

/* Carries out call->fault, if there is one: the error that its caller gets, or none at all because it is killed. */
ZT_NODISCARD zt_status zt_call_fail_on_purpose(const zt_call *call, zt_error *ret_error);

/* Whether the caller may pass a role to a service (iam:PassRole). */
ZT_NODISCARD zt_status zt_call_may_pass_role(const zt_call *call, zt_view role_arn, zt_error *ret_error);

#endif
