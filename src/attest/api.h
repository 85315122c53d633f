/* One table of routes over a zt_http_server: JSON in, JSON out, errors as docs/contracts.md gives them. The device port
 * and the operator's socket each have a table, and neither knows the other's. */
#ifndef ZT_ATTEST_API_H
#define ZT_ATTEST_API_H

#include "attest/authority.h"
#include "net/http_server.h"

enum { ZT_ROUTE_PARTS_MAX = 2 };

typedef struct {
	const zt_authority *authority;
	const char *peer;
	zt_view parts[ZT_ROUTE_PARTS_MAX]; /* what stood for each '*' */
	const json_t *body;                /* the request's object; empty when it had none */
} zt_api_call;

/* *ret_answer is a new reference. */
typedef zt_status (*zt_api_fn)(const zt_api_call *call, json_t **ret_answer, zt_error *ret_error);

typedef struct {
	const char *method, *path; /* "/tenants/" followed by '*' for any one segment */
	unsigned success;          /* 200 or 201 */
	zt_api_fn fn;
} zt_route;

typedef struct {
	const zt_authority *authority;
	const zt_route *routes;
	size_t count;
} zt_api;

/* A zt_http_handler; the context is the zt_api. */
void zt_api_handle(void *api, zt_http_exchange *exchange);

extern const zt_route zt_device_routes[];
extern const size_t zt_device_route_count;
extern const zt_route zt_operator_routes[];
extern const size_t zt_operator_route_count;

#endif
