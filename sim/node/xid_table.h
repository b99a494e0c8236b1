#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace inferlab::sim {

/// What is lost at once with an Xid, NVIDIA's number for an error of a GPU.
enum class XidScope : std::uint8_t {
  kNone,     // everything goes on
  kProcess,  // what computes on the GPU, or on the MIG instance, dies; the next process is fine
  kGpu,      // and no process can use the card until it was reset
  kLinks,    // the jobs that span this card and others die; the card needs a reset
  kBus,      // as kGpu, and only a reboot of the node brings the card back
};

struct XidRow {
  int code;
  std::string_view name;
  XidScope scope;
  bool ignored;                 // by the device plugin: the device stays healthy
  std::string_view cuda_error;  // what a process that dies of it says
};

/// In the order of codes.
std::span<const XidRow> xid_rows();
/// nullptr: no row of that code.
const XidRow* find_xid(int code);

}  // namespace inferlab::sim
