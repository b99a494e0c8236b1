#pragma once

namespace inferlab {

/// Elementary functions that give the same bits on every machine and with every C library: only
/// additions, multiplications and exact scalings, all of which IEEE 754 defines to the last bit
/// (-ffp-contract=off). std::exp and friends differ in the last bit from one libm, and from one
/// CPU, to the next, which would change a greedy choice once in a while.
///
/// Relative error: float below 2e-7, double below 1e-15 for arguments of sane size.

/// e^x; 0 below -87.3 (so no subnormal results), infinity above 88.7.
float stable_exp(float x);
double stable_exp(double x);
/// The natural logarithm. Checks: x is finite and positive.
double stable_log(double x);

/// The error function; absolute error below 1e-15.
double stable_erf(double x);

struct SinCos {
  double sin;
  double cos;
};
/// Checks: |x| <= 2^30.
SinCos stable_sincos(double x);

}  // namespace inferlab
