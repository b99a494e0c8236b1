#pragma once

#include <map>
#include <memory>

#include "labs/checks/check.h"

namespace inferlab::labs {

/// The runs of one grading: each variant is run once, when a check first asks for it.
class Runs final : public CheckContext {
 public:
  /// Borrows both.
  Runs(const LabSpec& lab, const sim::Journal& journal) : lab_(lab), journal_(journal) {}

  [[nodiscard]] const LabSpec& lab() const override { return lab_; }
  Result<sim::Cluster*> run(const VariantSpec& variant) override;

 private:
  const LabSpec& lab_;
  const sim::Journal& journal_;
  std::map<VariantSpec, std::unique_ptr<sim::Cluster>> runs_;
};

}  // namespace inferlab::labs
