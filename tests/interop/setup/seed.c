/* Fills the store of a local AWS that is not running: device certificates of a registered CA, each with its Thing.
 *
 * seed STORE CA-ID THING-TYPE COUNT LEAF.pem: the certificates are the leaf with other last bytes, which is the
 * signature: nobody checks it any more once a certificate is registered. */
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/timefmt.h"
#include "cloud/registry/certificates.h"
#include "cloud/registry/things.h"
#include "x509/pem.h"

enum { AT_A_TIME = 500 };

static const zt_account account = { "aws", "us-east-1", "000000000000", "localhost" };

static void must(zt_status status, const zt_error *error)
{
	if (status == ZT_OK)
		return;
	(void)fprintf(stderr, "%s %s\n", zt_status_name(status), error->text);
	exit(1);
}

static void add(zt_txn *txn, const char *ca_id, const char *type, zt_str *der, unsigned number)
{
	zt_error error = { 0 };
	const zt_certificate *certificate;
	const zt_thing *thing;
	char name[32], arn[160];
	for (size_t i = 0; i < sizeof number; i++)
		der->p[der->n - 1 - i] = (char)(number >> (8 * i));
	zt_certificate_spec spec = { zt_str_view(der), zt_view_of(ca_id), ZT_CERT_ACTIVE, ZT_MODE_DEFAULT };
	must(zt_txn_certificate_add(txn, &spec, &certificate, &error), &error);
	(void)snprintf(name, sizeof name, "seeded-%05u", number);
	(void)snprintf(arn, sizeof arn, "arn:aws:iot:us-east-1:000000000000:cert/%s", certificate->id);
	ZT_JSON_CLEANUP json_t *attributes =
	    json_pack("{s:s, s:s}", "deviceId", name, "certificateId", certificate->id);
	zt_thing_spec thing_spec = { .name = zt_view_of(name), .type = zt_view_of(type), .attributes = attributes };
	must(zt_txn_thing_create(txn, &thing_spec, &thing, &error), &error);
	must(zt_txn_thing_attach(txn, zt_view_of(name), zt_view_of(arn), false, &error), &error);
}

static void done(void *context, zt_status status)
{
	must(status, &(zt_error){ 0 });
	*(bool *)context = true;
}

int main(int argc, char **argv)
{
	zt_error error = { 0 };
	zt_store *store;
	zt_registry *registry;
	zt_str pem = ZT_STR(65536), der = ZT_STR(ZT_CERT_DER_MAX);
	if (argc != 6)
		return 2;
	must(zt_file_read(argv[5], &pem, &error), &error);
	zt_view rest = zt_str_view(&pem);
	must(zt_pem_next(&rest, "CERTIFICATE", &der), &error);
	struct event_base *loop = event_base_new();
	must(zt_store_open(loop, argv[1], &store, &error), &error);
	must(zt_registry_new(store, &account, zt_clock_system(), &registry, &error), &error);
	unsigned count = (unsigned)strtoul(argv[4], NULL, 10);
	for (unsigned i = 0; i < count;) {
		zt_txn *txn;
		bool durable = false;
		must(zt_txn_begin(registry, &txn), &error);
		for (unsigned end = i + AT_A_TIME; i < end && i < count; i++)
			add(txn, argv[2], argv[3], &der, i);
		zt_txn_commit(txn, done, &durable);
		while (!durable)
			(void)event_base_loop(loop, EVLOOP_ONCE);
	}
	zt_store_close(store);
	zt_registry_free(registry);
	event_base_free(loop);
	zt_str_free(&pem);
	zt_str_free(&der);
	return 0;
}
