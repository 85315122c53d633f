/* One AWS API call: where it goes, how it is signed, tried again and understood. The operations are in iot_*.h,
 * iot_data.h, lambda.h, iam.h and sts.h; this is what they are made of.
 *
 * Retries: throttling and 5xx until the call's time or the run's is over, failures of the network at most
 * ZT_AWS_NETWORK_TRIES times, with full jitter (a random wait between nothing and a ceiling that doubles), Retry-After
 * respected. */
#ifndef ZT_AWS_CLIENT_H
#define ZT_AWS_CLIENT_H

#include <jansson.h>

#include "aws/credentials.h"
#include "aws/http.h"
#include "zerotouch/clock.h"

typedef enum {
	ZT_AWS_IOT,      /* control plane */
	ZT_AWS_IOT_DATA, /* data plane */
	ZT_AWS_LAMBDA,
	ZT_AWS_IAM,
	ZT_AWS_STS,
	ZT_AWS_LOGS, /* CloudWatch Logs */
	ZT_AWS_OWN,  /* what zerotouch-cloud has beside AWS's services; only where an endpoint URL is in force */
	ZT_AWS_SERVICE_COUNT,
} zt_aws_service;

enum {
	ZT_AWS_BUDGET_MS = 60000, /* default for one call, waits included */
	ZT_AWS_TRY_MS = 20000,    /* one try */
	ZT_AWS_REGAIN_MS = 250,   /* of the budget for retries, by each call that succeeds */
	ZT_AWS_NETWORK_TRIES = 3,
	ZT_AWS_BACKOFF_FIRST_MS = 100, /* ceiling of the first wait */
	ZT_AWS_BACKOFF_CEILING_MS = 10000,
	ZT_AWS_TARGET_MAX = 8 * 1024,
	ZT_AWS_ORIGIN_MAX = 511,
	ZT_AWS_REQUEST_HEADERS_MAX = 4,
};

typedef char zt_aws_url[ZT_AWS_ORIGIN_MAX + 1];

/* A wait before the next try, told before it begins. */
typedef struct {
	const char *operation; /* "UpdateCertificate" */
	unsigned try_number;   /* of the try that failed, from 1 */
	int64_t wait_ms;
	const zt_error *cause;
} zt_aws_wait;

typedef struct {
	zt_aws_http http;
	const zt_aws_credentials *credentials; /* borrowed for the client's life */
	const char *region;                    /* copied */
	const char *endpoint_url; /* for every service, wins over the environment; NULL or "" when not given; copied */
	const zt_aws_url *
	    profile_endpoint_urls; /* one for each service, behind the environment; "" or NULL when not given; copied */
	const char *data_endpoint; /* host name of the data endpoint, or NULL until DescribeEndpoint told it; copied */
	size_t answer_max;         /* ceiling of an answer's body; 0: ZT_AWS_ANSWER_MAX */
	int64_t budget_ms;         /* 0: ZT_AWS_BUDGET_MS */
	/* What all calls together may lose to tries that failed and the waits behind them; 0: no such bound. A success
	 * gives a little of it back: a long removal of many lives through throttling, a service that is down does not.
	 */
	int64_t retry_budget_ms;
	zt_clock clock;                                          /* of the system when wall_ms is NULL */
	void (*sleep_ms)(void *context, int64_t ms);             /* NULL: really sleeps */
	void (*on_wait)(void *context, const zt_aws_wait *wait); /* NULL: nobody is told */
	void *context;                                           /* of these two */
	/* Puts newer keys into *credentials: called before a try when they end within ZT_AWS_RENEW_BEFORE_MS, and when
	 * that brought none that last longer, not again for ZT_AWS_RENEW_PAUSE_MS. Its failure matters only once they
	 * have ended. NULL: they are what they are. */
	zt_status (*renew)(void *context, zt_error *ret_error);
	void *renew_context;
} zt_aws_client_spec;

typedef struct zt_aws_client zt_aws_client;

/* The endpoint of a service: endpoint_url, AWS_ENDPOINT_URL_<SERVICE> (IOT, IOT_DATA_PLANE, LAMBDA, IAM, STS,
 * CLOUDWATCH_LOGS), AWS_ENDPOINT_URL (both not read when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is "true"), the profile's,
 * AWS's own host in the Region's partition. ZT_E_CONFIG when one of them is no http:// or https:// URL without path. */
ZT_NODISCARD zt_status zt_aws_client_new(const zt_aws_client_spec *spec, zt_aws_client **ret, zt_error *ret_error);
void zt_aws_client_free(zt_aws_client *client);
ZT_DEFINE_CLEANUP(zt_aws_client, zt_aws_client_free)

/* "https://iot.eu-west-1.amazonaws.com"; for the data plane "" until its host is known. Borrowed. */
const char *zt_aws_client_origin(const zt_aws_client *client, zt_aws_service service);
/* For who signs without a call of this client: newer keys where these end soon. ZT_E_CREDENTIALS when they have ended.
 */
ZT_NODISCARD zt_status zt_aws_client_renew(zt_aws_client *client, zt_error *ret_error);
const char *zt_aws_client_region(const zt_aws_client *client);
const zt_clock *zt_aws_client_clock(const zt_aws_client *client);
/* Without effect where an endpoint URL is in force: then every service is called there. */
ZT_NODISCARD zt_status zt_aws_client_set_data_endpoint(zt_aws_client *client, const char *host);
/* No try or wait goes beyond this point of the monotonic clock; 0 takes it away. */
void zt_aws_client_set_deadline(zt_aws_client *client, int64_t mono_ms);
/* Waits, but not beyond the deadline. */
void zt_aws_client_pause(const zt_aws_client *client, int64_t ms);
/* HTTP requests sent to the service so far, repeated tries included. */
unsigned zt_aws_client_requests(const zt_aws_client *client, zt_aws_service service);

/* What a service says in its refusal, in either protocol; "" where it says nothing. */
typedef struct {
	char code[64], message[320], request_id[64];
} zt_aws_fault;

/* What an operation builds. Its calls never fail: the first failure is kept and comes out of zt_aws_call. */
typedef struct {
	zt_aws_service service;
	const char *operation, *method;
	zt_str target;
	bool has_query;
	zt_sigv4_header headers[ZT_AWS_REQUEST_HEADERS_MAX]; /* values borrowed until the call */
	size_t header_count;
	bool
	    once; /* doing it twice would leave something behind: tried again only when the service cannot have acted */
	void (*read_error)(const zt_aws_http_response *response,
			   zt_aws_fault *ret); /* the protocol's form of an error */
	bool anonymous;                        /* goes out unsigned (AssumeRoleWithWebIdentity) */
	zt_status status;
} zt_aws_request;

zt_aws_request zt_aws_request_make(zt_aws_service service, const char *operation, const char *method, const char *path);
/* Appends to the path: text as it is, or one label, percent-encoded. An empty label makes the call ZT_E_INVALID. */
void zt_aws_request_path(zt_aws_request *request, const char *path);
void zt_aws_request_label(zt_aws_request *request, zt_view label);
/* Appends name=value to the query; an empty value is left out. */
void zt_aws_request_query(zt_aws_request *request, const char *name, zt_view value);
void zt_aws_request_header(zt_aws_request *request, const char *name, zt_view value);
/* Makes the call ZT_E_INVALID when its body could not be built (text that is not UTF-8, memory). */
void zt_aws_request_body(zt_aws_request *request, const json_t *body);

/* REST with JSON. Ends the request whatever happens. `body` may be NULL (borrowed). *ret (may be NULL) is the answer,
 * an empty object where the body is empty. Errors of the service, with http, code and request_id in *ret_error:
 *   ZT_E_NOT_FOUND   404; ZT_E_EXISTS  …AlreadyExists…; ZT_E_CONFLICT 409; ZT_E_DENIED 401 or 403;
 *   ZT_E_CREDENTIALS the keys are wrong, have expired (then nothing is sent) or sign wrongly; ZT_E_STATE 406;
 * ZT_E_LIMIT …LimitExceeded…; ZT_E_INVALID     any other 4xx; ZT_E_THROTTLED and ZT_E_UNAVAILABLE (5xx) when the time
 * was over. */
ZT_NODISCARD zt_status zt_aws_call(zt_aws_client *client, zt_aws_request *request, const json_t *body, json_t **ret,
				   zt_error *ret_error);
/* Any body: for Publish and the Query protocol. *ret is to be freed by zt_aws_http_response_free. */
ZT_NODISCARD zt_status zt_aws_send(zt_aws_client *client, zt_aws_request *request, zt_view body,
				   const char *content_type, zt_aws_http_response *ret, zt_error *ret_error);

/* One element of a list that came in pages; anything but ZT_OK ends the walk and comes out of it. */
typedef zt_status (*zt_aws_each_fn)(void *context, const json_t *item, zt_error *ret_error);
/* An each: keeps them all in the JSON array that is the context. */
ZT_NODISCARD zt_status zt_aws_collect(void *array, const json_t *item, zt_error *ret_error);
typedef struct {
	const char *items;     /* member with the page's array: "certificates" */
	const char *token_in;  /* query parameter: "marker" or "nextToken" */
	const char *token_out; /* member: "nextMarker" or "nextToken" */
	const char *size; /* query parameter of the page's size: "pageSize" or "maxResults"; NULL when there is none */
} zt_aws_paging;
/* Calls `each` for all of them, page by page. Ends the request. */
ZT_NODISCARD zt_status zt_aws_each(zt_aws_client *client, zt_aws_request *request, const zt_aws_paging *paging,
				   zt_aws_each_fn each, void *context, zt_error *ret_error);

#endif
