#include "net/address.h"

#include "zt_cmocka.h"

static void test_loopback_is_127_and_1(void **state)
{
	(void)state;
	static const char *const own[] = { "127.0.0.1", "127.255.0.9", "::1" };
	static const char *const others[] = {
		"128.0.0.1", "0.0.0.0", "10.0.0.1", "::", "::2", "localhost", "127.1", ""
	};
	for (size_t i = 0; i < ZT_COUNT(own); i++)
		if (!zt_address_text_is_loopback(own[i]))
			fail_msg("%s", own[i]);
	for (size_t i = 0; i < ZT_COUNT(others); i++)
		if (zt_address_text_is_loopback(others[i]))
			fail_msg("%s", others[i]);
}

static void test_a_peer_s_address_has_no_port(void **state)
{
	(void)state;
	assert_view(zt_peer_address(ZT_LIT("127.0.0.1:4711")), "127.0.0.1");
	assert_view(zt_peer_address(ZT_LIT("[::1]:4711")), "::1");
	assert_view(zt_peer_address(ZT_LIT("[]:1")), "");
	assert_view(zt_peer_address(ZT_LIT("unix")), "unix");
	assert_view(zt_peer_address(ZT_LIT("")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback_is_127_and_1),
		cmocka_unit_test(test_a_peer_s_address_has_no_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
