/* What keeps devices from coming in: one row each, named in --json; docs/aws.md refers to this list. */
#ifndef ZT_SETUP_FINDING_H
#define ZT_SETUP_FINDING_H

#include <jansson.h>

#include "base/error.h"

/* X(enumerator, name, problem) */
#define ZT_FINDING_LIST(X)                                                                                             \
	X(ZT_FIND_CREDENTIALS_MISSING, "CredentialsMissing", "there are no usable credentials")                        \
	X(ZT_FIND_CONFIGURATION, "Configuration", "the Region or the configuration is missing or wrong")               \
	X(ZT_FIND_CREDENTIALS_REFUSED, "CredentialsRefused", "AWS does not accept the credentials")                    \
	X(ZT_FIND_CLOCK, "ClockSkewed", "this machine's clock is wrong, so that signatures are refused")               \
	X(ZT_FIND_ENDPOINT_UNREACHABLE, "EndpointUnreachable", "the API's endpoint cannot be reached")                 \
	X(ZT_FIND_ENDPOINT_UNKNOWN, "EndpointNameUnknown", "the name of the API's endpoint does not resolve")          \
	X(ZT_FIND_ENDPOINT_NOT_TRUSTED, "EndpointNotTrusted", "the API's endpoint shows a certificate without trust")  \
	X(ZT_FIND_ACTION_DENIED, "ActionDenied", "the operator may not do this, so a part was not looked at")          \
	X(ZT_FIND_DEVICE_NAME_UNKNOWN, "DeviceNameUnknown", "the name of the devices' endpoint does not resolve")      \
	X(ZT_FIND_DEVICE_PORT_UNREACHABLE, "DevicePortUnreachable", "a port for devices cannot be reached")            \
	X(ZT_FIND_DEVICE_PORT_NOT_TRUSTED, "DevicePortNotTrusted", "a port for devices has a chain without trust")     \
	X(ZT_FIND_THING_TYPE_MISSING, "ThingTypeMissing", "the thing type is missing: no Thing can be made")           \
	X(ZT_FIND_THING_TYPE_DEPRECATED, "ThingTypeDeprecated", "the thing type is deprecated: no Thing can be made")  \
	X(ZT_FIND_POLICY_MISSING, "PolicyMissing", "the devices' IoT policy is missing")                               \
	X(ZT_FIND_POLICY_REFUSES, "PolicyRefusesConnect", "the devices' IoT policy does not let a device connect")     \
	X(ZT_FIND_ROLE_MISSING, "RoleMissing", "a role of the set-up is missing")                                      \
	X(ZT_FIND_ROLE_NOT_ASSUMABLE, "RoleNotAssumable", "the service that a role is for may not assume it")          \
	X(ZT_FIND_ROLE_POLICY_MISSING, "RolePolicyMissing", "a role of the set-up has no policy")                      \
	X(ZT_FIND_ROLE_POLICY_LACKS, "RolePolicyLacks", "a role of the set-up lacks an action")                        \
	X(ZT_FIND_LOG_GROUP_MISSING, "LogGroupMissing", "a log group is missing: what fails is told nowhere")          \
	X(ZT_FIND_LOG_KEPT_FOR_EVER, "LogKeptForEver", "a log group keeps what it gets for ever")                      \
	X(ZT_FIND_FUNCTION_MISSING, "FunctionMissing", "the handler is missing")                                       \
	X(ZT_FIND_FUNCTION_NOT_ACTIVE, "FunctionNotActive", "the handler is not active")                               \
	X(ZT_FIND_FUNCTION_MISCONFIGURED, "FunctionMisconfigured", "the handler's role or environment is another one") \
	X(ZT_FIND_FUNCTION_FAILED, "FunctionFailed", "the handler has failed in the last hour")                        \
	X(ZT_FIND_NO_CA, "NoCa", "no CA certificate's devices are accepted")                                           \
	X(ZT_FIND_RULE_MISSING, "RuleMissing", "the topic rule is missing")                                            \
	X(ZT_FIND_RULE_DISABLED, "RuleDisabled", "the topic rule is disabled")                                         \
	X(ZT_FIND_RULE_MISSES_CA, "RuleMissesCa", "the topic rule does not select the registrations of a CA")          \
	X(ZT_FIND_RULE_CALLS_ANOTHER, "RuleCallsAnother", "the topic rule does not invoke the handler")                \
	X(ZT_FIND_RULE_ERRORS_UNTOLD, "RuleErrorsUntold", "the topic rule does not tell of its failures")              \
	X(ZT_FIND_PERMISSION_MISSING, "PermissionMissing", "the topic rule may not invoke the handler")                \
	X(ZT_FIND_PERMISSION_OTHER, "PermissionNotForRule", "the invoke permission is not the topic rule's")           \
	X(ZT_FIND_TEMPLATE_DISABLED, "TemplateDisabled", "the provisioning template is disabled")                      \
	X(ZT_FIND_TEMPLATE_OTHER, "TemplateDiffers", "the provisioning template or its role is another one")           \
	X(ZT_FIND_CA_MISSING, "CaMissing", "a CA certificate that the handler accepts is not registered")              \
	X(ZT_FIND_CA_INACTIVE, "CaInactive", "a CA certificate is not active")                                         \
	X(ZT_FIND_CA_NO_AUTO, "CaAutoRegistrationOff", "a CA certificate does not register devices by itself")         \
	X(ZT_FIND_CA_EXPIRED, "CaExpired", "a CA certificate has expired")                                             \
	X(ZT_FIND_DEVICE_UNKNOWN, "DeviceUnknown", "no certificate of the device is registered")                       \
	X(ZT_FIND_CERTIFICATE_PENDING, "CertificatePending", "the handler has not activated the device's certificate") \
	X(ZT_FIND_CERTIFICATE_INACTIVE, "CertificateInactive", "the device's certificate is inactive")                 \
	X(ZT_FIND_CERTIFICATE_REVOKED, "CertificateRevoked", "the device's certificate is revoked")                    \
	X(ZT_FIND_CERTIFICATE_EXPIRED, "CertificateExpired", "the device's certificate has expired")                   \
	X(ZT_FIND_CERTIFICATE_NO_POLICY, "CertificateWithoutPolicy", "the device's certificate has not the policy")    \
	X(ZT_FIND_CERTIFICATE_NO_THING, "CertificateWithoutThing", "the device's certificate has no Thing")            \
	X(ZT_FIND_THING_OF_ANOTHER, "ThingOfAnother", "the Thing's attributes name another device or certificate")     \
	X(ZT_FIND_CAS_NEAR_LIMIT, "CasNearLimit", "almost as many CA certificates of one subject as AWS allows")       \
	X(ZT_FIND_POLICY_VERSIONS, "PolicyVersionsFull", "the IoT policy has all the versions that AWS allows")

#define ZT_FINDING_ENUM(enumerator, name, problem) enumerator,
typedef enum { ZT_FINDING_LIST(ZT_FINDING_ENUM) ZT_FINDING_COUNT } zt_finding;
#undef ZT_FINDING_ENUM

/* Appends {"finding","about","problem","evidence","remedy"} unless the same finding about the same is there already.
 * `about` is the resource or action, `evidence` what was seen, the remedy what to type. ZT_E_NOMEM. */
ZT_NODISCARD zt_status zt_finding_add(json_t *findings, zt_finding finding, const char *about, const char *evidence,
				      const char *remedy, ...) ZT_PRINTF(5, 6);
/* What a failed call means: credentials, clock, endpoint, a lacking action. ZT_OK when it became a finding, otherwise
 * the error's own status. */
ZT_NODISCARD zt_status zt_finding_of_error(json_t *findings, const char *about, const zt_error *error);

#endif
