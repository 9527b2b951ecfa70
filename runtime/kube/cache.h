/// \file What is known of one kind (Store), and whether it already contains what we ourselves wrote (OwnWrites).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/kube/versions.h"
#include "runtime/kube/watch.h"

namespace grovec::kube {

/// The live objects of one kind, as somebody's projection T of them, by `namespace/name`. A list marks what it names
/// and at its end sweeps the rest, so a new list needs no second store. Bounded by what lives.
template <class T>
class Store : public Sink {
 public:
  struct Entry {
    std::string uid, resource_version;
    T value{};
    std::uint32_t list = 0;  ///< the list that named it last
  };
  /// Fills the projection; false: the object cannot be understood, it is then kept with the old projection.
  using Project = std::function<bool(const Item&, T&)>;
  /// `before` and `after` are null at birth and death. Views live until it returns. A new uid at the same name is a
  /// death and a birth.
  using Changed = std::function<void(std::string_view key, const Entry* before, const Entry* after)>;
  using Progress = std::function<void(std::string_view resource_version)>;
  using Broken = std::function<void(const Error&, Duration)>;

  Store(Project project, Changed changed, Progress progress = {}, Broken broken = {})
      : project_(std::move(project)),
        changed_(std::move(changed)),
        progress_(std::move(progress)),
        broken_(std::move(broken)) {}

  const Entry* find(const std::string& key) const {
    auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }
  std::size_t size() const { return entries_.size(); }
  const std::unordered_map<std::string, Entry>& entries() const { return entries_; }
  bool is_complete() const { return complete_; }  ///< at least one list has ended
  std::uint64_t not_understood() const { return not_understood_; }

  void on_list_begin() override {
    ++list_;
    is_listing_ = true;
  }
  void on_object(const Item& item) override {
    key_.assign(item.namespace_).append(1, '/').append(item.name);
    auto found = entries_.find(key_);
    if (found != entries_.end() && found->second.uid != item.uid) {
      remove(found);
      found = entries_.end();
    }
    if (found == entries_.end()) {
      Entry entry{std::string(item.uid), std::string(item.resource_version), T{}, list_};
      if (!project_(item, entry.value)) ++not_understood_;
      found = entries_.emplace(key_, std::move(entry)).first;
      if (changed_) changed_(found->first, nullptr, &found->second);
    } else {
      Entry& entry = found->second;
      entry.list = list_;
      if (entry.resource_version == item.resource_version) return;
      Entry before = entry;
      entry.resource_version = item.resource_version;
      if (!project_(item, entry.value)) ++not_understood_;
      if (changed_) changed_(found->first, &before, &entry);
    }
    if (!is_listing_ && progress_) progress_(item.resource_version);
  }
  void on_delete(const Item& item) override {
    key_.assign(item.namespace_).append(1, '/').append(item.name);
    auto found = entries_.find(key_);
    if (found != entries_.end() && found->second.uid == item.uid) remove(found);
    if (!is_listing_ && progress_) progress_(item.resource_version);
  }
  void on_list_end(std::string_view resource_version) override {
    is_listing_ = false;
    complete_ = true;
    for (auto it = entries_.begin(); it != entries_.end();) {
      auto entry = it++;
      if (entry->second.list != list_) remove(entry);
    }
    if (progress_) progress_(resource_version);
  }
  void on_bookmark(std::string_view resource_version) override {
    if (progress_) progress_(resource_version);
  }
  void on_broken(const Error& error, Duration again_in) override {
    if (broken_) broken_(error, again_in);
  }

 private:
  void remove(typename std::unordered_map<std::string, Entry>::iterator at) {
    auto node = entries_.extract(at);
    if (changed_) changed_(node.key(), &node.mapped(), nullptr);
  }

  Project project_;
  Changed changed_;
  Progress progress_;
  Broken broken_;
  std::unordered_map<std::string, Entry> entries_;
  std::string key_;
  std::uint32_t list_ = 0;
  std::uint64_t not_understood_ = 0;
  bool is_listing_ = false, complete_ = false;
};

/// Read your own writes: an owner (any text, such as `namespace/set`) is ready when every kind it wrote to has been
/// seen at or beyond the version of that write, and every object it deleted has been seen to go. Nothing here polls:
/// `woken` is called when an owner becomes ready. A kind is a number that the caller gives out.
class OwnWrites {
 public:
  using Kind = std::uint32_t;
  explicit OwnWrites(std::function<void(const std::string& owner)> woken) : woken_(std::move(woken)) {}

  /// A write by this owner was answered with this version.
  void wrote(const std::string& owner, Kind kind, std::string_view resource_version, Instant now);
  /// A deletion was accepted: not ready until `gone` (or the object is seen to be terminating, which is an event of its
  /// own: pass the version by `wrote` if the answer has one).
  void deleting(const std::string& owner, Kind kind, std::string_view uid, Instant now);

  /// The watch of this kind has delivered everything up to this version.
  void progress(Kind kind, std::string_view resource_version);
  void gone(Kind kind, std::string_view uid);
  /// A list of this kind has ended: floors are met by its version even if versions went back, and `exists` tells which
  /// deleted objects are still there.
  void listed(Kind kind, std::string_view resource_version, const std::function<bool(std::string_view uid)>& exists);

  bool is_ready(const std::string& owner) const;
  void forget(const std::string& owner);

  /// Kinds that an owner has waited for since before `now - patience`, each with its highest floor: probe their
  /// watches.
  struct Stuck {
    Kind kind;
    std::string floor;
  };
  std::vector<Stuck> stuck(Instant now, Duration patience) const;
  std::size_t waiting() const { return owners_.size(); }

 private:
  struct Floor {
    Kind kind;
    std::string version;  ///< or the uid of a deletion
    bool is_deletion;
    Instant since;
  };
  void drop_if(Kind kind, const std::function<bool(const Floor&)>& met);

  std::function<void(const std::string&)> woken_;
  std::unordered_map<std::string, std::vector<Floor>> owners_;
  std::unordered_map<Kind, std::string> seen_;
};

}  // namespace grovec::kube
