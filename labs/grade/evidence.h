#pragma once

#include "labs/checks/check.h"
#include "labs/report/report.h"
#include "labs/spec/lab_spec.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Lines and points of each: a report stays small, however long its run was.
inline constexpr std::size_t kMostEvidenceSeries = 8;
inline constexpr std::size_t kMostEvidenceWindows = 240;

/// What a graded run looked like by its scraped series: latencies, requests by the Services that
/// clients ask, GPUs, and the replicas of the submission's Deployments; with the lab's events.
/// A window is one scrape, or as many as the bound above needs.
Evidence evidence_of(sim::Cluster& run, const LabSpec& lab, const Submission& submission);

}  // namespace inferlab::labs
