/// \file The smallest world in which decisions can be carried out: objects as trees, every write succeeds at once,
/// every pod finds room and is Ready. Not the simulated cluster: this one shares no code with it, so that goldens and
/// properties of `decide` do not depend on it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/decide/decide.h"

namespace grovec::testing {

using decide::Instant;
using decide::ObjectKey;

class TreeWorld {
 public:
  Instant now = *decide::parse_time("2026-07-01T12:00:00Z");
  std::vector<decide::FailedWrite> failed;

  /// The set as a person applies it: `tree` is a manifest after defaulting. Its generation grows if the spec changes.
  void apply_set(const ir::Value& tree);
  /// The objects as rules read them; those that have not changed are those of the last time. Valid until the next
  /// change.
  const decide::Observed& observe();
  /// Does what a decision says; returns what could not be done, one line each.
  std::vector<std::string> carry(const decide::World& world, const decide::Decision& decision);
  /// Deleted pods are gone, pods without gates run and are Ready, orphans are collected.
  void turn_the_wheels();
  /// `decide`, `carry` and `turn_the_wheels` until nothing is left to do; the number of rounds, or `most`.
  int settle(const decide::World& world, int most = 30);

  ir::Value* find(const ObjectKey& key);
  /// By kind and name; pods also as CLIQUE~INDEX.
  ir::Value* find(std::string_view kind, std::string_view name, ObjectKey& key);
  void patch(const ObjectKey& key, const ir::Value& patch);
  void put(const ir::Value& tree);
  void mark(const ObjectKey& key);
  /// Our last write to its status was then.
  void wrote_status(const ObjectKey& key, Instant at);
  void remove(const ObjectKey& key) { objects_.erase(key); }
  const std::map<ObjectKey, ir::Value>& objects() const { return objects_; }
  Arena& arena() { return arena_; }

 private:
  void create(const decide::World& world, const decide::Action& action, std::vector<std::string>& problems);
  void set_meta(ir::Value& tree, std::string_view key, const ir::Value& value);
  void touch(ir::Value& tree);

  Arena arena_;
  std::map<ObjectKey, ir::Value> objects_;
  std::uint64_t last_uid_ = 0, last_version_ = 100;
  std::map<std::string, Instant> status_written_;  // by uid
  struct Read {
    const void* tree = nullptr;  // the first member: trees are made anew when they change
    Instant written;
    std::shared_ptr<const void> live;
  };
  const void* read(const ObjectKey& key, const ir::Value& tree);
  std::map<ObjectKey, Read> reads_;
  std::vector<std::shared_ptr<const void>> held_;  // what was read of older versions
  decide::Interner interner_;
  decide::Observed observed_;
  std::string set_name_;
};

}  // namespace grovec::testing
