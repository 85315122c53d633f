/* Thing, attachment and policy in one call, RegisterThing, or in the plain calls that it stands for. */
#ifndef ZT_JITR_REGISTER_H
#define ZT_JITR_REGISTER_H

#include "jitr/act.h"

/* How RegisterThing treats what exists (AWS IoT Developer Guide, "Provisioning templates", OverrideSettings). */
typedef struct {
	const char *attributes; /* "FAIL" or "MERGE" */
	const char *thing_type; /* "DO_NOTHING" or "REPLACE" */
	const char *status;     /* "DO_NOTHING" or "REPLACE" */
} zt_jitr_overrides;
zt_jitr_overrides zt_jitr_overrides_of(zt_jitr_action action);

/* The template that is sent:
 * {"Parameters":{"name","type","certificate","device","notBefore","tenant","policy": {"Type":"String"}},
 *  "Resources":{
 *   "thing":{"Type":"AWS::IoT::Thing",
 *    "Properties":{"ThingName":{"Ref":"name"},"ThingTypeName":{"Ref":"type"},"AttributePayload":{
 *     "deviceId":{"Ref":"device"},"certificateId":{"Ref":"certificate"},"notBefore":{"Ref":"notBefore"},"tenant":{"Ref":"tenant"}}},
 *    "OverrideSettings":{"AttributePayload":<attributes>,"ThingTypeName":<thing_type>}},
 *   "certificate":{"Type":"AWS::IoT::Certificate","Properties":{"CertificateId":{"Ref":"certificate"},"Status":"ACTIVE"},
 *    "OverrideSettings":{"Status":<status>}},
 *   "policy":{"Type":"AWS::IoT::Policy","Properties":{"PolicyName":{"Ref":"policy"}}}}}
 * and with `predecessor` the parameter and attribute of that name too: an empty attribute is none. Appended to *out. */
ZT_NODISCARD zt_status zt_jitr_template(const zt_jitr_overrides *overrides, bool predecessor, zt_str *out);

/* The Thing's attributes name the certificate, and as `predecessor` the one that they named before: it is found there
 * again when its retirement is cut between detaching and deleting.
 *
 * When RegisterThing refuses (not when it is throttled or out of reach), CreateThing or UpdateThing,
 * AttachThingPrincipal, AttachPolicy and UpdateCertificate do the same, guarded by CreateThing's conflict and the
 * Thing's version: ZT_E_AGAIN when one of these tells that somebody else was faster. */
ZT_NODISCARD zt_status zt_jitr_register(zt_jitr_act *act, zt_jitr_action action, zt_error *ret_error);

#endif
