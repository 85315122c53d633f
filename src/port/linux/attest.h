/* The device's side of the attestation authority (docs/contracts.md, "The authority's device API"): evidence from the
 * root of trust against a short-lived certificate. Blocking; at most two HTTPS calls. */
#ifndef ZT_PORT_LINUX_ATTEST_H
#define ZT_PORT_LINUX_ATTEST_H

#include "base/error.h"
#include "base/str.h"
#include "x509/issue.h"
#include "zerotouch/clock.h"

typedef struct {
	const char *url;     /* "https://localhost:4567" */
	const char *ca_file; /* PEM: the authority is private, so its root must be configured */
	const char *tenant;  /* GUID, either case */
	zt_clock clock;
} zt_attest_spec;

/* Makes a fresh TLS key and gets a certificate for it: appends the leaf and its chain to *ret_certificate and the key
 * to *ret_key, both PEM (wipe the key). The answer is checked: the leaf names this device. ZT_E_CONFIG, ZT_E_USAGE,
 * ZT_E_DENIED (unclaimed device, evidence refused), ZT_E_NOT_FOUND (no such tenant), network errors; the authority's
 * code and sentence are in *ret_error. */
ZT_NODISCARD zt_status zt_attest(const zt_attest_spec *spec, const zt_key *root_key, zt_str *ret_certificate,
				 zt_str *ret_key, zt_error *ret_error);

#endif
