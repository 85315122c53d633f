/* What setup, plan and teardown share: the account and the set-up; of the first two also the authority that proves
 * possession, the CAs, the package. */
#ifndef ZT_CLI_SETUP_SESSION_H
#define ZT_CLI_SETUP_SESSION_H

#include "cli/account.h"
#include "cli/authority.h"
#include "cli/azure_sphere.h"
#include "cli/proof.h"
#include "setup/setup.h"

enum { ZT_SETUP_ZIP_MAX = 50 * 1024 * 1024 };

typedef struct {
	zt_account_options account;
	zt_authority_options authority;
	zt_proof_options proof;
	zt_azure_sphere_options azure;
	const char *name, *zip, *architecture, *template, *ca_file, *mode;
	unsigned log_retention;
	zt_opt_list topics;
	bool json, yes, exit_code, sweeper, prune;
	bool whole; /* for teardown: account and name alone count */
} zt_setup_options;

#define ZT_SETUP_OPTIONS(o)                                                                                                \
	ZT_ACCOUNT_OPTIONS((o).account), ZT_AUTHORITY_OPTIONS((o).authority), ZT_TENANT_OPTION((o).authority),             \
	    { "ca-file",   0,                                                                                              \
	      ZT_OPT_TEXT, &(o).ca_file,                                                                                   \
	      "FILE",      "instead of an authority: the CA's certificate, PEM or DER",                                    \
	      0,           0 },                                                                                            \
	    ZT_AZURE_SPHERE_OPTIONS((o).azure),                                                                            \
	    { "mode",    0,      ZT_OPT_TEXT,                                                                              \
	      &(o).mode, "MODE", "default; sni-only, which needs no proof; jitp, without Lambda",                          \
	      0,         0 },                                                                                              \
	    { "topic", 't', ZT_OPT_LIST, &(o).topics, "TOPIC", "devices may also publish to this one (repeat it)", 0, 0 }, \
	    { "thing-template",                                                                                            \
	      0,                                                                                                           \
	      ZT_OPT_TEXT,                                                                                                 \
	      &(o).template,                                                                                               \
	      "TEXT",                                                                                                      \
	      "name of a Thing (default Azure-Sphere-{device_id:5}; with --mode jitp {device_id})",                        \
	      0,                                                                                                           \
	      0 },                                                                                                         \
	    { "name", 0, ZT_OPT_TEXT, &(o).name, "NAME", "of this set-up, in all its resources (default zerotouch)",       \
	      0,      0 },                                                                                                 \
	    { "sweeper",   0,                                                                                              \
	      ZT_OPT_FLAG, &(o).sweeper,                                                                                   \
	      NULL,        "the handler may remove old certificates when a schedule calls it",                             \
	      0,           0 },                                                                                            \
	    { "log-retention", 0, ZT_OPT_NUMBER, &(o).log_retention, "DAYS", "of both log groups (default 30)", 1, 3653 }, \
	    { "architecture",                                                                                              \
	      0,                                                                                                           \
	      ZT_OPT_TEXT,                                                                                                 \
	      &(o).architecture,                                                                                           \
	      "NAME",                                                                                                      \
	      "of the Lambda: x86_64 (default) or arm64",                                                                  \
	      0,                                                                                                           \
	      0 },                                                                                                         \
	    { "prune",                                                                                                     \
	      0,                                                                                                           \
	      ZT_OPT_FLAG,                                                                                                 \
	      &(o).prune,                                                                                                  \
	      NULL,                                                                                                        \
	      "also remove what is not wanted any more: expired CAs, old policy versions, the other mode's resources",     \
	      0,                                                                                                           \
	      0 },                                                                                                         \
	    { "zip",    0,      ZT_OPT_TEXT,                                                                               \
	      &(o).zip, "FILE", "the Lambda's package (default: the one built with this program)",                         \
	      0,        0 },                                                                                               \
	{                                                                                                                  \
		"json", 0, ZT_OPT_FLAG, &(o).json, NULL, "an array of the items", 0, 0                                     \
	}

typedef struct {
	zt_account_session account;
	zt_attest_client *authority;
	const zt_proof_options *proof; /* where there is no authority */
	zt_azure_sphere azure;         /* where Microsoft's is asked */
	zt_str tenant, zip, ca_pem;
	json_t *description; /* of the tenant, with its CAs */
	zt_setup_ca cas[ZT_SETUP_CAS_MAX];
	zt_view topics[ZT_SETUP_TOPICS_MAX];
	zt_setup *setup;
	bool quiet; /* no progress lines */
	int64_t begun_ms;
} zt_setup_session;

/* Opens all of it and makes the plan. The session must not move while it is open. */
ZT_NODISCARD zt_status zt_setup_session_open(const zt_setup_options *options, zt_setup_session *ret,
					     zt_error *ret_error);
/* A zeroed one is fine. */
void zt_setup_session_close(zt_setup_session *session);

#endif
