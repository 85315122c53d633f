/* What every unit test includes: cmocka and the words that the tests share. */
#ifndef ZT_TESTS_UNIT_ZT_CMOCKA_H
#define ZT_TESTS_UNIT_ZT_CMOCKA_H

/* cmocka wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "zerotouch/status.h"
#include "zerotouch/view.h"

#define assert_status(call, expected)                                                                                  \
	do {                                                                                                           \
		zt_status zt_got_ = (call);                                                                            \
		if (zt_got_ != (expected))                                                                             \
			fail_msg("%s gave %s, expected %s", #call, zt_status_name(zt_got_), zt_status_name(expected)); \
	} while (0)
#define assert_ok(call) assert_status(call, ZT_OK)

#define assert_view(view, text)                                                                    \
	do {                                                                                       \
		zt_view zt_got_ = (view);                                                          \
		zt_view zt_want_ = zt_view_of(text);                                               \
		if (!zt_view_equal(zt_got_, zt_want_))                                             \
			fail_msg("%s is \"%.*s\", expected \"%s\"", #view, ZT_PRI(zt_got_), text); \
	} while (0)

#define assert_bytes(view, ...)                                              \
	do {                                                                 \
		static const uint8_t zt_bytes_[] = { __VA_ARGS__ };          \
		zt_view zt_got_ = (view);                                    \
		assert_int_equal(zt_got_.n, sizeof zt_bytes_);               \
		assert_memory_equal(zt_got_.p, zt_bytes_, sizeof zt_bytes_); \
	} while (0)

#endif
