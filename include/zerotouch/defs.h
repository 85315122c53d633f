/* The few macros that every file may use. Freestanding: needs no libc. */
#ifndef ZEROTOUCH_DEFS_H
#define ZEROTOUCH_DEFS_H

/* A result that the caller must look at. */
#define ZT_NODISCARD __attribute__((warn_unused_result))
#define ZT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Scope-bound clean-up: fn receives the address of the variable and must accept
 * a zeroed one. ZT_STEAL hands ownership on and disarms the clean-up. */
#define ZT_CLEANUP(fn) __attribute__((cleanup(fn)))
#define ZT_STEAL(pointer)                                    \
	__extension__({                                      \
		__typeof__(pointer) *zt_steal_ = &(pointer); \
		__typeof__(pointer) zt_stolen_ = *zt_steal_; \
		*zt_steal_ = NULL;                           \
		zt_stolen_;                                  \
	})

/* Makes fnp(T **) from fn(T *), for ZT_CLEANUP on a pointer. */
#define ZT_DEFINE_CLEANUP(type, fn)                  \
	static inline void fn##p(type **zt_pointer_) \
	{                                            \
		if (*zt_pointer_)                    \
			fn(*zt_pointer_);            \
	}

#define ZT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The only two guards that hide a return. */
#define TRY(call)                           \
	do {                                \
		zt_status zt_try_ = (call); \
		if (zt_try_ != ZT_OK)       \
			return zt_try_;     \
	} while (0)
#define ENSURE(condition, status_if_not)        \
	do {                                    \
		if (!(condition))               \
			return (status_if_not); \
	} while (0)

#endif
