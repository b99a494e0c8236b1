// Amounts of resources: quantity("1.5Gi").isGreaterThan(quantity("1Gi")).
// Source: Kubernetes documentation, "Kubernetes quantity library".
#include "sim/api/cel/overload.h"
#include "sim/api/quantity.h"

namespace inferlab::sim::cel {

namespace {

class QuantityVal final : public Opaque {
 public:
  explicit QuantityVal(Quantity quantity) : quantity_(quantity) {}
  [[nodiscard]] std::string_view type_name() const override { return "kubernetes.Quantity"; }
  [[nodiscard]] bool equals(const Opaque& other) const override {
    return quantity_ == static_cast<const QuantityVal&>(other).quantity_;
  }
  [[nodiscard]] std::string text() const override { return quantity_.str(); }
  [[nodiscard]] const Quantity& quantity() const { return quantity_; }

 private:
  Quantity quantity_;
};

const Quantity& amount(const Val& val) {
  return static_cast<const QuantityVal&>(val.as_opaque()).quantity();
}

Val made(const Quantity& quantity) {
  return Val::opaque(std::make_shared<const QuantityVal>(quantity));
}

// Whole and not capped to what an int64 holds.
bool fits_int(const Quantity& quantity) {
  return quantity.is_whole() && quantity.units() != INT64_MAX && quantity.units() != INT64_MIN;
}

Val parse(Args args, Work& /*work*/) {
  const std::optional<Quantity> quantity = Quantity::parse(args[0].as_string());
  if (quantity) return made(*quantity);
  return Val::error(std::string(Quantity::why_not(args[0].as_string())));
}

Val is_quantity(Args args, Work& /*work*/) {
  return Val::boolean(Quantity::parse(args[0].as_string()).has_value());
}

int sign_of(std::strong_ordering ordering) {
  return ordering < 0 ? -1 : ordering > 0 ? 1 : 0;
}

Val sign(Args args, Work& /*work*/) {
  return Val::integer(sign_of(amount(args[0]) <=> Quantity()));
}
Val compare_to(Args args, Work& /*work*/) {
  return Val::integer(sign_of(amount(args[0]) <=> amount(args[1])));
}
Val is_greater(Args args, Work& /*work*/) {
  return Val::boolean(amount(args[0]) > amount(args[1]));
}
Val is_less(Args args, Work& /*work*/) {
  return Val::boolean(amount(args[0]) < amount(args[1]));
}

Val as_integer(Args args, Work& /*work*/) {
  const Quantity& quantity = amount(args[0]);
  if (!fits_int(quantity)) return Val::error("cannot convert value to integer");
  return Val::integer(quantity.units());
}
Val is_integer(Args args, Work& /*work*/) {
  return Val::boolean(fits_int(amount(args[0])));
}

Val as_float(Args args, Work& /*work*/) {
  const Quantity& quantity = amount(args[0]);
  // Large amounts run over in thousandths, and have none worth showing.
  if (quantity.is_whole()) return Val::number(static_cast<double>(quantity.units()));
  return Val::number(static_cast<double>(quantity.milli()) / 1000.0);
}

Quantity second(Args args) {
  if (args[1].is(Val::Kind::kInt)) return Quantity::from_units(args[1].as_int());
  return amount(args[1]);
}
Val add(Args args, Work& /*work*/) {
  Quantity out = amount(args[0]);
  out += second(args);
  return made(out);
}
Val subtract(Args args, Work& /*work*/) {
  Quantity out = amount(args[0]);
  out -= second(args);
  return made(out);
}

constexpr auto kGlobal = LibraryRow::Form::kGlobal;
constexpr auto kMember = LibraryRow::Form::kMember;

#define Q "kubernetes.Quantity"
constexpr LibraryRow kRows[] = {
    {"quantity", kGlobal, "string -> " Q, parse, Cost::kTraverse},
    {"isQuantity", kGlobal, "string -> bool", is_quantity, Cost::kTraverse},
    {"sign", kMember, Q " -> int", sign},
    {"isGreaterThan", kMember, Q ", " Q " -> bool", is_greater},
    {"isLessThan", kMember, Q ", " Q " -> bool", is_less},
    {"compareTo", kMember, Q ", " Q " -> int", compare_to},
    {"asApproximateFloat", kMember, Q " -> double", as_float},
    {"asInteger", kMember, Q " -> int", as_integer},
    {"isInteger", kMember, Q " -> bool", is_integer},
    {"add", kMember, Q ", " Q " -> " Q, add},
    {"add", kMember, Q ", int -> " Q, add},
    {"sub", kMember, Q ", " Q " -> " Q, subtract},
    {"sub", kMember, Q ", int -> " Q, subtract},
};
#undef Q

}  // namespace

Library quantity_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
