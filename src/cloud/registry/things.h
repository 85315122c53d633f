/* Things, thing types and which certificate is attached to which thing (AWS IoT API reference). */
#ifndef ZT_CLOUD_REGISTRY_THINGS_H
#define ZT_CLOUD_REGISTRY_THINGS_H

#include <jansson.h>

#include "cloud/registry/registry.h"

enum { ZT_THING_NAME_MAX = 128, ZT_ATTRIBUTES_UNTYPED_MAX = 3, ZT_ATTRIBUTES_MAX = 50 };

typedef struct {
	char principal[256]; /* certificate ARN */
	bool exclusive;      /* EXCLUSIVE_THING */
} zt_thing_principal;

typedef struct {
	char name[ZT_THING_NAME_MAX + 1];
	char id[37];
	char type[ZT_THING_NAME_MAX + 1]; /* "" when it has none */
	char billing_group[ZT_THING_NAME_MAX + 1];
	json_t *attributes; /* object of strings, never NULL */
	uint64_t version;   /* 1 when made */
	int64_t created_ms;
	const zt_thing_principal *principals;
	size_t principal_count;
} zt_thing;

typedef struct {
	char name[ZT_THING_NAME_MAX + 1];
	char id[37];
	char *description;             /* NULL when absent */
	json_t *searchable_attributes; /* array of strings, never NULL */
	bool deprecated;
	int64_t created_ms, deprecated_ms;
} zt_thing_type;

const zt_thing *zt_registry_thing(const zt_registry *registry, zt_view name);
/* In order of name; "" begins; NULL at the end. */
const zt_thing *zt_registry_next_thing(const zt_registry *registry, zt_view after_name);
/* As zt_registry_next_thing, restricted to things whose attribute has exactly this value; O(log n). */
const zt_thing *zt_registry_next_thing_with(const zt_registry *registry, zt_view attribute, zt_view value,
					    zt_view after_name);
const zt_thing_type *zt_registry_thing_type(const zt_registry *registry, zt_view name);
const zt_thing_type *zt_registry_next_thing_type(const zt_registry *registry, zt_view after_name);
/* Things of a principal: the index-th in order of name, NULL past the end. *ret_exclusive may be NULL. */
const zt_thing *zt_registry_thing_of_principal(const zt_registry *registry, zt_view principal_arn, size_t index,
					       bool *ret_exclusive);
/* The thing that a connection is bound to: exclusively attached, or attached and named as the client id (AWS IoT,
 * "Thing policy variables").
 */
const zt_thing *zt_registry_thing_of_connection(const zt_registry *registry, zt_view principal_arn, zt_view client_id);

typedef struct {
	zt_view name, type, billing_group; /* empty when absent */
	const json_t *attributes;          /* object or NULL */
} zt_thing_spec;
/* The same thing again is returned as it is; another configuration is ResourceAlreadyExistsException. */
ZT_NODISCARD zt_status zt_txn_thing_create(zt_txn *txn, const zt_thing_spec *spec, const zt_thing **ret,
					   zt_error *ret_error);
typedef struct {
	zt_view name, type;
	const json_t *attributes; /* or NULL */
	bool merge;               /* an empty string removes an attribute */
	bool remove_type;
	uint64_t expected_version; /* 0: any; otherwise VersionConflictException when it differs */
} zt_thing_update;
ZT_NODISCARD zt_status zt_txn_thing_update(zt_txn *txn, const zt_thing_update *update, zt_error *ret_error);
/* A thing that is not there is fine; one with principals is InvalidRequestException. */
ZT_NODISCARD zt_status zt_txn_thing_delete(zt_txn *txn, zt_view name, uint64_t expected_version, zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_thing_attach(zt_txn *txn, zt_view name, zt_view principal_arn, bool exclusive,
					   zt_error *ret_error);
/* What is not attached is fine. */
ZT_NODISCARD zt_status zt_txn_thing_detach(zt_txn *txn, zt_view name, zt_view principal_arn, zt_error *ret_error);

typedef struct {
	zt_view name, description;
	const json_t *searchable_attributes; /* array or NULL */
} zt_thing_type_spec;
ZT_NODISCARD zt_status zt_txn_thing_type_create(zt_txn *txn, const zt_thing_type_spec *spec, const zt_thing_type **ret,
						zt_error *ret_error);
ZT_NODISCARD zt_status zt_txn_thing_type_deprecate(zt_txn *txn, zt_view name, bool undo, zt_error *ret_error);
/* Deprecated first and five minutes passed. */
ZT_NODISCARD zt_status zt_txn_thing_type_delete(zt_txn *txn, zt_view name, zt_error *ret_error);

#endif
