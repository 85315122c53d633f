/* Set-up of an AWS account for just-in-time registration: what shall be there, what is there, the difference, and how
 * to get from one to the other. Nothing is kept in a file: resources are found by name and tag.
 *
 * Knows the account only through the client: Amazon's or a local one, it cannot tell.
 *
 *   zt_setup_new -> zt_setup_plan -> zt_setup_item … -> zt_setup_apply
 *
 * Names, for a set-up called "zerotouch": IoT policy and thing type zerotouch-device, role zerotouch-jitr-<region>,
 * function zerotouch-jitr with its log group /aws/lambda/zerotouch-jitr, rule zerotouch_jitr, whose failures go to the
 * log group /zerotouch/zerotouch/errors by the role zerotouch-errors-<region>. Just-in-time provisioning has the
 * provisioning template zerotouch-jitp and its role zerotouch-jitp-<region> in the place of function, rule and logs.
 * Each carries the tag zerotouch=<name>; CA certificates too. */
#ifndef ZT_SETUP_H
#define ZT_SETUP_H

#include <jansson.h>

#include "aws/client.h"

enum {
	ZT_SETUP_NAME_MAX = 32,
	ZT_SETUP_CAS_MAX = 16,
	ZT_SETUP_TOPICS_MAX = 8,
	ZT_SETUP_ACCEPTED_MAX = 64, /* CAs that one handler accepts; Lambda's 4 KB of environment end sooner */
	ZT_SETUP_ITEMS_MAX = 2 * ZT_SETUP_ACCEPTED_MAX + 16,
	ZT_SETUP_LOG_RETENTION_DAYS = 30,   /* default: long enough to look into last week's trouble */
	ZT_SETUP_ASSUME_BUDGET_MS = 120000, /* how long a new role may take to be assumable; IAM promises nothing, IAM
					       user guide, "Eventual consistency" */
	ZT_SETUP_READY_BUDGET_MS = 60000,   /* how long a function may stay Pending or in an update */
};

typedef struct zt_setup_item zt_setup_item;

/* A tenant CA whose devices shall come in. */
typedef struct {
	zt_view pem;
	zt_view tenant; /* GUID; empty: the CA's id names it */
} zt_setup_ca;

typedef struct {
	zt_view name;           /* [a-z0-9-], begins with a letter; empty: "zerotouch" */
	const zt_setup_ca *cas; /* at least one, the signer and those that it may still follow */
	size_t ca_count;
	/* Gets the proof of possession for a registration code, from whoever holds the CA's key: appends the PEM of a
	 * certificate signed by the CA with the code as its common name. Called only when a CA has to be registered. */
	zt_status (*prove)(void *context, const zt_setup_ca *ca, zt_view code, zt_str *proof_pem, zt_error *ret_error);
	const zt_view *topics; /* besides its own, each device may publish to these */
	size_t topic_count;
	zt_view thing_template; /* empty: "Azure-Sphere-{device_id:5}"; with jitp "{device_id}", and no other */
	zt_view zip;            /* the function's package, with `bootstrap` at its root */
	zt_view architecture;   /* "x86_64" or "arm64"; empty: x86_64 */
	/* "DEFAULT" or "SNI_ONLY", of the CAs; empty: as they are registered, DEFAULT for new ones. SNI_ONLY needs no
	 * proof of possession, and devices must send the endpoint's name (SNI). */
	zt_view ca_mode;
	bool sweeper;                /* the handler's role may sweep when a schedule invokes it */
	unsigned log_retention_days; /* of both log groups, one of CloudWatch Logs' figures; 0: the default */
	/* Just-in-time provisioning: a provisioning template on the CA, and no handler, rule and logs. Things are then
	 * named by the device id alone. */
	bool jitp;
	/* For teardown: plans nothing, and looks at what belongs to either of the two ways and at every CA that carries
	 * our tag. The name alone is needed. */
	bool whole;
	/* Also plans the removal of what is ours and not wanted any more: expired CAs, old policy versions, and
	 * what belongs to the other of the two ways. */
	bool prune;
	bool observe_only; /* only zt_setup_observe will be called: name alone is needed */
	/* A step of zt_setup_apply or zt_setup_teardown begins, and has ended. Each may be NULL. */
	void (*begun)(void *context, const zt_setup_item *item);
	void (*ended)(void *context, const zt_setup_item *item, zt_status status);
	/* Of what devices caused, so many so far: "certificates removed", "Things". May be NULL. */
	void (*counted)(void *context, const char *what, size_t count);
	void (*sleep_ms)(void *context, int64_t ms); /* NULL: really sleeps */
	void *context;                               /* of these four and prove */
} zt_setup_spec;

/* In the order in which they are made. The CA comes last: until it is registered no device's first contact is lost. */
typedef enum {
	ZT_SETUP_THING_TYPE,
	ZT_SETUP_POLICY,
	ZT_SETUP_LOG_GROUP, /* the function's, and the rule's */
	ZT_SETUP_ROLE,      /* the handler's, and the rule's */
	ZT_SETUP_ROLE_POLICY,
	ZT_SETUP_FUNCTION,
	ZT_SETUP_RULE,
	ZT_SETUP_PERMISSION,
	ZT_SETUP_TEMPLATE, /* just-in-time provisioning alone */
	ZT_SETUP_CA,
} zt_setup_kind;

typedef enum {
	ZT_CHANGE_NONE, /* is as it shall be */
	ZT_CHANGE_CREATE,
	ZT_CHANGE_UPDATE, /* is there with other content */
	ZT_CHANGE_REMOVE, /* is there and ours, and not wanted any more */
} zt_setup_change;

struct zt_setup_item {
	zt_setup_kind kind;
	size_t index;      /* of the CA, role or log group, inside */
	const char *title; /* "IoT policy" */
	char name[160];    /* "zerotouch-device" */
	zt_setup_change change;
	bool there;     /* it exists */
	bool other_way; /* belongs to just-in-time provisioning in a set-up without it, or the other way round */
	bool ours;      /* it carries our tag (what is to be created counts as ours) */
	/* Objects with the members that differ, as they are and as they shall be; NULL when nothing does. For a new one
	 * `observed` is NULL and `desired` the whole. Owned by the set-up. */
	json_t *observed, *desired;
};

typedef struct zt_setup zt_setup;

/* Checks the specification; nothing goes out. Everything in it is borrowed for the life of the set-up. ZT_E_USAGE for a
 * name, topic or template that cannot be, ZT_E_INVALID for a CA certificate that is none. */
ZT_NODISCARD zt_status zt_setup_new(zt_aws_client *client, const zt_setup_spec *spec, zt_setup **ret,
				    zt_error *ret_error);
void zt_setup_free(zt_setup *setup);
ZT_DEFINE_CLEANUP(zt_setup, zt_setup_free)

/* Asks the account what is there and fills the items; may be called again. CAs that an earlier set-up of this name
 * brought and that are not in this specification stay accepted: each is an item too, as it is, and teardown finds it.
 */
ZT_NODISCARD zt_status zt_setup_plan(zt_setup *setup, zt_error *ret_error);
/* Asks for the same and plans nothing: each item has all of `observed`, neither `desired` nor a change, and the CAs are
 * those that the handler accepts, be they there or not. */
ZT_NODISCARD zt_status zt_setup_observe(zt_setup *setup, zt_error *ret_error);
/* Whose CA it is, as the handler knows it; NULL for other kinds. Borrowed until the next plan. */
const char *zt_setup_tenant_of(const zt_setup *setup, const zt_setup_item *item);
/* 0 before the first plan. */
size_t zt_setup_item_count(const zt_setup *setup);
const zt_setup_item *zt_setup_item_at(const zt_setup *setup, size_t index);
/* Items with a change of that kind. */
size_t zt_setup_changes(const zt_setup *setup, zt_setup_change change);

/* Makes what zt_setup_plan found to be made, in order, and removes then what is to go; stops at the first failure, and
 * the next plan goes on from there. What exists with other content is changed, and what is not wanted any more removed,
 * only with `consent`: without it ZT_E_CONFLICT, before anything is done. So is a name that somebody else's resource
 * has, with consent too. */
ZT_NODISCARD zt_status zt_setup_apply(zt_setup *setup, bool consent, zt_error *ret_error);

/* Removes, in the reverse order, every item that is there and ours, with the certificates that our CAs registered,
 * their things and their identity messages. A thing type can be deleted five minutes after its deprecation only: it
 * stays, deprecated, until a second run, and the result is ZT_E_PARTIAL. zt_setup_plan must have been called. */
ZT_NODISCARD zt_status zt_setup_teardown(zt_setup *setup, zt_error *ret_error);

/* What devices caused: the certificates of our CAs, the Things of our type. In pages, in bounded memory; changes
 * nothing. zt_setup_plan must have been called. */
ZT_NODISCARD zt_status zt_setup_count_devices(zt_setup *setup, size_t *ret_certificates, size_t *ret_things,
					      zt_error *ret_error);

/* The least IAM policy with which plan, setup, doctor and teardown of that name work in the client's account and
 * Region; asks STS for the account and needs no permission itself. `name` as in zt_setup_spec. *ret is the document. */
ZT_NODISCARD zt_status zt_setup_operator_policy(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);

/* Of the account, known after zt_setup_plan: "123456789012", "aws", and the host name of the data endpoint. */
const char *zt_setup_account(const zt_setup *setup);
const char *zt_setup_endpoint(const zt_setup *setup);

#endif
