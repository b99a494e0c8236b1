#pragma once

// What the kernels' files need of the compiler: everything is inlined into the few functions that
// the table names, loops over registers are unrolled whole, and a file's functions are compiled for
// one instruction set while what it includes is not.

#define KERNEL_INLINE [[gnu::always_inline]] inline
#define KERNEL_LAMBDA __attribute__((always_inline))
#define KERNEL_PRAGMA(text) _Pragma(#text)

#if defined(__clang__)
#define KERNEL_UNROLL _Pragma("unroll")
#define KERNEL_TARGET_BEGIN(set) \
  KERNEL_PRAGMA(clang attribute push(__attribute__((target(set))), apply_to = function))
#define KERNEL_TARGET_END _Pragma("clang attribute pop")
#else
#define KERNEL_UNROLL _Pragma("GCC unroll 16")
#define KERNEL_TARGET_BEGIN(set) _Pragma("GCC push_options") KERNEL_PRAGMA(GCC target(set))
#define KERNEL_TARGET_END _Pragma("GCC pop_options")
#endif
