/// \file What one changed field does, told by where it is and by what the play has shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/plan/plan.h"

namespace grovec::plan {

struct CliqueFacts {
  std::string name;
  bool is_hash_new = false, restarts = false, is_pending = false;
  bool is_member = false;
};

/// What a play has shown, by clique template.
struct Facts {
  std::vector<CliqueFacts> cliques;
  bool has_new_replicas = false;  ///< set replicas that are born with the counts of NEW's template
};

/// The clique that a path is about, and what follows in it.
std::optional<std::string_view> clique_of(std::string_view path, std::string_view& rest);

/// Effect and note of a change that is not forbidden. `owner` of the count that it is about; may be null.
void judge(const Facts& facts, const CountOwner* owner, Change& change);

}  // namespace grovec::plan
