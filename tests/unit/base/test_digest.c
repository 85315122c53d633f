/* One source for both bodies. */
#include "base/digest.h"

#include "base/codec.h"
#include "zt_cmocka.h"

static void assert_hex(const zt_sha256 *digest, const char *expected)
{
	char hex[ZT_SHA256_HEX + 1];
	zt_sha256_hex(digest, hex);
	assert_string_equal(hex, expected);
}

/* FIPS 180-2, appendix B, and the empty message. */
static void the_examples_of_the_standard(void **state)
{
	(void)state;
	char hex[ZT_SHA256_HEX + 1];
	zt_sha256_hex_of(ZT_LIT("abc"), hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	zt_sha256_hex_of(ZT_LIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), hex);
	assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	zt_sha256_hex_of(ZT_VIEW_EMPTY, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_million_bytes(void **state)
{
	(void)state;
	static uint8_t million[1000000];
	char hex[ZT_SHA256_HEX + 1];
	memset(million, 'a', sizeof million);
	zt_sha256_hex_of(zt_view_make(million, sizeof million), hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void pieces_are_digested_one_behind_the_other(void **state)
{
	(void)state;
	const zt_view pieces[] = { ZT_LIT("a"), ZT_VIEW_EMPTY, ZT_LIT("bc") };
	zt_sha256 digest;
	zt_sha256_of(pieces, ZT_COUNT(pieces), &digest);
	assert_hex(&digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	zt_sha256_of(NULL, 0, &digest);
	assert_hex(&digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231 §4.2, §4.3, §4.7 (a key longer than a block). */
static void the_vectors_of_hmac(void **state)
{
	(void)state;
	uint8_t key[131];
	zt_sha256 mac;
	memset(key, 0x0b, 20);
	zt_hmac_sha256(zt_view_make(key, 20), ZT_LIT("Hi There"), &mac);
	assert_hex(&mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	zt_hmac_sha256(ZT_LIT("Jefe"), ZT_LIT("what do ya want for nothing?"), &mac);
	assert_hex(&mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	zt_hmac_sha256(zt_view_make(key, sizeof key), ZT_LIT("Test Using Larger Than Block-Size Key - Hash Key First"),
		       &mac);
	assert_hex(&mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void an_empty_key_and_message_have_a_mac(void **state)
{
	(void)state;
	zt_sha256 mac;
	zt_hmac_sha256(ZT_VIEW_EMPTY, ZT_VIEW_EMPTY, &mac);
	/* printf '' | openssl dgst -sha256 -mac hmac -macopt hexkey: */
	assert_hex(&mac, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_standard),
		cmocka_unit_test(a_million_bytes),
		cmocka_unit_test(pieces_are_digested_one_behind_the_other),
		cmocka_unit_test(the_vectors_of_hmac),
		cmocka_unit_test(an_empty_key_and_message_have_a_mac),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
