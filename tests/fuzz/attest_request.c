/* What a device asks the authority for: its request for a certificate, as JSON. The nonce "fresh" stands for an open
 * one of the claimed device. No input has the device's root key, so no input gets a certificate. */
#include <stdlib.h>
#include <time.h>

#include "attest/authority.h"
#include "base/codec.h"
#include "base/fs.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define GUID "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33"
enum { PEM_MAX = 64 * 1024, NONCE_TEXT_MAX = 64 };

static int64_t now(void *context)
{
	(void)context;
	return 1769860800000; /* 2026-01-31T12:00:00Z */
}

static struct {
	char folder[32], device_id[129];
	zt_authority authority;
} world;

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void remove_folder(void)
{
	must(zt_path_remove(world.folder, NULL) == ZT_OK);
}

static void begin(void)
{
	ZT_CLEANUP(zt_str_free) zt_str ca = ZT_STR(PEM_MAX);
	const zt_clock clock = { now, now, NULL };
	size_t claimed;
	(void)snprintf(world.folder, sizeof world.folder, "/tmp/zt-fuzz-XXXXXX");
	must(mkdtemp(world.folder) && atexit(remove_folder) == 0);
	(void)snprintf(world.device_id, sizeof world.device_id, "%0128x", 1);
	world.authority = (zt_authority){ .clock = clock, .nonce_life_ms = ZT_ATTEST_NONCE_MS };
	must(zt_attest_store_open(world.folder, &world.authority.store, NULL) == ZT_OK);
	world.authority.nonces = zt_nonces_new(clock, ZT_ATTEST_NONCE_MS);
	must(world.authority.nonces && zt_tenant_create(&world.authority, ZT_LIT(GUID), &ca, NULL) == ZT_OK);
	const zt_view device = zt_view_of(world.device_id);
	must(zt_attest_store_claim(world.authority.store, ZT_LIT(GUID), &device, 1, now(NULL), &claimed, NULL) ==
	     ZT_OK);
}

static void put_nonce(json_t *request)
{
	uint8_t nonce[ZT_NONCE_BYTES];
	int64_t expires_ms;
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(NONCE_TEXT_MAX);
	if (!zt_view_equal(zt_json_view(request, "nonce"), ZT_LIT("fresh")))
		return;
	must(zt_device_challenge(&world.authority, ZT_LIT(GUID), zt_view_of(world.device_id), nonce, &expires_ms,
				 NULL) == ZT_OK);
	must(zt_base64_encode(zt_view_make(nonce, sizeof nonce), &text) == ZT_OK);
	must(json_object_set_new(request, "nonce", json_string(zt_str_text(&text))) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ZT_JSON_CLEANUP json_t *request = NULL;
	zt_device_certificate made = { 0 };
	zt_error error = { 0 };
	if (!world.authority.store)
		begin();
	if (zt_json_parse(zt_view_make(bytes, n), &request, NULL) != ZT_OK || !json_is_object(request))
		return 0;
	put_nonce(request);
	must(zt_device_certify(&world.authority, ZT_LIT(GUID), request, &made, &error) != ZT_OK && error.code[0]);
	return 0;
}
