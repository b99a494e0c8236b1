#pragma once

#include <httplib.h>

#include <optional>
#include <string>

namespace inferlab::sim {

/// An answer to what is no proper HTTP: plain text, as Go's net/http, which the real server is
/// built on, sends it before any handler is asked.
struct HttpFault {
  int status = 400;
  std::string text;
};

/// What is wrong with a head that the HTTP library lets pass: a length that is none or that is
/// there twice, an unknown coding of the body, an escape that is none, no Host.
/// Source: RFC 9112; Go's net/http for the texts.
std::optional<HttpFault> fault_of_head(const httplib::Request& head);

/// The text for a status that the HTTP library itself refused a request with.
HttpFault fault_of_status(int status);

}  // namespace inferlab::sim
