/* The tables that drive the control plane: services, and one row for each operation. */
#ifndef ZT_CLOUD_API_OPERATION_H
#define ZT_CLOUD_API_OPERATION_H

#include "base/error.h"
#include "base/str.h"
#include "zerotouch/view.h"

typedef struct zt_call zt_call;

/* Answers a call that is authenticated, authorised and parsed: fills its reply, makes its changes in the call's
 * transaction. The front commits and answers when all is durable. An operation that ends later marks the call
 * (zt_call_defer). */
typedef zt_status (*zt_handler)(zt_call *call, zt_error *ret_error);

enum {
	ZT_OP_RAW_BODY = 1,      /* the body is a blob, not JSON */
	ZT_OP_NO_PERMISSION = 2, /* needs none, and none can forbid it (STS GetCallerIdentity) */
	ZT_OP_ANONYMOUS = 4,     /* needs no signature: it brings another proof (STS AssumeRoleWithWebIdentity) */
};

typedef struct {
	const char *name;   /* "CreateThing"; its action is "<prefix>:<name>" */
	const char *method; /* REST alone */
	const char *path;   /* REST alone: "/things/{}/principals"; "{+}" takes all that is left, slashes included */
	/* The ARN behind arn:<partition>:<service>:<region>:<account>: with {} the first label: "thing/{}"; NULL is
	 * "*". A row whose resource stands elsewhere in the request gives a function. */
	const char *resource;
	zt_handler handler;
	unsigned status;    /* of success; 0 is 200 */
	unsigned flags;     /* ZT_OP_… */
	size_t body_max;    /* bytes; 0 is the service's */
	const char *action; /* of its permission, when it is not the name: "InvokeFunction" */
	zt_status (*resource_of)(const zt_call *call, zt_str *out); /* appends an ARN; nothing is "*" */
} zt_operation;

typedef struct {
	const zt_operation *rows;
	size_t count;
} zt_operations;

/* The members that every row gives, in one line each; others may follow. A resource is "thing/{}" or NULL, or a
 * function. */
#define ZT_REST(row_name, row_method, row_path, row_resource, row_handler) \
	.name = row_name, .method = row_method, .path = row_path, .resource = row_resource, .handler = row_handler
#define ZT_REST_OF(row_name, row_method, row_path, row_resource_of, row_handler) \
	.name = row_name, .method = row_method, .path = row_path, .resource_of = row_resource_of, .handler = row_handler
#define ZT_QUERY(row_name, row_resource_of, row_handler) \
	.name = row_name, .resource_of = row_resource_of, .handler = row_handler
#define ZT_OPERATIONS(rows)          \
	{                            \
		rows, ZT_COUNT(rows) \
	}

/* JSON: one path, the operation in x-amz-target, errors named in __type (AWS JSON 1.1). */
typedef enum { ZT_PROTOCOL_REST_JSON, ZT_PROTOCOL_QUERY, ZT_PROTOCOL_JSON } zt_protocol;

typedef struct {
	const char *prefix; /* of its actions: "iot" */
	zt_protocol protocol;
	const zt_operations *const *tables;
	size_t table_count;
	size_t body_max;
	/* The service's own names for what goes wrong before or beside its operations. */
	const char *invalid, *not_found, *internal, *unavailable, *denied, *unknown_operation, *malformed;
	/* Of the access key and the signature. */
	const char *bad_key, *bad_signature, *no_token, *expired_token, *incomplete;
	const char *xmlns, *version; /* Query; of JSON the version is the prefix of x-amz-target */
	bool trace_id;               /* errors carry traceId, and their type a colon (the data endpoint) */
	bool typed_errors;           /* errors carry Type (Lambda) */
	bool global;                 /* signed for any Region */
} zt_service;

/* By the name in the credential scope ("iotdevicegateway"); NULL when it is none of ours. */
const zt_service *zt_service_of(zt_view signing_name);
extern const zt_service zt_service_iot, zt_service_iot_data, zt_service_lambda, zt_service_iam, zt_service_sts,
    zt_service_logs, zt_service_own; /* "zerotouch": what is ours beside AWS */

#endif
