#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/result.h"
#include "labs/session/driver.h"
#include "labs/session/session_folder.h"

namespace inferlab::labs {

struct ControlAnswer {
  int status = 200;
  std::string body;
  const char* type = "application/json";
};

/// What other commands may ask of a running session, over the gateway's address and only with the
/// session's token:
///
///   GET  /inferlab/status                          the clock, its speed, counts
///   POST /inferlab/speed    {"speed": 10}          0 pauses, "max" is as fast as it goes
///   POST /inferlab/fault    {"fault": "node-down", "target": "inference-0"}
///   POST /inferlab/why      {"namespace": "default", "pod": "x"}
///                                                  what every plugin says, by node
///   POST /inferlab/traffic  {"window": "60s"}      what clients got: traffic_picture()
///   GET  /inferlab/metrics                         scraped_metrics(), for Prometheus
///   POST /inferlab/incident {"incident": "secrets-listed", "cause": "…"}
///                                                  acknowledged; with a cause a diagnosis
///   POST /inferlab/push     {"files": {"apps/a.yaml": "…"}, "message": "…"}
///                                                  or {"reverts": "last"}
///   POST /inferlab/stop
///
/// What is refused is answered with {"error", "hint", "kind"}: an Error, whole.
class Control {
 public:
  /// Notes what is said of an incident at the run's present time, and says that; on its thread.
  using NoteIncident =
      std::function<Result<Time>(const std::string& incident, const std::string& cause)>;
  /// Pushes go to `repository`, by name: the one that the graded run takes them to. Empty: there is
  /// none, and they go to the first of the run's.
  Control(Driver& driver, std::string token, NoteIncident note_incident = {},
          std::string repository = {})
      : driver_(driver),
        token_(std::move(token)),
        note_incident_(std::move(note_incident)),
        repository_(std::move(repository)) {}

  /// `authorization` is the header's value. From any thread but the run's.
  ControlAnswer answer(std::string_view method, std::string_view path, std::string_view body,
                       std::string_view authorization);
  [[nodiscard]] bool asked_to_stop() const { return stop_; }

 private:
  ControlAnswer set_speed(std::string_view body);
  ControlAnswer inject(std::string_view body);
  ControlAnswer push(std::string_view body);
  ControlAnswer why(std::string_view body);
  ControlAnswer traffic(std::string_view body);
  ControlAnswer metrics();
  ControlAnswer incident(std::string_view body);
  ControlAnswer status();

  Driver& driver_;
  std::string token_;
  NoteIncident note_incident_;
  std::string repository_;
  std::atomic<bool> stop_ = false;
};

/// Asks a running session; `body` empty: GET. Errors are those of the session, with their kinds and
/// hints, or kUnavailable: it does not answer.
Result<std::string> ask_session(const SessionCard& card, const std::string& path,
                                const std::string& body);

/// "10", "0.5", "max", "pause" as a speed; nullopt for anything else.
std::optional<double> parse_speed(std::string_view text);

}  // namespace inferlab::labs
