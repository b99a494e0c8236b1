#pragma once

#include <memory>

#include "tests/support/golden.h"

namespace inferlab {

/// The vocabulary of tests/golden/hpa: the arithmetic of the HorizontalPodAutoscaler, without an
/// API. Amounts are Kubernetes quantities, ages durations.
///
///     pods <<END                        what the next commands are about, one Pod a line:
///     web-0 Running ready=15m started=1000s requests=2405m uses=1850m measured=5s/30s deleting
///     END                               (unready=…; measured: age and window, 5s/30s if not said)
///     utilization cpu replicas=7 target=80 [tolerance=0.1]
///     average [cpu] replicas=6 target=2430m      averageValue, of a resource or of a Pods metric
///     value replicas=5 target=3595m is=3300m     value, of an Object or External metric
///     shared replicas=2 target=2555m is=2561m    averageValue of one
///
///     autoscaler min=4 max=30 [<<END]   forgets everything; the text is spec.behavior
///     recommended 488s:23 383s:8        what was recommended that long ago
///     grew 183s:1 · shrank 191s:2       by how many it was scaled that long ago
///     decide replicas=5 wanted=13
///     follow replicas=44 target=19 [tolerance=0.1] <<END   a sync every 15 s under such a load, in
///     57 x21                                               all: lines that say the same are one
///     END
std::unique_ptr<testing::GoldenWorld> make_hpa_world();

}  // namespace inferlab
