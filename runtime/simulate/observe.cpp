#include "runtime/simulate/observe.h"

#include <algorithm>
#include <set>

namespace grovec::simulate {

namespace {

// Adds what belongs to the set, in the order of names; notes the uids of what is taken.
class Gatherer {
 public:
  Gatherer(const Store& store, std::string_view namespace_, std::string_view set)
      : store_(store), namespace_(namespace_), set_(set) {}

  template <class T>
  void add(Kind kind, std::vector<const T*>& out) {
    for (const ObjectPtr& object : store_.all(kind)) {
      const T* live = object->as<T>();
      if (!live || !is_ours(*object)) continue;
      if (kind != Kind::kPod) uids_.insert(object->uid);
      out.push_back(live);
    }
  }
  void add_uid(const Uid& uid) { uids_.insert(uid); }

 private:
  bool is_ours(const Object& object) const {
    if (object.key.namespace_ != namespace_ && !object.key.namespace_.empty()) return false;
    if (belongs_to(object, namespace_, set_)) return true;
    const OwnerReference* owner = object.controller();
    return owner && (uids_.contains(owner->uid) || has_lost_label(object, namespace_, set_));
  }

  const Store& store_;
  std::string_view namespace_, set_;
  std::set<Uid, std::less<>> uids_;
};

constexpr Kind kOthers[] = {Kind::kServiceAccount, Kind::kRole,          Kind::kRoleBinding,
                            Kind::kSecret,         Kind::kService,       Kind::kHorizontalPodAutoscaler,
                            Kind::kComputeDomain,  Kind::kResourceClaim, Kind::kKaiPodGroup,
                            Kind::kVolcanoPodGroup};

}  // namespace

bool belongs_to(const Object& object, std::string_view namespace_, std::string_view set) {
  if (object.key.namespace_ != namespace_) return false;
  if (object.key.kind == Kind::kPodCliqueSet) return object.key.name == set;
  return object.set == set;
}

bool has_lost_label(const Object& object, std::string_view namespace_, std::string_view set) {
  const OwnerReference* owner = object.controller();
  const bool may_wait = object.key.kind == Kind::kPodClique || object.key.kind == Kind::kPodCliqueScalingGroup;
  return owner && may_wait && object.key.namespace_ == namespace_ && object.set.empty() &&
         decide::is_named_after(owner->api_version, owner->kind, owner->name, set);
}

decide::Observed observe(const Store& store, std::string_view namespace_, std::string_view set,
                         std::vector<decide::FailedWrite> failed) {
  decide::Observed out;
  out.name = set;
  out.namespace_ = namespace_;
  Gatherer gather(store, namespace_, set);
  if (const ObjectPtr object = store.find({Kind::kPodCliqueSet, out.namespace_, out.name})) {
    out.set = object->as<decide::LiveSet>();
    gather.add_uid(object->uid);
  }
  gather.add(Kind::kPodCliqueScalingGroup, out.groups);
  gather.add(Kind::kPodClique, out.cliques);
  gather.add(Kind::kPod, out.pods);
  gather.add(Kind::kPodGang, out.gangs);
  for (const Kind kind : kOthers) gather.add(kind, out.objects);
  std::stable_sort(out.objects.begin(), out.objects.end(),
                   [](const auto* a, const auto* b) { return a->kind < b->kind; });
  out.failed = std::move(failed);
  return out;
}

}  // namespace grovec::simulate
