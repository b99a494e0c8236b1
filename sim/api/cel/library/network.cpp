// Addresses and networks: cidr("10.0.0.0/8").containsIP("10.1.2.3").
// Source: Kubernetes documentation, "Kubernetes IP address library" and "CIDR library".
#include <fmt/format.h>

#include "sim/api/cel/library/ip_address.h"
#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

namespace {

class IpVal final : public Opaque {
 public:
  explicit IpVal(const IpAddress& address) : address_(address) {}
  [[nodiscard]] std::string_view type_name() const override { return "net.IP"; }
  [[nodiscard]] bool equals(const Opaque& other) const override {
    return address_ == static_cast<const IpVal&>(other).address_;
  }
  [[nodiscard]] std::string text() const override { return address_.str(); }
  [[nodiscard]] std::size_t cost_size() const override { return address_.size(); }
  [[nodiscard]] const IpAddress& address() const { return address_; }

 private:
  IpAddress address_;
};

class CidrVal final : public Opaque {
 public:
  explicit CidrVal(const IpPrefix& prefix) : prefix_(prefix) {}
  [[nodiscard]] std::string_view type_name() const override { return "net.CIDR"; }
  [[nodiscard]] bool equals(const Opaque& other) const override {
    const IpPrefix& prefix = static_cast<const CidrVal&>(other).prefix_;
    return prefix_.address == prefix.address && prefix_.bits == prefix.bits;
  }
  [[nodiscard]] std::string text() const override {
    return fmt::format("{}/{}", prefix_.address.str(), prefix_.bits);
  }
  [[nodiscard]] std::size_t cost_size() const override {
    return static_cast<std::size_t>(prefix_.bits + 7) / 8;
  }
  [[nodiscard]] const IpPrefix& prefix() const { return prefix_; }

 private:
  IpPrefix prefix_;
};

const IpAddress& ip_of(const Val& val) {
  return static_cast<const IpVal&>(val.as_opaque()).address();
}
const IpPrefix& cidr_of(const Val& val) {
  return static_cast<const CidrVal&>(val.as_opaque()).prefix();
}
Val made(const IpAddress& address) {
  return Val::opaque(std::make_shared<const IpVal>(address));
}
Val made(const IpPrefix& prefix) {
  return Val::opaque(std::make_shared<const CidrVal>(prefix));
}

Val to_ip(Args args, Work& /*work*/) {
  const Result<IpAddress> address = parse_ip(args[0].as_string());
  return address ? made(*address) : Val::error(address.error().message);
}
Val is_ip(Args args, Work& /*work*/) {
  return Val::boolean(parse_ip(args[0].as_string()).has_value());
}
Val is_canonical(Args args, Work& /*work*/) {
  const Result<IpAddress> address = parse_ip(args[0].as_string());
  if (!address) return Val::error(address.error().message);
  return Val::boolean(address->str() == args[0].as_string());
}
Val text_of(Args args, Work& work) {
  return made_string(args[0].as_opaque().text(), work);
}

bool unspecified(const IpAddress& ip) {
  return ip == IpAddress{.v4 = ip.v4};
}
bool loopback(const IpAddress& ip) {
  if (ip.v4) return ip.bytes[0] == 127;
  IpAddress one{.v4 = false};
  one.bytes[15] = 1;
  return ip == one;
}
bool multicast(const IpAddress& ip) {
  return ip.v4 ? (ip.bytes[0] & 0xF0U) == 0xE0U : ip.bytes[0] == 0xFF;
}
bool link_local_multicast(const IpAddress& ip) {
  if (ip.v4) return ip.bytes[0] == 224 && ip.bytes[1] == 0 && ip.bytes[2] == 0;
  return ip.bytes[0] == 0xFF && (ip.bytes[1] & 0x0FU) == 0x02U;
}
bool link_local_unicast(const IpAddress& ip) {
  if (ip.v4) return ip.bytes[0] == 169 && ip.bytes[1] == 254;
  return ip.bytes[0] == 0xFE && (ip.bytes[1] & 0xC0U) == 0x80U;
}
bool global_unicast(const IpAddress& ip) {
  const bool broadcast =
      ip.v4 && ip.bytes[0] == 255 && ip.bytes[1] == 255 && ip.bytes[2] == 255 && ip.bytes[3] == 255;
  return !broadcast && !unspecified(ip) && !loopback(ip) && !multicast(ip) &&
         !link_local_unicast(ip);
}

template <bool (*property)(const IpAddress&)>
Val has(Args args, Work& /*work*/) {
  return Val::boolean(property(ip_of(args[0])));
}

Val family(Args args, Work& /*work*/) {
  return Val::integer(ip_of(args[0]).v4 ? 4 : 6);
}

Val to_cidr(Args args, Work& /*work*/) {
  const Result<IpPrefix> prefix = parse_cidr(args[0].as_string());
  if (prefix) return made(*prefix);
  return Val::error("network address parse error during conversion from string: " +
                    prefix.error().message);
}
Val is_cidr(Args args, Work& /*work*/) {
  return Val::boolean(parse_cidr(args[0].as_string()).has_value());
}

bool contains(const IpPrefix& prefix, const IpAddress& ip) {
  return prefix.address.v4 == ip.v4 && ip.masked(prefix.bits) == prefix.address.masked(prefix.bits);
}

Val contains_ip(Args args, Work& work) {
  const Val ip = args[1].is(Val::Kind::kString) ? to_ip(args.subspan(1), work) : args[1];
  // A text that is no address is no argument that the function has.
  if (ip.is_error()) return no_such_overload();
  return Val::boolean(contains(cidr_of(args[0]), ip_of(ip)));
}

Val contains_cidr(Args args, Work& work) {
  const Val inner = args[1].is(Val::Kind::kString) ? to_cidr(args.subspan(1), work) : args[1];
  if (inner.is_error()) return inner;
  const IpPrefix& outer = cidr_of(args[0]);
  return Val::boolean(contains(outer, cidr_of(inner).address) && outer.bits <= cidr_of(inner).bits);
}

Val address_of(Args args, Work& /*work*/) {
  return made(cidr_of(args[0]).address);
}
Val prefix_length(Args args, Work& /*work*/) {
  return Val::integer(cidr_of(args[0]).bits);
}
Val masked(Args args, Work& /*work*/) {
  const IpPrefix& prefix = cidr_of(args[0]);
  return made(IpPrefix{.address = prefix.address.masked(prefix.bits), .bits = prefix.bits});
}

constexpr auto kGlobal = LibraryRow::Form::kGlobal;
constexpr auto kMember = LibraryRow::Form::kMember;

constexpr LibraryRow kRows[] = {
    {"ip", kGlobal, "string -> net.IP", to_ip, Cost::kTraverse},
    {"ip", kMember, "net.CIDR -> net.IP", address_of},
    {"ip.isCanonical", kGlobal, "string -> bool", is_canonical, Cost::kTraverseTwice},
    {"isIP", kGlobal, "string -> bool", is_ip, Cost::kTraverse},
    {"string", kGlobal, "net.IP -> string", text_of},
    {"string", kGlobal, "net.CIDR -> string", text_of},
    {"family", kMember, "net.IP -> int", family},
    {"isUnspecified", kMember, "net.IP -> bool", has<unspecified>},
    {"isLoopback", kMember, "net.IP -> bool", has<loopback>},
    {"isLinkLocalMulticast", kMember, "net.IP -> bool", has<link_local_multicast>},
    {"isLinkLocalUnicast", kMember, "net.IP -> bool", has<link_local_unicast>},
    {"isGlobalUnicast", kMember, "net.IP -> bool", has<global_unicast>},
    {"cidr", kGlobal, "string -> net.CIDR", to_cidr, Cost::kTraverse},
    {"isCIDR", kGlobal, "string -> bool", is_cidr, Cost::kTraverse},
    {"containsIP", kMember, "net.CIDR, string -> bool", contains_ip, Cost::kContainsIpText},
    {"containsIP", kMember, "net.CIDR, net.IP -> bool", contains_ip, Cost::kContainsIp},
    {"containsCIDR", kMember, "net.CIDR, string -> bool", contains_cidr, Cost::kContainsCidrText},
    {"containsCIDR", kMember, "net.CIDR, net.CIDR -> bool", contains_cidr, Cost::kContainsCidr},
    {"prefixLength", kMember, "net.CIDR -> int", prefix_length},
    {"masked", kMember, "net.CIDR -> net.CIDR", masked},
};

}  // namespace

Library network_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
