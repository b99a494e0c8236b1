#include "labs/report/report_card.h"

namespace inferlab::labs {
namespace {

using enum Property;

struct PropertyName {
  std::string_view id, title;
};

// In the order of Property.
constexpr PropertyName kNames[kNumProperties] = {
    {"predictable", "Predictable under load"},
    {"observable", "Observable at token level"},
    {"efficient", "GPU-efficient"},
    {"secure", "Secure by default"},
    {"operable", "Operable"},
};

struct RowProperty {
  std::string_view row;  // a row, or the letters that rows of one subject begin with
  Property property;
};

// Where a subject stands. Rows that belong elsewhere than the rest of their subject stand alone.
constexpr RowProperty kRows[] = {
    // Serving: what clients see when there is much to do, and when something breaks.
    {"PRB", kPredictable},
    {"STO", kPredictable},
    {"STO-07", kObservable},  // load duration as a metric
    {"STO-10", kOperable},    // backup
    {"SCL", kPredictable},
    {"RTR", kPredictable},
    {"RTR-01", kSecure},  // the gateway's door
    {"FLR", kPredictable},
    // GPUs, and the runtime's settings that decide what one gives.
    {"GPU", kEfficient},
    {"GPU-12", kSecure},  // devices of others made visible
    {"RT", kEfficient},
    {"RT-01", kOperable},     // pinned, so that a rollout changes what it says
    {"RT-08", kPredictable},  // the API that clients were promised
    {"TRN", kEfficient},
    // Tokens, and who pays for them.
    {"OBS", kObservable},
    {"OBS-11", kSecure},  // what must not be logged
    {"TOK", kObservable},
    {"TOK-06", kEfficient},
    {"TOK-07", kEfficient},
    // Tenants, secrets and walls.
    {"SEC", kSecure},
    {"SEC-12", kPredictable},  // noisy neighbours
    // Objects, by what they are for.
    {"K8S", kOperable},
    {"K8S-07", kPredictable},  // HorizontalPodAutoscaler
    {"K8S-08", kPredictable},  // ResourceQuota
    {"K8S-09", kPredictable},  // LimitRange
    {"K8S-11", kSecure},       // NetworkPolicy
    {"K8S-14", kSecure},       // namespaces as walls
    {"K8S-15", kPredictable},  // PriorityClass
    {"K8S-20", kSecure},       // Secrets
    // Change.
    {"LIF", kOperable},
    {"LIF-08", kObservable},
    {"RAG", kOperable},
    {"RAG-03", kSecure},
    {"RAG-05", kObservable},
    // Labs, pillars, architectures, gates.
    {"LAB", kOperable},
    {"LAB-01", kPredictable},
    {"LAB-04", kObservable},
    {"PIL", kOperable},
    {"PIL-03", kEfficient},
    {"PIL-05", kEfficient},
    {"ARC", kOperable},
    {"ARC-04", kSecure},
    {"ARC-05", kObservable},
    {"ARC-07", kEfficient},
    {"ARC-08", kPredictable},
    {"ARC-09", kPredictable},
    {"MAP", kOperable},
    {"CHK", kOperable},
    // Traps, by what falls into them.
    {"TRP", kOperable},
    {"TRP-02", kSecure},
    {"TRP-03", kPredictable},
    {"TRP-05", kPredictable},
    {"TRP-06", kPredictable},
    {"TRP-07", kPredictable},
    {"TRP-08", kSecure},
    {"TRP-10", kEfficient},
    {"TRP-12", kEfficient},
    {"TRP-13", kSecure},
};

const RowProperty* find_row(std::string_view row) {
  for (const RowProperty& each : kRows) {
    if (each.row == row) return &each;
  }
  return nullptr;
}

}  // namespace

std::string_view id_of(Property property) {
  return kNames[static_cast<std::size_t>(property)].id;
}

std::string_view title_of(Property property) {
  return kNames[static_cast<std::size_t>(property)].title;
}

Property property_of(std::string_view row) {
  if (const RowProperty* alone = find_row(row)) return alone->property;
  const RowProperty* subject = find_row(row.substr(0, row.find('-')));
  return subject == nullptr ? kOperable : subject->property;
}

std::array<SubScore, kNumProperties> report_card(const Report& report) {
  std::array<SubScore, kNumProperties> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i].property = static_cast<Property>(i);
  for (const CheckResult& check : report.checks) {
    const Property property = check.rows.empty() ? kOperable : property_of(check.rows.front());
    SubScore& score = out[static_cast<std::size_t>(property)];
    ++score.checks;
    if (check.judged_by) continue;
    score.points += check.points;
    score.earned += check.earned;
  }
  return out;
}

}  // namespace inferlab::labs
