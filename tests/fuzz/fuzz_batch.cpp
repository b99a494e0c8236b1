// What a batch reads back: lines of its journal, what a child that grades has sent, a task, a class
// list. Parts: the journal's line, the child's report, the CSV file.
#include <algorithm>
#include <string>

#include "engine/base/check.h"
#include "labs/grade/batch/child.h"
#include "labs/grade/batch/csv.h"
#include "labs/grade/batch/journal.h"
#include "labs/grade/batch/similarity.h"
#include "labs/report/escape.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

using namespace inferlab::labs::batch;

void check_likeness(const Likeness& likeness) {
  const std::vector<Likeness> both = {likeness, likeness};
  for (const AlikePair& pair : alike_submissions(both)) {
    INFERLAB_CHECK(pair.a == 0 && pair.b == 1 && pair.score >= kAlike && pair.score <= 1);
  }
}

// A field is written so that what is shown of it reads back, with the quote before a formula.
void check_field(const std::string& field) {
  const auto again = read_csv(csv_field(field) + ",end\n", "x");
  INFERLAB_CHECK(again.has_value() && again->size() == 1 && again->front().size() == 2);
  const std::string& read = again->front().front();
  const std::string shown = labs::for_terminal(field);
  INFERLAB_CHECK(read == shown || read == "'" + shown);
}

}  // namespace

void fuzz_batch(std::string_view bytes) {
  const std::string_view line = next_part(bytes);
  if (const auto entry = read_entry(line)) {
    const std::string written = write_entry(*entry);
    const auto again = read_entry(written);
    INFERLAB_CHECK(again.has_value() && write_entry(*again) == written);
    INFERLAB_CHECK(std::ranges::count(written, '\n') == 1 && written.ends_with('\n'));
    check_likeness(entry->likeness);
  }
  const std::string_view sent = next_part(bytes);
  const ChildReport report = read_child_report(sent);
  if (!report.complete) INFERLAB_CHECK(report.json.empty() && report.text.empty());
  check_likeness(report.likeness);
  if (const auto task = read_task(sent)) INFERLAB_CHECK(write_task(*task) == sent);
  const auto records = read_csv(bytes, "x");
  if (!records) {
    INFERLAB_CHECK(records.error().message.starts_with("x:"));
    return;
  }
  for (const std::vector<std::string>& record : *records) {
    for (const std::string& field : record) check_field(field);
  }
}

}  // namespace inferlab::fuzz
