/* The transport seam over libcurl: connections are kept, proxies as libcurl reads them, the server always verified. */
#ifndef ZT_AWS_HTTP_CURL_H
#define ZT_AWS_HTTP_CURL_H

#include "aws/http.h"

typedef struct zt_aws_http_curl zt_aws_http_curl;

/* ca_bundle: PEM file of the trusted roots; NULL: AWS_CA_BUNDLE, else the system's. Copied. One thread at a time. */
ZT_NODISCARD zt_status zt_aws_http_curl_new(const char *ca_bundle, zt_aws_http_curl **ret, zt_error *ret_error);
void zt_aws_http_curl_free(zt_aws_http_curl *curl);
ZT_DEFINE_CLEANUP(zt_aws_http_curl, zt_aws_http_curl_free)
/* Good until zt_aws_http_curl_free. */
zt_aws_http zt_aws_http_curl_seam(zt_aws_http_curl *curl);

#endif
