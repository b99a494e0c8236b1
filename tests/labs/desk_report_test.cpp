// The window and the command line give one report, to the last byte: they grade by one path.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "labs/cli/version.h"
#include "labs/desk/desk.h"
#include "labs/grade/shipped.h"
#include "labs/grade/submission.h"
#include "labs/report/formats.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

// An answer that the lab ships, as a folder of files that is called "session", as the window calls
// what it grades.
struct Answer {
  Answer(const LabSpec& lab, const std::string& answer) {
    const auto files = answer_files(lab, answer);
    if (!files) FAIL(files.error().message);
    for (const SubmissionFile& file : *files) {
      const std::string path = dir.write("session/" + file.name, file.text);
      const bool is_manifest =
          !is_no_manifest(file.name) && file.name.find('/') == std::string::npos;
      if (is_manifest) manifests.push_back(path);
    }
  }
  [[nodiscard]] std::string folder() const { return dir.path() + "/session"; }

  TempDir dir;
  std::vector<std::string> manifests;
};

std::string content(const std::string& path) {
  const auto text = read_text_file(path, std::size_t{16} << 20);
  INFO(path);
  REQUIRE(text.has_value());
  return *text;
}

using ByFormat = std::map<std::string, std::string>;

ByFormat in_formats(const Report& report, const std::vector<std::string>& formats) {
  ByFormat out;
  for (const std::string& name : formats) {
    out[name] = format_report(report, *report_format(name), {.version = version_number()});
  }
  return out;
}

ByFormat of_desk(const Desk& desk, const std::vector<std::string>& formats) {
  const std::shared_ptr<const Report> report = desk.report();
  REQUIRE(report != nullptr);
  return in_formats(*report, formats);
}

// Each format is a grading of its own.
ByFormat of_command(std::vector<std::string> words, const std::vector<std::string>& formats) {
  const TempDir dir;
  words.insert(words.end(), {"--format", "", "--output", dir.path() + "/report"});
  ByFormat out;
  for (const std::string& name : formats) {
    words[words.size() - 3] = name;
    const Ran ran = run(words);
    INFO(ran.err);
    REQUIRE(ran.status <= 1);
    out[name] = content(dir.path() + "/report");
  }
  return out;
}

// The first line that differs, of each format; a whole page would say nothing.
std::string differences(const ByFormat& shown, const ByFormat& printed) {
  std::string out;
  for (const auto& [format, text] : shown) {
    if (text == printed.at(format)) continue;
    std::istringstream left(text);
    std::istringstream right(printed.at(format));
    std::string a;
    std::string b;
    bool more = true;
    while (a == b && more) {
      const bool in_left = static_cast<bool>(std::getline(left, a));
      const bool in_right = static_cast<bool>(std::getline(right, b));
      more = in_left && in_right;
    }
    out += format + ": \"" + a.substr(0, 300) + "\", not \"" + b.substr(0, 300) + "\"\n";
  }
  return out;
}

// What some labs take is more than what one applies in the window: a Git repository, what a
// responder did and when, files that are held back.
bool is_applied_at_once(const LabSpec& lab) {
  return lab.submission_repository.empty() && !lab.takes_actions() &&
         std::none_of(lab.events.begin(), lab.events.end(), [](const RunEvent& event) {
           return event.kind == RunEvent::Kind::kApplyAnswer;
         });
}

const std::vector<std::string> kWhole = {"json", "html"};  // all that a report has stands in them

std::unique_ptr<Desk> checked_desk(const LabSpec& lab, const Answer& answer) {
  Desk::Options options;
  options.lab_id = lab.id;
  options.serve = false;
  options.answers_folder = answer.folder();
  auto desk = Desk::open(std::move(options));
  if (!desk) FAIL(desk.error().message);
  REQUIRE((*desk)->run_until(Time{lab.apply_at}).has_value());
  for (const std::string& file : answer.manifests) {
    REQUIRE((*desk)->apply_file(file).has_value());
    CHECK((*desk)->view()->problems.empty());
  }
  (*desk)->check_and_wait();
  CHECK((*desk)->view()->error == "");
  return std::move(*desk);
}

}  // namespace

// A folder's journal and a session's are two, with hashes of their own; what they cause is one.
TEST_CASE("desk: its report is that of inferlab grade on the same manifests, of every lab") {
  const OwnDataHome home;
  const auto labs = list_labs();
  REQUIRE(labs.has_value());
  std::size_t compared = 0;
  for (const LabSpec& lab : *labs) {
    if (!is_applied_at_once(lab)) continue;
    ++compared;
    for (const char* name : {"starter", "solution"}) {
      INFO(lab.id << ", " << name);
      const Answer answer(lab, name);
      const std::unique_ptr<Desk> desk = checked_desk(lab, answer);
      const ByFormat printed =
          of_command({"grade", "--lab", lab.id, "--submission", answer.folder()}, kWhole);
      const auto json = sim::parse_json(printed.at("json"));
      REQUIRE(json.has_value());
      REQUIRE(desk->report() != nullptr);
      Report shown = *desk->report();
      shown.journal_hash = (*json)["journalHash"].str();
      shown.run_hash = (*json)["runHash"].str();
      CHECK(differences(in_formats(shown, kWhole), printed) == "");
    }
  }
  CHECK(compared + 4 >= labs->size());
}

TEST_CASE("desk: checks that run at the same time give the report that each gives alone") {
  const OwnDataHome home;
  const auto lab = find_lab("drain-without-outage");
  REQUIRE(lab.has_value());
  const Answer solution(*lab, "solution");
  const Answer starter(*lab, "starter");
  const ByFormat solved = of_desk(*checked_desk(*lab, solution), kWhole);
  const ByFormat begun = of_desk(*checked_desk(*lab, starter), kWhole);
  CHECK((solved != begun));
  const auto first = checked_desk(*lab, solution);
  const auto second = checked_desk(*lab, starter);
  std::thread one([&] { first->check_and_wait(); });
  std::thread two([&] { second->check_and_wait(); });
  one.join();
  two.join();
  CHECK(differences(of_desk(*first, kWhole), solved) == "");
  CHECK(differences(of_desk(*second, kWhole), begun) == "");
}

TEST_CASE("desk: its report is that of lab check over the same session, and can be saved") {
  const OwnDataHome home;
  const std::vector<std::string> formats = report_format_names();
  for (const char* id :
       {"vllm-inference", "drain-without-outage", "security-incident", "gitops-rollback"}) {
    const auto lab = find_lab(id);
    REQUIRE(lab.has_value());
    const Answer answer(*lab, "solution");
    const std::string saved = answer.dir.path() + "/report.xml";
    ByFormat shown;
    {
      Desk::Options options;
      options.lab_id = lab->id;
      auto desk = Desk::open(std::move(options));
      REQUIRE(desk.has_value());
      DeskCommands& commands = (*desk)->commands();
      const auto wait_for = [&](const auto& reached) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!reached(*(*desk)->view()) && std::chrono::steady_clock::now() < give_up) {
          std::this_thread::yield();
        }
        return reached(*(*desk)->view());
      };
      commands.save_report(saved);
      CHECK(wait_for([](const DeskView& view) {
        return view.error.find("there is no report yet") != std::string::npos;
      }));
      commands.take_hint(lab->hints.front().id);
      for (const std::string& file : answer.manifests) commands.apply_manifest(content(file));
      if (!lab->incidents.empty()) {  // before its end it is no grade, and depends on the clock
        commands.set_speed(kMaxSpeed);
        REQUIRE(wait_for([&](const DeskView& view) {
          return view.run != nullptr && view.run->now >= Time{lab->horizon};
        }));
      }
      commands.check();
      REQUIRE(wait_for([](const DeskView& view) { return view.score >= 0; }));
      commands.save_report("report.docx");
      CHECK(wait_for([](const DeskView& view) {
        return view.error.find("report.docx: its ending names no format") != std::string::npos;
      }));
      commands.save_report(saved);
      CHECK(wait_for([&](const DeskView& view) { return view.saved == saved; }));
      shown = of_desk(**desk, formats);
    }
    CHECK(shown.at("json").find(lab->hints.front().id) != std::string::npos);
    CHECK(differences(shown, of_command({"lab", "check", lab->id}, formats)) == "");
    CHECK((content(saved) == shown.at("junit")));
  }
}
