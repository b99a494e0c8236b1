#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::labs {

/// A value of a column or of a parameter.
using SqlValue = std::variant<std::monostate, std::int64_t, std::string>;
using SqlRow = std::vector<SqlValue>;

/// One SQLite database file: the only file of the tree that speaks to SQLite. Not thread-safe;
/// other processes may use the same file (write-ahead log, five seconds of patience for a lock).
/// Errors are "FILE: WHAT: WHY": kConflict when another process holds the lock, else kUnavailable.
class SqliteDatabase {
 public:
  /// Opens or creates the file.
  static Result<SqliteDatabase> open(const std::string& path);

  /// Runs one statement; '?' stand for `parameters`, in order. Gives its rows.
  Result<std::vector<SqlRow>> run(const std::string& sql,
                                  std::initializer_list<SqlValue> parameters = {});
  /// The id of the row inserted last.
  [[nodiscard]] std::int64_t last_insert_id() const;

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  SqliteDatabase(std::string path, void* handle) : path_(std::move(path)), handle_(handle) {}
  [[nodiscard]] Error failure(const std::string& what) const;

  std::string path_;
  std::unique_ptr<void, Close> handle_;
};

}  // namespace inferlab::labs
