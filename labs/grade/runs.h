#pragma once

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "labs/checks/check.h"
#include "labs/lint/lint.h"

namespace inferlab::labs {

/// The runs of one grading: each variant is run once, when a check first asks for it.
class Runs final : public CheckContext {
 public:
  /// Borrows both.
  Runs(const LabSpec& lab, const Submission& submission) : lab_(lab), submission_(submission) {}
  Runs(const LabSpec& lab, Submission&& submission) = delete;

  [[nodiscard]] const LabSpec& lab() const override { return lab_; }
  [[nodiscard]] const Submission& submission() const override { return submission_; }
  Result<std::span<const lint::LintResult>> linted() override;
  Result<sim::Cluster*> run(const VariantSpec& variant) override;
  Result<const std::vector<Deed>*> deeds(const VariantSpec& variant) override;
  Result<sim::Cluster*> reference_run(const std::string& answer) override;

 private:
  struct Played {
    std::unique_ptr<sim::Cluster> cluster;
    std::vector<Deed> deeds;
  };

  [[nodiscard]] Result<Played> play(const Submission& submission, const VariantSpec& variant) const;
  Result<const Played*> played(const VariantSpec& variant);

  const LabSpec& lab_;
  const Submission& submission_;
  std::map<VariantSpec, Played> runs_;
  std::map<std::string, Played> references_;               // by answer
  std::deque<std::vector<lint::ManifestFile>> manifests_;  // what lint_ borrows
  std::vector<lint::LintResult> lint_;
};

}  // namespace inferlab::labs
