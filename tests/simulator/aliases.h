/// \file Names that do not depend on chance: `<podclique>-~<index>#<n>` is the n-th pod with that index since the
/// start.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/simulate/store.h"

namespace grovec::simulator {

class Aliases {
 public:
  /// Forgets everything; pods that exist now are the first of their index.
  void restart(const simulate::Store& store);
  /// Call it for each new pod.
  void add(const simulate::Object& pod);

  /// `<podclique>-~<index>#<n>` of a pod that was added.
  const std::string& of(const simulate::Object& pod) const;
  /// `<podclique>-~<index>`
  static std::string slot_of(const simulate::Object& pod);
  /// The name of the pod that has this alias (without `#n`: the latest of its index); empty if none has.
  std::string name_behind(std::string_view alias) const;
  /// Uid of the same.
  std::string uid_behind(std::string_view alias) const;

  /// `text` with every name of a pod replaced by its alias, without `#n` if `plain`.
  std::string in_text(std::string_view text, bool plain = false) const;

 private:
  struct Known {
    std::string alias, uid;
  };
  std::map<std::string, std::uint32_t> counts_;        // by slot
  std::map<std::string, Known, std::less<>> by_name_;  // the latest of that name
  std::map<std::string, std::string, std::less<>> alias_of_uid_;
  std::map<std::string, std::pair<std::string, std::string>, std::less<>> behind_;  // alias -> name, uid
};

/// n-th object of a kind and name since the start, for the others.
class Incarnations {
 public:
  void restart(const simulate::Store& store);
  void add(const simulate::Object& object);
  std::uint32_t of(const simulate::Object& object) const;

 private:
  std::map<simulate::Key, std::uint32_t> counts_;
};

}  // namespace grovec::simulator
