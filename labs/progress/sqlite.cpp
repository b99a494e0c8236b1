#include "labs/progress/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace inferlab::labs {
namespace {

constexpr int kBusyMilliseconds = 5000;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

sqlite3* native(void* handle) {
  return static_cast<sqlite3*>(handle);
}

int bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

SqlValue column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    default:
      break;
  }
  const auto* text = sqlite3_column_text(statement, index);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
  if (text == nullptr) return std::string();
  return std::string(static_cast<const char*>(static_cast<const void*>(text)), size);
}

}  // namespace

void SqliteDatabase::Close::operator()(void* handle) const {
  sqlite3_close_v2(native(handle));
}

Error SqliteDatabase::failure(const std::string& what) const {
  const int code = sqlite3_errcode(native(handle_.get()));
  const bool busy = code == SQLITE_BUSY || code == SQLITE_LOCKED;
  return Error{busy ? ErrorKind::kConflict : ErrorKind::kUnavailable,
               fmt::format("{}: {}: {}", path_, what, sqlite3_errmsg(native(handle_.get()))),
               busy ? "another inferlab writes to it; try again"
                    : "move the file away to begin anew; it holds scores and hints only"};
}

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  SqliteDatabase database(path, handle);
  if (handle == nullptr) return Error{ErrorKind::kExhausted, path + ": open: out of memory"};
  if (code != SQLITE_OK) return database.failure("open");
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  // WAL: a reader never waits for a writer. NORMAL loses at most the last scores in a power cut.
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL",
                             "PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF"}) {
    INFERLAB_TRY([[maybe_unused]] const auto rows, database.run(pragma));
  }
  return database;
}

Result<std::vector<SqlRow>> SqliteDatabase::run(const std::string& sql,
                                                std::initializer_list<SqlValue> parameters) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(native(handle_.get()), sql.c_str(), static_cast<int>(sql.size()), &raw,
                         nullptr) != SQLITE_OK) {
    return failure(sql);
  }
  const std::unique_ptr<sqlite3_stmt, Finalize> statement(raw);
  int index = 0;
  for (const SqlValue& parameter : parameters) {
    if (bind(raw, ++index, parameter) != SQLITE_OK) return failure(sql);
  }
  std::vector<SqlRow> rows;
  for (;;) {
    const int code = sqlite3_step(raw);
    if (code == SQLITE_DONE) return rows;
    if (code != SQLITE_ROW) return failure(sql);
    SqlRow row;
    for (int i = 0; i < sqlite3_column_count(raw); ++i) row.push_back(column(raw, i));
    rows.push_back(std::move(row));
  }
}

std::int64_t SqliteDatabase::last_insert_id() const {
  return sqlite3_last_insert_rowid(native(handle_.get()));
}

}  // namespace inferlab::labs
