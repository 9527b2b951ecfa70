/// \file A world in which every write succeeds, every pod finds room and is Ready, and garbage is collected: what
/// `settle` turns the wheels of. Objects are the typed ones; nothing is printed or parsed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/decide/decide.h"

namespace grovec::decide {

class SettleWorld {
 public:
  /// Points at the objects of `from`, which must outlive it. Uids of what is made begin with `uid_prefix`: a world that
  /// begins with the objects of another one has its own.
  SettleWorld(const Observed& from, Instant now, std::string uid_prefix = "settled-");

  Instant now() const { return now_; }
  /// The world as it is; valid until the next change.
  Observed observe() const;
  void carry(const World& world, const Decision& decision);
  /// The same for a decision that makes nothing: on what is left of a set that is gone.
  void carry_leftovers(const Decision& decision);
  /// Marked pods are gone, pods without gates are Ready, what has lost its owner goes.
  void turn_the_wheels();
  /// The two halves of that: what is marked or has lost its owner is gone …
  void clear_away();
  /// … and pods without gates are Ready. Whether any became so.
  bool make_ready();
  void wait_until(Instant at) { now_ = at; }
  std::vector<std::shared_ptr<const void>> memory() const;

 private:
  template <class Live>
  using ByName = std::map<std::string, std::shared_ptr<const Live>, std::less<>>;

  void create(const World& world, const Action& action);
  void create_pod(const Action& action);
  void patch(const Action& action);
  void patch_pod(const Action& action);
  void remove(const ObjectKey& key);
  bool collect();

  std::string next_uid() { return uid_prefix_ + std::to_string(++last_uid_); }

  std::string name_, namespace_, uid_prefix_;
  Instant now_;
  Interner interner_;
  std::shared_ptr<Arena> arena_ = std::make_shared<Arena>();  // of everything made here
  std::uint64_t last_uid_ = 0, last_version_ = 0;
  std::shared_ptr<const LiveSet> set_;
  ByName<LiveGroup> groups_;
  ByName<LiveClique> cliques_;
  ByName<LivePod> pods_;
  ByName<LiveGang> gangs_;
  std::map<ObjectKey, std::shared_ptr<const LiveObject>> objects_;
};

}  // namespace grovec::decide
