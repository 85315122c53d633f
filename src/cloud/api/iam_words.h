/* What the nouns of IAM share on the wire. */
#ifndef ZT_CLOUD_API_IAM_WORDS_H
#define ZT_CLOUD_API_IAM_WORDS_H

#include "cloud/api/input.h"
#include "cloud/api/xml.h"
#include "cloud/registry/roles.h"

extern const zt_param zt_param_role_name, zt_param_role_policy_name, zt_param_role_policy_document;

/* The role that the parameter RoleName names; NoSuchEntity. */
ZT_NODISCARD zt_status zt_iam_role(const zt_call *call, const zt_role **ret, zt_error *ret_error);
/* For an operation's row: the ARN of the parameter RoleName, whose role need not be there. */
ZT_NODISCARD zt_status zt_iam_resource(const zt_call *call, zt_str *out);
/* <element> with the document URL-encoded, as IAM gives documents (RFC 3986). */
ZT_NODISCARD zt_status zt_iam_document(zt_str *out, const char *element, const char *document);

/* A page of a list: Marker and MaxItems (1 to 1000, 100 by default). */
typedef struct {
	size_t limit;
	zt_str after; /* free with zt_str_free */
} zt_iam_page;
ZT_NODISCARD zt_status zt_iam_page_read(const zt_call *call, zt_iam_page *ret, zt_error *ret_error);
/* IsTruncated, and with `last` (empty at the end) the Marker of the next page. */
ZT_NODISCARD zt_status zt_iam_page_end(zt_call *call, zt_view last);

/* Puts Tags.member.N.Key and .Value on a resource. */
ZT_NODISCARD zt_status zt_iam_tags_put(zt_call *call, zt_view arn, zt_error *ret_error);
/* <Tags><member>…</member></Tags>, nothing when there are none. */
ZT_NODISCARD zt_status zt_iam_tags_show(zt_call *call, zt_view arn);

#endif
