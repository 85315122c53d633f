#include "cloud/api/managed.h"

#include <stdlib.h>

#include "base/arn.h"

#define ALLOW(actions)                                                                          \
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[" actions \
	"],\"Resource\":\"*\"}]}"

/* AWS Managed Policy Reference Guide. */
static const struct {
	zt_view resource;
	zt_view document;
} known[ZT_MANAGED_COUNT] = {
	{ ZT_LIT_INIT("policy/AdministratorAccess"), ZT_LIT_INIT(ALLOW("\"*\"")) },
	{ ZT_LIT_INIT("policy/AWSIoTFullAccess"), ZT_LIT_INIT(ALLOW("\"iot:*\",\"iotjobsdata:*\"")) },
	{ ZT_LIT_INIT("policy/service-role/AWSLambdaBasicExecutionRole"),
	  ZT_LIT_INIT(ALLOW("\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"")) },
	{ ZT_LIT_INIT("policy/service-role/AWSIoTThingsRegistration"),
	  ZT_LIT_INIT(
	      ALLOW("\"iot:AddThingToBillingGroup\",\"iot:AddThingToThingGroup\",\"iot:AttachPolicy\","
		    "\"iot:AttachPrincipalPolicy\",\"iot:AttachThingPrincipal\",\"iot:CreateCertificateFromCsr\","
		    "\"iot:CreatePolicy\",\"iot:CreateThing\",\"iot:DescribeBillingGroup\",\"iot:DescribeCertificate\","
		    "\"iot:DescribeThing\",\"iot:DescribeThingGroup\",\"iot:DescribeThingType\",\"iot:DetachPolicy\","
		    "\"iot:DetachThingPrincipal\",\"iot:GetPolicy\",\"iot:ListAttachedPolicies\","
		    "\"iot:ListPolicyPrincipals\",\"iot:ListPrincipalPolicies\",\"iot:ListPrincipalThings\","
		    "\"iot:ListTargetsForPolicy\",\"iot:ListThingGroupsForThing\",\"iot:ListThingPrincipals\","
		    "\"iot:RegisterCertificate\",\"iot:RegisterThing\",\"iot:RemoveThingFromBillingGroup\","
		    "\"iot:RemoveThingFromThingGroup\",\"iot:UpdateCertificate\",\"iot:UpdateThing\","
		    "\"iot:UpdateThingGroupsForThing\"")) },
};

struct zt_managed {
	zt_policy *policies[ZT_MANAGED_COUNT];
};

void zt_managed_free(zt_managed *managed)
{
	for (size_t i = 0; managed && i < ZT_MANAGED_COUNT; i++)
		zt_policy_free(managed->policies[i]);
	free(managed);
}

zt_status zt_managed_new(zt_managed **ret, zt_error *ret_error)
{
	zt_managed *managed = calloc(1, sizeof *managed);
	ENSURE(managed, ZT_E_NOMEM);
	for (size_t i = 0; i < ZT_MANAGED_COUNT; i++) {
		zt_status status =
		    zt_policy_parse(known[i].document, ZT_POLICY_IDENTITY, &managed->policies[i], ret_error);
		if (status != ZT_OK) {
			zt_managed_free(managed);
			return status;
		}
	}
	*ret = managed;
	return ZT_OK;
}

const zt_policy *zt_managed_policy(const zt_managed *managed, zt_view text)
{
	zt_arn arn;
	if (zt_arn_parse(text, &arn) != ZT_OK || !zt_view_equal(arn.service, ZT_LIT("iam")) ||
	    !zt_view_equal(arn.account, ZT_LIT("aws")))
		return NULL;
	for (size_t i = 0; i < ZT_MANAGED_COUNT; i++)
		if (zt_view_equal(arn.resource, known[i].resource))
			return managed->policies[i];
	return NULL;
}
