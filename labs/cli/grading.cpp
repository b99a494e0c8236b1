#include "labs/cli/grading.h"

#include <fmt/format.h>

#include "labs/cli/print.h"
#include "labs/cli/version.h"
#include "labs/grade/grade.h"
#include "labs/report/error_report.h"
#include "labs/report/formats.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {

Result<Report> grade_with_progress(Terminal& terminal, const LabSpec& lab,
                                   const Submission& handed_in, const std::string& submission,
                                   std::optional<std::uint64_t> seed,
                                   const std::vector<std::string>& hints_used,
                                   const std::vector<std::string>& notes) {
  ProgressLine line(terminal, "grading " + lab.id);
  return grade(lab, handed_in,
               {.seed = seed,
                .submission = submission,
                .hints_used = hints_used,
                .notes = notes,
                .progress = [&line](std::string_view what, int done, int of) {
                  line.show(what, done, of);
                }});
}

void declare_output(Args& args, GradeOutput& output) {
  args.choice(
      "--format", output.format, report_format_names(),
      "how to print the report; badge is an SVG image, html a page that needs nothing else");
  args.option("-o,--output", output.file, "write the report to this file");
}

Result<void> check_output(const GradeOutput& output) {
  return output.file.empty() ? Result<void>() : check_writable(output.file);
}

Error put_error(Terminal& terminal, const std::string& lab_id, const std::string& submission,
                const Error& error, const GradeOutput& output) {
  const auto format = report_format(output.format);
  INFERLAB_CHECK(format.has_value());  // the command line allows no other
  const std::string report =
      error_report(lab_id, submission, error, *format, {.version = version_number()});
  if (report.empty()) return error;
  if (output.file.empty()) {
    terminal.out << report;
    return error;
  }
  const auto written = write_text_file(output.file, report);
  return written ? error : written.error();
}

Result<int> put_report(Terminal& terminal, const Report& report, const GradeOutput& output) {
  const auto format = report_format(output.format);
  INFERLAB_CHECK(format.has_value());  // the command line allows no other
  const int status = report.passed ? kExitDone : kExitFailed;
  if (output.file.empty()) {
    terminal.out << format_report(report, *format,
                                  {terminal.style, terminal.width, version_number()});
    return status;
  }
  INFERLAB_TRY_VOID(
      write_text_file(output.file, format_report(report, *format, {.version = version_number()})));
  if (!report.whole()) {
    terminal.err << fmt::format("{}: {}\n", output.file, verdict_of(report));
    return status;
  }
  terminal.err << fmt::format("{}: {} of {} points, {}\n", output.file, report.earned,
                              report.points, report.passed ? "passed" : "not passed");
  return status;
}

}  // namespace inferlab::labs
