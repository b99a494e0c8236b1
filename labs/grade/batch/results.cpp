#include "labs/grade/batch/results.h"

#include <fmt/format.h>

#include <cmath>

#include "labs/grade/batch/csv.h"
#include "labs/report/escape.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"

namespace inferlab::labs::batch {
namespace {

using sim::Value;

bool is_sqlite(const std::string& extension) {
  return extension == ".sqlite" || extension == ".db";
}

double seconds_of(const Row& row) {
  return static_cast<double>(row.cpu_ms) / 1000;
}

std::int64_t count(std::size_t number) {
  return static_cast<std::int64_t>(number);
}

Value json_of(const Row& row, bool timings) {
  Value::Object checks;
  for (const auto& [id, earned] : row.checks) checks.push_back({id, earned});
  Value out = Value::object({{"name", for_terminal(row.name)},
                             {"learner", for_terminal(row.learner)},
                             {"status", Value(word_of(row.outcome))},
                             {"exit", row.exit_status()},
                             {"why", for_terminal(row.why, /*multiline=*/true)},
                             {"earned", row.earned},
                             {"passed", row.passed},
                             {"checks", Value::object(std::move(checks))}});
  return timings ? out.with("cpuSeconds", seconds_of(row)) : out;
}

}  // namespace

std::string batch_csv(const Table& table, bool timings) {
  std::string out = "name,learner,status,exit,earned,points,passed";
  if (timings) out += ",cpu_seconds";
  out += ",why";
  for (const CheckColumn& check : table.checks) out += "," + csv_field(check.id);
  out += '\n';
  for (const Row& row : table.rows) {
    out +=
        fmt::format("{},{},{},{},{},{},{}", csv_field(row.name), csv_field(row.learner),
                    word_of(row.outcome), row.exit_status(), row.earned, table.points, row.passed);
    if (timings) out += fmt::format(",{:.3f}", seconds_of(row));
    out += "," + csv_field(row.why);
    for (const CheckColumn& check : table.checks) {
      const auto found = row.checks.find(check.id);
      out += found == row.checks.end() ? std::string(",") : fmt::format(",{}", found->second);
    }
    out += '\n';
  }
  return out;
}

std::string batch_json(const Table& table, bool timings) {
  Value::Array checks, rows;
  for (const CheckColumn& check : table.checks) {
    checks.push_back(Value::object({{"id", check.id},
                                    {"title", check.title},
                                    {"points", check.points},
                                    {"lost", count(table.lost(check))}}));
  }
  for (const Row& row : table.rows) rows.push_back(json_of(row, timings));
  const Value out =
      Value::object({{"schema", "inferlab.batch/v1"},
                     {"lab", Value::object({{"id", table.lab_id}, {"title", table.lab_title}})},
                     {"points", table.points},
                     {"passPoints", table.pass_points},
                     {"checks", Value::array(std::move(checks))},
                     {"summary", Value::object({{"submissions", count(table.rows.size())},
                                                {"graded", count(table.graded())},
                                                {"passed", count(table.passed())},
                                                {"mean", std::round(table.mean() * 100) / 100}})},
                     {"submissions", Value::array(std::move(rows))}});
  return sim::to_json(out, 2) + "\n";
}

Result<void> write_results(const std::string& file, const Table& table, bool timings) {
  const std::string extension = extension_of(file);
  if (is_sqlite(extension)) return write_batch_sqlite(file, table);
  return write_text_file(file, extension == ".csv"    ? batch_csv(table, timings)
                               : extension == ".json" ? batch_json(table, timings)
                               : extension == ".xml"  ? batch_junit(table)
                                                      : batch_html(table, timings));
}

Result<void> check_results(const std::string& file) {
  const std::string extension = extension_of(file);
  if (!is_sqlite(extension) && extension != ".csv" && extension != ".json" &&
      extension != ".html" && extension != ".xml") {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: must end with .csv, .json, .html, .xml, .sqlite or .db", file)};
  }
  return is_sqlite(extension) ? check_batch_sqlite(file) : check_writable(file);
}

}  // namespace inferlab::labs::batch
