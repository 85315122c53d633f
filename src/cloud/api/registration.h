/* One registration of a thing by a template (AWS IoT, "RegisterThing", "Just-in-time provisioning"): what its steps
 * share, and the step that is about the thing. */
#ifndef ZT_CLOUD_API_REGISTRATION_H
#define ZT_CLOUD_API_REGISTRATION_H

#include "cloud/api/call.h"
#include "cloud/registry/certificates.h"
#include "cloud/registry/policies.h"

/* One resource of the template, resolved. */
typedef struct {
	const char *name; /* logical; NULL when the template has none */
	const json_t *properties, *overrides;
} zt_registration_resource;

typedef struct {
	zt_call *call;
	zt_txn *txn;
	zt_error *error; /* where each step says why it failed */
	zt_registration_resource thing, certificate, policies[ZT_POLICIES_PER_TARGET_MAX];
	size_t policy_count;
	char thing_name[129], certificate_id[ZT_CERT_ID_TEXT]; /* once they were taken */
	zt_str certificate_arn;
	json_t *arns; /* resourceArns, by logical name */
} zt_registration;

/* What is to be done about a value that stands there already. AWS does not say what holds without a setting: a thing
 * keeps its value, a certificate takes the template's status (unconfirmed). */
typedef enum { ZT_OVERRIDE_DO_NOTHING, ZT_OVERRIDE_REPLACE, ZT_OVERRIDE_FAIL, ZT_OVERRIDE_MERGE } zt_override;

/* What a resource's OverrideSettings say about `setting`. */
ZT_NODISCARD zt_status zt_registration_override(zt_registration *r, const zt_registration_resource *of,
						const char *setting, zt_override fallback, zt_override *ret);
/* ResourceRegistrationFailureException "<what>: <name>". */
zt_status zt_registration_fail(zt_registration *r, const char *what, const char *name);
/* ConflictingResourceUpdateException for ZT_OVERRIDE_FAIL. */
zt_status zt_registration_conflict(zt_registration *r, const char *what);
ZT_NODISCARD zt_status zt_registration_add_arn(zt_registration *r, const char *logical, const char *type,
					       const char *name);
/* Whether the caller may do `action` to the resource type/name of IoT's. */
ZT_NODISCARD zt_status zt_registration_may(const zt_registration *r, const char *action, const char *type,
					   const char *name);

/* Makes or changes the thing, as its overrides want it, and brings it into its groups. */
ZT_NODISCARD zt_status zt_registration_take_thing(zt_registration *r);
/* Attaches the certificate to the thing; both were taken before. */
ZT_NODISCARD zt_status zt_registration_attach(zt_registration *r);

#endif
