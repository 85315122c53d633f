/* Who and where this cloud is: the values that every ARN and answer holds. */
#ifndef ZT_CLOUD_ACCOUNT_H
#define ZT_CLOUD_ACCOUNT_H

#include "base/str.h"

typedef struct {
	char partition[16]; /* "aws" */
	char region[32];    /* "us-east-1" */
	char account[13];   /* twelve digits */
	char endpoint[254]; /* the data endpoint's host name: what DescribeEndpoint answers and SNI must say */
} zt_account;

/* arn:aws:iot:us-east-1:000000000000:<type>/<name> */
ZT_NODISCARD zt_status zt_account_iot_arn(const zt_account *account, const char *type, zt_view name, zt_str *out);
/* arn:aws:iam::000000000000:role/<name> */
ZT_NODISCARD zt_status zt_account_role_arn(const zt_account *account, zt_view name, zt_str *out);
/* arn:aws:lambda:us-east-1:000000000000:function:<name> */
ZT_NODISCARD zt_status zt_account_function_arn(const zt_account *account, zt_view name, zt_str *out);
/* arn:aws:logs:us-east-1:000000000000:log-group:<name> */
ZT_NODISCARD zt_status zt_account_log_group_arn(const zt_account *account, zt_view name, zt_str *out);

#endif
