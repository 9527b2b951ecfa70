/// \file What the operator says: a line for people, or a JSON object a line for machines.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/instant.h"

namespace grovec::live {

struct Field {
  std::string_view key;
  std::string value;
};
using Fields = std::vector<Field>;

/// How much is said: warnings only, every change, or why nothing changes as well.
enum class Level : std::uint8_t { kWarning, kInfo, kDebug };
std::string_view name_of(Level level);

/// Cheap to copy; copies share their level. Without a sink it is silent.
class Log {
 public:
  enum class Format : std::uint8_t { kText, kJson };
  using Sink = std::function<void(bool is_warning, const std::string& line)>;

  Log() = default;
  Log(Format format, std::function<decide::Instant()> now, Sink sink)
      : format_(format), now_(std::move(now)), sink_(std::move(sink)), level_(std::make_shared<Level>(Level::kInfo)) {}

  /// `text` says it all; the fields say it again, for machines only.
  void operator()(bool is_warning, const std::string& text, const Fields& fields = {}) const {
    say(is_warning ? Level::kWarning : Level::kInfo, text, fields);
  }
  void say(Level level, const std::string& text, const Fields& fields = {}) const;
  bool says(Level level) const { return sink_ && level <= *level_; }
  Level level() const { return level_ ? *level_ : Level::kWarning; }
  /// Of this and all copies.
  void set_level(Level level) {
    if (level_) *level_ = level;
  }

 private:
  Format format_ = Format::kText;
  std::function<decide::Instant()> now_;
  Sink sink_;
  std::shared_ptr<Level> level_;
};

}  // namespace grovec::live
