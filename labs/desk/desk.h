#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "labs/desk/desk_view.h"
#include "labs/report/report.h"

namespace inferlab::labs {

/// What a panel may ask for. Every call returns at once; what came of it is in a later DeskView.
/// Safe from any thread. Without a lab that runs (none could be started) what needs one fails with
/// an error in the view; open_lab() and reset_lab() start one.
class DeskCommands {
 public:
  virtual ~DeskCommands() = default;
  virtual void open_lab(std::string id) = 0;
  virtual void apply_manifest(std::string text) = 0;
  virtual void reset_lab() = 0;
  virtual void check() = 0;
  /// Writes the report of the last check; the file's name says in what format (see
  /// report_format_of_file()).
  virtual void save_report(std::string path) = 0;
  virtual void take_hint(std::string id) = 0;
  /// Virtual seconds a wall second; 0 pauses, infinity runs as fast as the machine can.
  virtual void set_speed(double speed) = 0;
  virtual void inject_fault(std::string fault, std::string target) = 0;
  /// Sends a chat message through the gateway to the real engine.
  virtual void chat(std::string message) = 0;
};

/// The desk behind the window: owns the session of the open lab and does the work that panels ask
/// for on threads of its own. The window draws view() and posts to commands(), nothing else, so a
/// run is the same with and without a window.
class Desk {
 public:
  struct Options {
    std::string lab_id;                 // opened at once
    std::string learner;                // whose variant and progress; empty: nobody's
    std::optional<std::uint64_t> seed;  // empty: of the session that is taken up, else the lab's
    double speed = 1;
    bool serve = true;  // false: no HTTP, and no session on disk (screenshots)
    /// Where the answers to the quiz lie when there is no session; empty: there are none.
    std::string answers_folder;
  };
  static Result<std::unique_ptr<Desk>> open(Options options);
  virtual ~Desk() = default;

  /// The latest picture, never null. Any thread.
  [[nodiscard]] virtual DeskViewPtr view() const = 0;
  [[nodiscard]] virtual DeskCommands& commands() = 0;
  /// Of the last check of the open lab, as `inferlab lab check` would give it for the same work;
  /// nullptr: it was not checked yet. Any thread.
  [[nodiscard]] virtual std::shared_ptr<const Report> report() const = 0;

  // For pictures: these return when it is done. With `serve` false only.
  /// Runs the cluster up to this virtual time.
  virtual Result<void> run_until(Time end) = 0;
  /// Takes a manifest into the editor and applies it.
  virtual Result<void> apply_file(const std::string& path) = 0;
  /// As check(), but the attempt does not count: nothing is recorded of it.
  virtual void check_and_wait() = 0;
};

}  // namespace inferlab::labs
