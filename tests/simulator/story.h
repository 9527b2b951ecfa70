/// \file What happened, for people: who did what, and why.
#pragma once

#include <set>
#include <string>

#include "runtime/simulate/cluster.h"
#include "tests/simulator/aliases.h"

namespace grovec::simulator {

class Story {
 public:
  Story(const Aliases& aliases, bool is_told) : aliases_(&aliases), told_(is_told) {}

  /// Times count from here.
  void start(simulate::Instant now) { start_ = now; }
  void people(const std::string& what, const std::string& remark, simulate::Instant now);
  void wrote(const simulate::Written& write, simulate::Instant now);
  void changed(const simulate::Change& change, simulate::Instant now);
  void said(const std::string& what, simulate::Instant now);
  const std::string& text() const { return text_; }

 private:
  void line(std::string_view who, const std::string& what, const std::string& why, simulate::Instant now);
  std::string object_text(const simulate::Object& object) const;

  const Aliases* aliases_;
  bool told_;
  simulate::Instant start_;
  std::set<simulate::Key> written_;  // by the operator; their changes need no second line
  std::string text_;
};

}  // namespace grovec::simulator
