/// \file `--assume-replicas`: the world after somebody scaled an object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "runtime/driver/compile_set.h"

namespace grovec::driver {

/// Counts by the name of an object: a set, a scaling group or a PodClique; `KIND/NAME` where two kinds share a name.
class Assumptions {
 public:
  /// Error: a text that is not NAME=N (exit code 2).
  static Result<Assumptions> parse(const std::vector<std::string>& texts);

  /// Sets the counts of planned sets. Error (exit code 2): a name that no object has at the counts then in force, with
  /// the one that was probably meant, or a name of objects of several kinds.
  Result<Done> apply(const std::vector<std::unique_ptr<CompiledSet>>& sets) const;

 private:
  struct Assumption {
    std::string text, name;
    std::optional<ir::ObjectKind> kind;
    std::uint32_t replicas = 0;
  };
  static Result<Done> apply(const Assumption& a, const std::vector<std::unique_ptr<CompiledSet>>& sets);
  static Result<Done> check(const Assumption& a, const std::vector<std::unique_ptr<CompiledSet>>& sets);
  static std::string meant(const Assumption& a, const std::vector<std::unique_ptr<CompiledSet>>& sets);

  std::vector<Assumption> all_;
};

}  // namespace grovec::driver
