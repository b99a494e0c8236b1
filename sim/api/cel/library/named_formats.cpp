// Kubernetes' checks of names and other texts: format.dns1123Label().validate(s).
// Source: Kubernetes documentation, "Kubernetes format library".
#include <algorithm>

#include "sim/api/base64.h"
#include "sim/api/cel/library/url.h"
#include "sim/api/cel/overload.h"
#include "sim/api/cel/time.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim::cel {

namespace {

struct NamedFormat {
  std::string_view name;
  NameErrors (*check)(std::string_view);
};

// A prefix may end in a dash, which the generated rest makes good.
std::string unprefixed(std::string_view text) {
  std::string out(text);
  if (out.size() > 1 && out.back() == '-') out.back() = 'a';
  return out;
}

NameErrors when(bool bad, std::string_view why) {
  return bad ? NameErrors{std::string(why)} : NameErrors{};
}

bool is_uuid(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = static_cast<char>(text[i] | 0x20);
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (c >= 'a' && c <= 'f');
    if (hex) {
      ++digits;
    } else if (text[i] != '-' || (digits != 8 && digits != 12 && digits != 16 && digits != 20) ||
               text[i - 1] == '-') {
      return false;
    }
  }
  return digits == 32 && !text.ends_with('-');
}

NameErrors check_uri(std::string_view text) {
  const std::string why = why_no_url(text);
  return when(!why.empty(), why);
}

constexpr NamedFormat kFormats[] = {
    {"dns1123Label", check_dns1123_label},
    {"dns1123Subdomain", check_dns1123_subdomain},
    {"dns1035Label", check_dns1035_label},
    {"qualifiedName", check_qualified_name},
    {"dns1123LabelPrefix",
     [](std::string_view text) { return check_dns1123_label(unprefixed(text)); }},
    {"dns1123SubdomainPrefix",
     [](std::string_view text) { return check_dns1123_subdomain(unprefixed(text)); }},
    {"dns1035LabelPrefix",
     [](std::string_view text) { return check_dns1035_label(unprefixed(text)); }},
    {"labelValue", check_label_value},
    {"uri", check_uri},
    {"uuid",
     [](std::string_view text) { return when(!is_uuid(text), "does not match the UUID format"); }},
    {"byte",
     [](std::string_view text) {
       return when(text.empty() || base64_error(text).has_value(), "invalid base64");
     }},
    {"date", [](std::string_view text) { return when(!parse_date(text), "invalid date"); }},
    {"datetime",
     [](std::string_view text) { return when(!parse_timestamp(text), "invalid datetime"); }},
};

class FormatVal final : public Opaque {
 public:
  explicit FormatVal(const NamedFormat& format) : format_(format) {}
  [[nodiscard]] std::string_view type_name() const override { return "kubernetes.NamedFormat"; }
  [[nodiscard]] bool equals(const Opaque& other) const override {
    return format_.name == static_cast<const FormatVal&>(other).format_.name;
  }
  [[nodiscard]] std::string text() const override { return std::string(format_.name); }
  [[nodiscard]] NameErrors check(std::string_view text) const { return format_.check(text); }

 private:
  const NamedFormat& format_;
};

template <std::size_t index>
Val constant(Args /*args*/, Work& /*work*/) {
  return Val::opaque(std::make_shared<const FormatVal>(kFormats[index]));
}

Val named(Args args, Work& /*work*/) {
  const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const auto& each) {
    return each.name == args[0].as_string();
  });
  if (found == std::end(kFormats)) return Val::none();
  return Val::some(Val::opaque(std::make_shared<const FormatVal>(*found)));
}

Val validate(Args args, Work& /*work*/) {
  const auto& format = static_cast<const FormatVal&>(args[0].as_opaque());
  const NameErrors errors = format.check(args[1].as_string());
  return errors.empty() ? Val::none() : Val::some(Val::strings(errors));
}

constexpr auto kGlobal = LibraryRow::Form::kGlobal;

#define F "kubernetes.NamedFormat"
constexpr LibraryRow kRows[] = {
    {"format.named", kGlobal, "string -> optional(" F ")", named},
    {"validate", LibraryRow::Form::kMember, F ", string -> optional(list(string))", validate,
     Cost::kTraverseTwice},
    {"format.dns1123Label", kGlobal, "-> " F, constant<0>},
    {"format.dns1123Subdomain", kGlobal, "-> " F, constant<1>},
    {"format.dns1035Label", kGlobal, "-> " F, constant<2>},
    {"format.qualifiedName", kGlobal, "-> " F, constant<3>},
    {"format.dns1123LabelPrefix", kGlobal, "-> " F, constant<4>},
    {"format.dns1123SubdomainPrefix", kGlobal, "-> " F, constant<5>},
    {"format.dns1035LabelPrefix", kGlobal, "-> " F, constant<6>},
    {"format.labelValue", kGlobal, "-> " F, constant<7>},
    {"format.uri", kGlobal, "-> " F, constant<8>},
    {"format.uuid", kGlobal, "-> " F, constant<9>},
    {"format.byte", kGlobal, "-> " F, constant<10>},
    {"format.date", kGlobal, "-> " F, constant<11>},
    {"format.datetime", kGlobal, "-> " F, constant<12>},
};
#undef F

}  // namespace

Library named_format_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
