/// \file What the operator says: a line for people, or a JSON object a line for machines.
#pragma once

#include <functional>
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

/// Cheap to copy. Without a sink it is silent.
class Log {
 public:
  enum class Format : std::uint8_t { kText, kJson };
  using Sink = std::function<void(bool is_warning, const std::string& line)>;

  Log() = default;
  Log(Format format, std::function<decide::Instant()> now, Sink sink)
      : format_(format), now_(std::move(now)), sink_(std::move(sink)) {}

  /// `text` says it all; the fields say it again, for machines only.
  void operator()(bool is_warning, const std::string& text, const Fields& fields = {}) const;

 private:
  Format format_ = Format::kText;
  std::function<decide::Instant()> now_;
  Sink sink_;
};

}  // namespace grovec::live
