// xid_table.cpp: Xids and what they do. Sources: NVIDIA, "Xid Errors" (codes, names, recommended
// actions; scopes condensed from it); NVIDIA/k8s-device-plugin, internal/rm/health.go, for those
// that leave a device healthy: every other one takes it out of allocatable.
#include "sim/node/xid_table.h"

namespace inferlab::sim {
namespace {

using enum XidScope;

constexpr std::string_view kIllegal = "an illegal memory access was encountered";
constexpr std::string_view kLaunch = "unspecified launch failure";
constexpr std::string_view kEcc = "uncorrectable ECC error encountered";
constexpr std::string_view kNvlink = "uncorrectable NVLink error detected during the execution";
constexpr std::string_view kUnknown = "unknown error";

constexpr XidRow kRows[] = {
    {13, "graphics engine exception", kProcess, true, kIllegal},
    {31, "GPU memory page fault", kProcess, true, kIllegal},
    {43, "GPU stopped processing", kProcess, true, kLaunch},
    {45, "preemptive cleanup", kProcess, true, kLaunch},
    {46, "GPU stopped processing (hang)", kGpu, false, kLaunch},
    {48, "double-bit ECC error", kGpu, false, kEcc},
    {63, "row remap or page retirement recorded", kNone, false, ""},
    {64, "row remap or page retirement failed", kGpu, false, kEcc},
    {68, "video processor exception", kProcess, true, kLaunch},
    {74, "NVLink error", kLinks, false, kNvlink},
    {79, "GPU fell off the bus", kBus, false, kUnknown},
    {92, "high single-bit ECC rate", kNone, false, ""},
    {94, "contained memory error", kProcess, false, kEcc},
    {95, "uncontained memory error", kGpu, false, kEcc},
    {109, "context switch timeout", kProcess, true, kLaunch},
    {119, "GSP RPC timeout", kGpu, false, kUnknown},
    {120, "GSP error", kGpu, false, kUnknown},
    {154, "recovery action changed", kNone, false, ""},
};

}  // namespace

std::span<const XidRow> xid_rows() {
  return kRows;
}

const XidRow* find_xid(int code) {
  for (const XidRow& row : kRows) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

}  // namespace inferlab::sim
