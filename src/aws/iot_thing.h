/* AWS IoT: things, their principals and types, RegisterThing. Answers are AWS's JSON (API Reference, same names); new
 * references. */
#ifndef ZT_AWS_IOT_THING_H
#define ZT_AWS_IOT_THING_H

#include "aws/client.h"

typedef struct {
	zt_view type;             /* thingTypeName, or empty */
	const json_t *attributes; /* object of strings, or NULL */
} zt_iot_thing_spec;
/* *ret (may be NULL): thingName, thingArn, thingId. The same again is fine; another configuration is ZT_E_EXISTS. */
ZT_NODISCARD zt_status zt_iot_thing_create(zt_aws_client *client, zt_view name, const zt_iot_thing_spec *spec,
					   json_t **ret, zt_error *ret_error);
/* *ret: thingName, thingTypeName, attributes, version … */
ZT_NODISCARD zt_status zt_iot_thing_describe(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
/* Attributes are merged; "" removes one. expected_version 0: any; otherwise ZT_E_CONFLICT when it differs. */
ZT_NODISCARD zt_status zt_iot_thing_update(zt_aws_client *client, zt_view name, const zt_iot_thing_spec *spec,
					   int64_t expected_version, zt_error *ret_error);
/* Fine when there is none; ZT_E_INVALID while it has principals. */
ZT_NODISCARD zt_status zt_iot_thing_delete(zt_aws_client *client, zt_view name, zt_error *ret_error);
/* Things with that attribute, or of that type, or all; each may be empty. Items: thingName, thingTypeName, attributes …
 */
typedef struct {
	zt_view attribute, value, type;
} zt_iot_thing_filter;
ZT_NODISCARD zt_status zt_iot_thing_each(zt_aws_client *client, const zt_iot_thing_filter *filter, zt_aws_each_fn each,
					 void *context, zt_error *ret_error);

/* principal: certificate ARN. exclusive: it may be attached to no other thing, and its connections are bound to this
 * one. */
ZT_NODISCARD zt_status zt_iot_thing_attach(zt_aws_client *client, zt_view name, zt_view principal, bool exclusive,
					   zt_error *ret_error);
ZT_NODISCARD zt_status zt_iot_thing_detach(zt_aws_client *client, zt_view name, zt_view principal, zt_error *ret_error);
/* Items: strings (ARNs). */
ZT_NODISCARD zt_status zt_iot_thing_each_principal(zt_aws_client *client, zt_view name, zt_aws_each_fn each,
						   void *context, zt_error *ret_error);
/* Items: strings (thing names). */
ZT_NODISCARD zt_status zt_iot_thing_each_of(zt_aws_client *client, zt_view principal, zt_aws_each_fn each,
					    void *context, zt_error *ret_error);

/* The same with the kind of attachment; items: {"thingName","thingPrincipalType"} (EXCLUSIVE_THING,
 * NON_EXCLUSIVE_THING). */
ZT_NODISCARD zt_status zt_iot_thing_each_attachment(zt_aws_client *client, zt_view principal, zt_aws_each_fn each,
						    void *context, zt_error *ret_error);

/* template: a provisioning template as text; parameters: object of strings. *ret (may be NULL): certificatePem,
 * resourceArns. */
ZT_NODISCARD zt_status zt_iot_thing_register(zt_aws_client *client, zt_view template_body, const json_t *parameters,
					     json_t **ret, zt_error *ret_error);

/* Thing types. searchable: array of strings or NULL; tags: [{"Key","Value"}] or NULL; *ret may be NULL. */
ZT_NODISCARD zt_status zt_iot_thing_type_create(zt_aws_client *client, zt_view name, zt_view description,
						const json_t *searchable, const json_t *tags, json_t **ret,
						zt_error *ret_error);
/* *ret: thingTypeName, thingTypeArn, thingTypeProperties, thingTypeMetadata {deprecated, deprecationDate}. */
ZT_NODISCARD zt_status zt_iot_thing_type_describe(zt_aws_client *client, zt_view name, json_t **ret,
						  zt_error *ret_error);
ZT_NODISCARD zt_status zt_iot_thing_type_deprecate(zt_aws_client *client, zt_view name, bool undo, zt_error *ret_error);
/* Five minutes after it was deprecated; ZT_E_INVALID before. */
ZT_NODISCARD zt_status zt_iot_thing_type_delete(zt_aws_client *client, zt_view name, zt_error *ret_error);

#endif
