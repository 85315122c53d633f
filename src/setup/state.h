/* The set-up's own, and what every kind of resource can do. Inside of the room. */
#ifndef ZT_SETUP_STATE_H
#define ZT_SETUP_STATE_H

#include "base/json.h"
#include "setup/operator.h"
#include "setup/setup.h"

enum {
	ZT_SETUP_DOCUMENT_MAX = 32 * 1024,
	ZT_POLICY_VERSIONS_MAX = 5, /* AWS IoT Core quotas, "policy versions" */
};

/* A CA whose devices the handler accepts. */
typedef struct {
	char id[65];
	char tenant[65];
	bool leaving;             /* with `prune`: expired or gone, and not accepted any more */
	const zt_setup_ca *given; /* in the specification; NULL when only the handler knows it */
} zt_accepted_ca;

struct zt_setup {
	zt_aws_client *client;
	zt_setup_spec spec;
	char name[ZT_SETUP_NAME_MAX + 1];
	char device_name[64];  /* of policy and thing type */
	char handler_name[64]; /* of function, role policy and permission */
	char role_name[64 + 1];
	char rule_name[64];
	char errors_name[64];          /* of the rule's role policy */
	char errors_role_name[64 + 1]; /* what IoT assumes to tell the rule's failures */
	char jitp_name[64];            /* of the provisioning template and its role's policy */
	char jitp_role_name[64 + 1];
	char function_log[96], errors_log[96];
	char thing_template[129];
	zt_accepted_ca cas[ZT_SETUP_CAS_MAX]; /* of the specification */
	/* Those that the handler accepts already, in its order, and behind them the new ones: so a second tenant's
	 * set-up leaves the first one's as it is. */
	zt_accepted_ca accepted[ZT_SETUP_ACCEPTED_MAX];
	size_t accepted_count;
	/* Known after the first questions. */
	char account[13], partition[16], endpoint[254];
	json_t *function; /* answer of GetFunction, or NULL */
	zt_setup_item items[ZT_SETUP_ITEMS_MAX];
	size_t item_count;
	bool planned;
};

/* Whose roles and log groups: the index of their items. */
typedef enum { ZT_ROLE_HANDLER, ZT_ROLE_ERRORS, ZT_ROLE_PROVISIONING } zt_setup_role;

/* A kind of resource. Objects have the same members in `desired` and in `observe`. */
typedef struct {
	const char *title;
	/* What it shall be. New reference. */
	zt_status (*desired)(zt_setup *setup, const zt_setup_item *item, json_t **ret, zt_error *ret_error);
	/* What it is (new reference) and whether it is ours; ZT_E_NOT_FOUND when there is none. */
	zt_status (*observe)(zt_setup *setup, const zt_setup_item *item, json_t **ret, bool *ret_ours,
			     zt_error *ret_error);
	zt_status (*create)(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error);
	/* item->desired has the members that differ. */
	zt_status (*update)(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error);
	zt_status (*remove)(zt_setup *setup, const zt_setup_item *item, zt_error *ret_error);
	zt_operator_actions actions; /* that these five use */
} zt_resource;

extern const zt_resource zt_resource_thing_type, zt_resource_policy, zt_resource_log_group, zt_resource_role,
    zt_resource_role_policy, zt_resource_function, zt_resource_rule, zt_resource_permission, zt_resource_template,
    zt_resource_ca;

const zt_resource *zt_resource_of(zt_setup_kind kind);

/* Fills account, partition, endpoint, the function and the CAs that it accepts. */
ZT_NODISCARD zt_status zt_setup_look(zt_setup *setup, zt_error *ret_error);
/* The four of which it is made, in this order: account and partition; the endpoint; the function, NULL when there is
 * none; the CAs that it accepts. */
ZT_NODISCARD zt_status zt_setup_look_at_account(zt_setup *setup, zt_error *ret_error);
ZT_NODISCARD zt_status zt_setup_look_at_endpoint(zt_setup *setup, zt_error *ret_error);
ZT_NODISCARD zt_status zt_setup_look_at_function(zt_setup *setup, zt_error *ret_error);
ZT_NODISCARD zt_status zt_setup_keep_accepted(zt_setup *setup, zt_error *ret_error);
/* Which of the two ways an account was set up by shows in what is there: spec.jitp; by a template, the CAs that name it
 * are the accepted ones. Behind the four. */
ZT_NODISCARD zt_status zt_setup_look_at_way(zt_setup *setup, zt_error *ret_error);
/* Makes the items anew, nothing known of them but their names. */
void zt_setup_add_items(zt_setup *setup);

/* arn:<partition>:<service>:<region>:<account>:<type><name>; IAM's have no Region. Appends. */
ZT_NODISCARD zt_status zt_setup_arn(const zt_setup *setup, const char *service, const char *type, const char *name,
				    zt_str *out);
/* The same as a JSON string, NULL without memory. */
json_t *zt_setup_arn_json(const zt_setup *setup, const char *service, const char *type, const char *name);
/* [{"Key":"zerotouch","Value":<name>}] */
json_t *zt_setup_tags(const zt_setup *setup);
/* Whether an IoT resource carries our tag. */
ZT_NODISCARD zt_status zt_setup_has_tag(zt_setup *setup, zt_view arn, bool *ret, zt_error *ret_error);
/* ZT_E_NOMEM with its words, for a JSON value that could not be made. */
zt_status zt_setup_no_memory(zt_error *ret_error);
void zt_setup_sleep(const zt_setup *setup, int64_t ms);
int64_t zt_setup_now_ms(const zt_setup *setup); /* monotonic */
/* AWS's seconds since 1970; false when it is none. */
bool zt_setup_time_ms(const json_t *seconds, int64_t *ret_wall_ms);
/* {name: value} of those names that `from` has. New reference; NULL without memory. */
json_t *zt_setup_pick(const json_t *from, const char *const *names, size_t count);
/* Whether {"Key","Value"} is our tag. */
bool zt_setup_is_our_tag(const zt_setup *setup, const json_t *tag);
/* The member of item->desired as compact text. */
ZT_NODISCARD zt_status zt_setup_desired_text(const zt_setup_item *item, const char *member, zt_str *out,
					     zt_error *ret_error);

const char *zt_setup_role_name(const zt_setup *setup, size_t role);

/* Removes the certificates that a CA registered and, with `things`, their things and identity messages. */
ZT_NODISCARD zt_status zt_setup_remove_devices(zt_setup *setup, zt_view ca_id, bool things, zt_error *ret_error);
/* Removes the things of our type that have no certificate: an interrupted removal leaves such a one, and no certificate
 * leads to it any more. */
ZT_NODISCARD zt_status zt_setup_remove_loose_things(zt_setup *setup, zt_error *ret_error);

#endif
