/* The doctor's judgement: what was seen of each noun, and what is wrong with it. Pure: no I/O, no clock. Inside of the
 * room. Each appends its findings; ZT_E_NOMEM. */
#ifndef ZT_SETUP_JUDGE_H
#define ZT_SETUP_JUDGE_H

#include "setup/finding.h"
#include "setup/state.h"

typedef struct {
	const zt_setup *setup; /* names, account, accepted CAs */
	json_t *findings;
	int64_t now_ms;                     /* wall clock */
	char again[ZT_SETUP_NAME_MAX + 32]; /* "zerotouch setup --name lamps" */
} zt_diagnosis;

/* A finding whose remedy is the set-up once more. */
ZT_NODISCARD zt_status zt_judge_again(const zt_diagnosis *d, zt_finding finding, const char *about,
				      const char *evidence);
/* Whether a certificate's end is past; then the evidence is written. */
enum { ZT_JUDGE_END_MAX = 64 };
bool zt_judge_has_ended(const zt_diagnosis *d, const json_t *not_after, char ret_evidence[ZT_JUDGE_END_MAX]);

/* item->there and item->observed as zt_setup_observe fills them. */
ZT_NODISCARD zt_status zt_judge_thing_type(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_policy(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_log_group(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_role(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_role_policy(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_function(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_rule(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_permission(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_template(const zt_diagnosis *d, const zt_setup_item *item);
ZT_NODISCARD zt_status zt_judge_ca(const zt_diagnosis *d, const zt_setup_item *item);

/* The result of a probe of a device port, 0 when it went well. */
ZT_NODISCARD zt_status zt_judge_port(const zt_diagnosis *d, const char *host, unsigned port, zt_status status,
				     const char *evidence);

/* Events of the handler's log, oldest first (FilterLogEvents); the last one that tells of a failure is told. */
ZT_NODISCARD zt_status zt_judge_log(const zt_diagnosis *d, const json_t *events);

/* A device, as it was seen. */
typedef struct {
	const char *id;
	const json_t *certificate; /* description of its newest one, or NULL */
	bool has_policy;           /* ours is attached to that certificate */
	const json_t *thing;       /* description of the certificate's Thing, or NULL */
} zt_seen_device;
ZT_NODISCARD zt_status zt_judge_device(const zt_diagnosis *d, const zt_seen_device *seen);

enum {
	ZT_CAS_OF_SUBJECT_MAX = 10, /* AWS IoT Core quotas, "CA certificates with the same subject" */
	ZT_CAS_OF_SUBJECT_NEAR = 9,
};
ZT_NODISCARD zt_status zt_judge_subject(const zt_diagnosis *d, const char *subject, size_t cas);
ZT_NODISCARD zt_status zt_judge_policy_versions(const zt_diagnosis *d, size_t versions);

#endif
