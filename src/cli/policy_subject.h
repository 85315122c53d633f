/* Whom a policy check is about: its policies, and the values of its policy variables. */
#ifndef ZT_CLI_POLICY_SUBJECT_H
#define ZT_CLI_POLICY_SUBJECT_H

#include <jansson.h>

#include "aws/client.h"
#include "base/options.h"
#include "policy/connection.h"
#include "policy/evaluate.h"
#include "x509/read.h"

/* AWS allows 10 of a certificate, and as many of each thing group, of which a thing has 10 with up to 6 above each. */
enum { ZT_SUBJECT_POLICIES_MAX = 100, ZT_SUBJECT_NAME_MAX = 128 };

typedef struct {
	const zt_policy *policies[ZT_SUBJECT_POLICIES_MAX];
	char names[ZT_SUBJECT_POLICIES_MAX][ZT_SUBJECT_NAME_MAX + 1];
	size_t policy_count;
	zt_cert_info *certificate; /* NULL offline */
	char certificate_id[ZT_CERT_ID_HEX + 1];
	char status[32];                 /* of the certificate, "" offline */
	json_t *thing;                   /* the one that the connection is bound to, or NULL */
	zt_policy_connection connection; /* borrows from `thing` and the caller's texts */
	const zt_opt_list *variables;    /* NAME=VALUE, before all others; may be NULL */
} zt_policy_subject;

/* The certificate's policies, the Thing that a connection of that client id (empty: HTTPS) is bound to, and where that
 * is its name the policies of its groups. */
ZT_NODISCARD zt_status zt_policy_subject_fetch(zt_aws_client *client, zt_view certificate_id, zt_view client_id,
					       zt_policy_subject *ret, zt_error *ret_error);
/* The id of the certificate that the Thing of a device names. ZT_E_NOT_FOUND. */
ZT_NODISCARD zt_status zt_policy_subject_find(zt_aws_client *client, zt_view device,
					      char ret_certificate_id[ZT_CERT_ID_HEX + 1], zt_error *ret_error);
/* Adds a policy from a file. */
ZT_NODISCARD zt_status zt_policy_subject_load(zt_policy_subject *subject, const char *file, zt_error *ret_error);
zt_policy_values zt_policy_subject_values(zt_policy_subject *subject);
/* A zeroed one is fine. */
void zt_policy_subject_end(zt_policy_subject *subject);

#endif
