/// \file What happened, as the recordings tell it: one line for each change of an object and each event.
#pragma once

#include <string>

#include "runtime/simulate/cluster.h"
#include "tests/simulator/aliases.h"

namespace grovec::simulator {

/// Writes trace.jsonl (format: tests/fixtures/traces/README.md) while a cluster runs.
class Recorder {
 public:
  /// Begins at `now`: what exists is there from the start.
  void start(const simulate::Store& store, simulate::Instant now);
  bool is_on() const { return on_; }

  void changed(const simulate::Change& change, simulate::Instant now);
  void event(const std::string& on, const std::string& source, bool is_warning, const std::string& reason,
             const std::string& message, simulate::Instant now);

  Aliases& aliases() { return aliases_; }
  const Aliases& aliases() const { return aliases_; }
  const std::string& text() const { return text_; }

 private:
  std::string head(std::string_view type, const simulate::Object& object, simulate::Instant now) const;
  std::string time(simulate::Instant now) const;

  bool on_ = false;
  simulate::Instant start_;
  Aliases aliases_;
  Incarnations incarnations_;
  std::map<std::string, std::uint32_t> event_counts_;
  std::string text_;
};

/// final.json: all objects as they are now, normalised, and their statuses.
std::string final_text(const simulate::Store& store, const Aliases& aliases);

}  // namespace grovec::simulator
