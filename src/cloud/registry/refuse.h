/* AWS's exceptions as values: one table gives each its name, HTTP status and zt_status
 * (AWS IoT API reference for iot, §8.1 for lambda, §9.2 for iam). */
#ifndef ZT_CLOUD_REGISTRY_REFUSE_H
#define ZT_CLOUD_REGISTRY_REFUSE_H

#include "base/error.h"

/* X(enumerator, name, HTTP status, status) */
#define ZT_REFUSAL_LIST(X)                                                                       \
	X(ZT_REFUSE_INVALID, "InvalidRequestException", 400, ZT_E_INVALID)                       \
	X(ZT_REFUSE_NOT_FOUND, "ResourceNotFoundException", 404, ZT_E_NOT_FOUND)                 \
	X(ZT_REFUSE_EXISTS, "ResourceAlreadyExistsException", 409, ZT_E_EXISTS)                  \
	X(ZT_REFUSE_LIMIT, "LimitExceededException", 410, ZT_E_LIMIT)                            \
	X(ZT_REFUSE_UNAUTHORIZED, "UnauthorizedException", 401, ZT_E_DENIED)                     \
	X(ZT_REFUSE_POLICY, "MalformedPolicyException", 400, ZT_E_INVALID)                       \
	X(ZT_REFUSE_CERTIFICATE, "CertificateValidationException", 400, ZT_E_INVALID)            \
	X(ZT_REFUSE_REGISTRATION_CODE, "RegistrationCodeValidationException", 400, ZT_E_INVALID) \
	X(ZT_REFUSE_CERTIFICATE_STATE, "CertificateStateException", 406, ZT_E_STATE)             \
	X(ZT_REFUSE_DELETE, "DeleteConflictException", 409, ZT_E_CONFLICT)                       \
	X(ZT_REFUSE_VERSION, "VersionConflictException", 409, ZT_E_CONFLICT)                     \
	X(ZT_REFUSE_VERSIONS, "VersionsLimitExceededException", 409, ZT_E_LIMIT)                 \
	X(ZT_REFUSE_LAMBDA_EXISTS, "ResourceConflictException", 409, ZT_E_EXISTS)                \
	X(ZT_REFUSE_LAMBDA_VALUE, "InvalidParameterValueException", 400, ZT_E_INVALID)           \
	X(ZT_REFUSE_LAMBDA_POLICY, "PolicyLengthExceededException", 400, ZT_E_LIMIT)             \
	X(ZT_REFUSE_LAMBDA_SIZE, "RequestTooLargeException", 413, ZT_E_LIMIT)                    \
	X(ZT_REFUSE_LAMBDA_RATE, "TooManyRequestsException", 429, ZT_E_THROTTLED)                \
	X(ZT_REFUSE_IAM_EXISTS, "EntityAlreadyExists", 409, ZT_E_EXISTS)                         \
	X(ZT_REFUSE_IAM_NOT_FOUND, "NoSuchEntity", 404, ZT_E_NOT_FOUND)                          \
	X(ZT_REFUSE_IAM_DELETE, "DeleteConflict", 409, ZT_E_CONFLICT)                            \
	X(ZT_REFUSE_IAM_POLICY, "MalformedPolicyDocument", 400, ZT_E_INVALID)                    \
	X(ZT_REFUSE_IAM_LIMIT, "LimitExceeded", 409, ZT_E_LIMIT)                                 \
	X(ZT_REFUSE_IAM_VALUE, "ValidationError", 400, ZT_E_INVALID)

#define ZT_REFUSAL_ENUM(refusal, name, http, status) refusal,
typedef enum { ZT_REFUSAL_LIST(ZT_REFUSAL_ENUM) ZT_REFUSAL_COUNT } zt_refusal;
#undef ZT_REFUSAL_ENUM

/* Fills *ret_error (NULL is fine), its code and HTTP status included, and returns the exception's status. */
zt_status zt_refuse(zt_error *ret_error, zt_refusal refusal, const char *format, ...) ZT_PRINTF(3, 4);

#endif
