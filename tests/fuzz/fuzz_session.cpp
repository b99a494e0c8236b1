// The journal of a session, as somebody may have changed it: it is refused with its line, or what
// is written of it reads back the same.
#include <string>

#include "engine/base/check.h"
#include "labs/session/journal_file.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_session(std::string_view bytes) {
  const auto session = labs::read_session_journal(bytes, "x");
  if (!session) {
    INFERLAB_CHECK(session.error().kind == ErrorKind::kInvalid);
    INFERLAB_CHECK(session.error().message.starts_with("x:"));
    return;
  }
  INFERLAB_CHECK(session->header.has_value() || session->entries.empty());
  const std::string text = sim::write_journal(session->entries);
  const auto again = sim::read_journal(text, "x");
  INFERLAB_CHECK(again.has_value() && again->size() == session->entries.size());
  INFERLAB_CHECK(sim::write_journal(*again) == text);
  Time last{};
  for (const sim::JournalEntry& entry : session->entries) {
    INFERLAB_CHECK(entry.at >= last && entry.at <= session->clock);
    last = entry.at;
  }
  for (const labs::SessionJournal::Live& live : session->live) {
    INFERLAB_CHECK(live.after <= session->entries.size());
  }
}

}  // namespace inferlab::fuzz
