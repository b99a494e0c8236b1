#include "sim/api/time_zone.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>

namespace inferlab::sim {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::int64_t kBeginning = std::numeric_limits<std::int64_t>::min();
constexpr const char* kFolders[] = {"/usr/share/zoneinfo/", "/usr/share/lib/zoneinfo/"};

// Big-endian numbers, one after the other; past the end there are zeros and `ok` is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::int64_t number(std::size_t width) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < width; ++i) out = out << 8 | byte();
    const std::uint64_t sign = std::uint64_t{1} << (8 * width - 1);
    if (width < 8 && (out & sign) != 0) out |= ~((sign << 1) - 1);
    return static_cast<std::int64_t>(out);
  }
  std::uint8_t byte() {
    ok = ok && at_ < bytes_.size();
    return ok ? static_cast<std::uint8_t>(bytes_[at_++]) : std::uint8_t{0};
  }
  void skip(std::size_t count) {
    ok = ok && count <= bytes_.size() - at_;
    if (ok) at_ += count;
  }
  bool magic() {
    const bool good = bytes_.substr(at_).starts_with("TZif");
    skip(4);
    return good;
  }
  bool ok = true;

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

struct Header {
  char version;
  std::size_t utc_flags, standard_flags, leap_seconds, times, types, name_bytes;
};
std::optional<Header> read_header(Reader& reader) {
  if (!reader.magic()) return std::nullopt;
  Header out{};
  out.version = static_cast<char>(reader.byte());
  reader.skip(15);
  for (std::size_t* field : {&out.utc_flags, &out.standard_flags, &out.leap_seconds, &out.times,
                             &out.types, &out.name_bytes}) {
    const std::int64_t count = reader.number(4);
    if (count < 0 || static_cast<std::size_t>(count) > kMaxFile) return std::nullopt;
    *field = static_cast<std::size_t>(count);
  }
  if (!reader.ok || out.types == 0) return std::nullopt;
  return out;
}

bool is_zone_name(std::string_view name) {
  return !name.empty() && !name.starts_with('/') && name.find("..") == std::string_view::npos &&
         name.find('\\') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

std::int64_t unix_seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count() + kEpochOfRun;
}

}  // namespace

TimeZone TimeZone::utc() {
  TimeZone out;
  out.periods_ = {{kBeginning, 0}};
  return out;
}

Result<TimeZone> TimeZone::load(std::string_view name) {
  if (name.empty() || name == "UTC") return utc();
  if (is_zone_name(name)) {
    for (const std::string folder : kFolders) {
      std::ifstream file(folder + std::string(name), std::ios::binary);
      std::string bytes(kMaxFile, '\0');
      // A folder opens, and cannot be read.
      if (!file || !file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())).eof())
        continue;
      bytes.resize(static_cast<std::size_t>(file.gcount()));
      if (auto zone = parse(bytes)) return *std::move(zone);
    }
  }
  return Error{ErrorKind::kNotFound, "unknown time zone " + std::string(name)};
}

std::optional<TimeZone> TimeZone::parse(std::string_view bytes) {
  Reader reader(bytes);
  auto header = read_header(reader);
  if (!header) return std::nullopt;
  std::size_t width = 4;
  if (header->version >= '2') {
    // The same again in 64 bits comes after the block of old.
    reader.skip(header->times * 5 + header->types * 6 + header->name_bytes +
                header->leap_seconds * 8 + header->standard_flags + header->utc_flags);
    header = read_header(reader);
    if (!header) return std::nullopt;
    width = 8;
  }
  std::vector<std::int64_t> starts(header->times);
  for (std::int64_t& start : starts) start = reader.number(width);
  std::vector<std::size_t> kinds(header->times);
  for (std::size_t& kind : kinds) kind = reader.byte();
  struct LocalTime {
    std::int64_t offset;
    bool summer;
  };
  std::vector<LocalTime> types(header->types);
  for (LocalTime& type : types) {
    type.offset = reader.number(4);
    type.summer = reader.byte() != 0;
    reader.skip(1);
  }
  if (!reader.ok || !std::is_sorted(starts.begin(), starts.end())) return std::nullopt;
  TimeZone out;
  // Before the first change: the first kind of time that is not summer's.
  const auto first =
      std::find_if(types.begin(), types.end(), [](const LocalTime& type) { return !type.summer; });
  out.periods_.push_back({kBeginning, (first == types.end() ? types.front() : *first).offset});
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (kinds[i] >= types.size()) return std::nullopt;
    out.periods_.push_back({starts[i], types[kinds[i]].offset});
  }
  return out;
}

std::size_t TimeZone::period_at(std::int64_t seconds) const {
  const auto next = std::upper_bound(
      periods_.begin() + 1, periods_.end(), seconds,
      [](std::int64_t value, const Period& period) { return value < period.from; });
  return static_cast<std::size_t>(next - periods_.begin()) - 1;
}

std::int64_t TimeZone::offset_at(Time time) const {
  return periods_[period_at(unix_seconds(time))].offset;
}

std::optional<Time> TimeZone::next(const CronSchedule& schedule, Time after) const {
  std::size_t period = period_at(unix_seconds(after));
  while (true) {
    // Within a period the zone's clocks run beside UTC.
    const auto offset = std::chrono::seconds(periods_[period].offset);
    const auto local = schedule.next(after + offset);
    if (!local) return std::nullopt;
    const Time found = *local - offset;
    if (period + 1 == periods_.size() || unix_seconds(found) < periods_[period + 1].from)
      return found;
    ++period;
    // The first second of the next period counts too.
    after = Time(std::chrono::seconds(periods_[period].from - kEpochOfRun - 1));
  }
}

std::string TimeZone::format(Time time) const {
  const std::int64_t offset = offset_at(time);
  std::string out = format_rfc3339(time + std::chrono::seconds(offset));
  if (offset == 0) return out;
  out.pop_back();
  const std::int64_t minutes = (offset < 0 ? -offset : offset) / 60;
  const auto two_digits = [](std::int64_t number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  return out + (offset < 0 ? "-" : "+") + two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

}  // namespace inferlab::sim
