/// \file What lives in the watched namespaces, filed by the set it belongs to.
///
/// An object belongs to a set if its label says so, or if its controller belongs to it; a PodClique or group that has
/// lost its label and whose controller is not known, if the controller is named after the set. Only what lives is kept:
/// cost and memory grow with it and with nothing else.
#pragma once

#include <array>
#include <compare>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ir/object_key.h"
#include "runtime/live/eyes/seen.h"

namespace grovec::live {

/// A set, which may be gone.
struct SetKey {
  std::string namespace_, name;
  auto operator<=>(const SetKey&) const = default;
};

/// What is observed of one set, with everything it points at.
struct View {
  decide::Observed observed;
  std::shared_ptr<const LiveManifest> manifest;  ///< null if the set is gone
  std::vector<Typed> held;
};

/// Not thread-safe. A View stays valid whatever happens to the store.
class Store {
 public:
  /// A new version of an object; an older one than is known changes nothing.
  void put(std::shared_ptr<const Seen> seen);
  /// It is gone. A uid that is given and not the one that lives changes nothing.
  void remove(Kind kind, std::string_view namespace_, std::string_view name, std::string_view uid = {});
  /// A list of a kind begins: what is not put before its end is gone.
  void begin_list(Kind kind);
  void end_list(Kind kind);

  std::shared_ptr<const Seen> find(Kind kind, std::string_view namespace_, std::string_view name) const;
  /// Every set that lives or has left something behind.
  std::vector<SetKey> sets() const;
  bool has(const SetKey& set) const { return buckets_.contains(set); }
  View view(const SetKey& set) const;
  /// Sets to which something happened since the last call.
  std::vector<SetKey> take_changed();
  std::size_t size(Kind kind) const { return lists_[static_cast<std::size_t>(kind)].objects.size(); }
  /// All objects of a kind, for kinds that sets are compiled with.
  std::vector<std::shared_ptr<const Seen>> all(Kind kind) const;

 private:
  using Name = std::pair<std::string, std::string>;  // namespace, name
  struct Entry {
    std::shared_ptr<const Seen> seen;
    SetKey home;  // without a name: nobody's so far
    std::uint32_t round = 0;
  };
  struct List {
    std::map<Name, Entry, std::less<>> objects;
    std::uint32_t round = 0;
  };
  // Objects of one set by kind, each sorted by name.
  using Bucket = std::array<std::map<std::string_view, const Entry*>, ir::kObjectKinds>;

  SetKey home_of(const Seen& seen) const;
  SetKey home_by_name(const Seen& seen) const;
  void take_in(Entry& entry);
  void let_go(Entry& entry);
  void refile(const std::set<Entry*>& entries);
  void touch(const SetKey& home);

  std::array<List, ir::kObjectKinds> lists_;
  std::map<SetKey, Bucket> buckets_;
  std::map<std::string, SetKey, std::less<>> homes_;               // by uid, of what can be a controller
  std::map<std::string, std::set<Entry*>, std::less<>> by_owner_;  // those without a label, by the controller's uid
  std::map<std::string, std::set<Entry*>, std::less<>> strays_;    // whose home only names tell, by namespace
  std::set<SetKey> changed_;
};

}  // namespace grovec::live
