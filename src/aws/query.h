/* AWS's Query protocol (IAM, STS): a form goes out, XML comes back. */
#ifndef ZT_AWS_QUERY_H
#define ZT_AWS_QUERY_H

#include "aws/client.h"

enum { ZT_AWS_XML_DEPTH_MAX = 32 };

typedef struct {
	const char *name;
	zt_view value; /* an empty one is left out */
} zt_aws_parameter;

/* *ret (may be NULL): the content of <…Result>, an empty object where there is none; see zt_aws_xml_read. */
ZT_NODISCARD zt_status zt_aws_query(zt_aws_client *client, zt_aws_service service, const char *action,
				    const zt_aws_parameter *parameters, size_t count, json_t **ret,
				    zt_error *ret_error);

/* The same, unsigned. */
ZT_NODISCARD zt_status zt_aws_query_anonymous(zt_aws_client *client, zt_aws_service service, const char *action,
					      const zt_aws_parameter *parameters, size_t count, json_t **ret,
					      zt_error *ret_error);

/* XML as JSON: an element with elements in it is an object, one whose elements are all <member> an array, any other a
 * string. Attributes and namespaces are dropped. A document type, a repeated name, depth over ZT_AWS_XML_DEPTH_MAX:
 * ZT_E_INVALID. *ret has one member, the root element. */
ZT_NODISCARD zt_status zt_aws_xml_read(zt_view xml, json_t **ret, zt_error *ret_error);

#endif
