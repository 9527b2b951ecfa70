#include "runtime/kube/cache.h"

#include <algorithm>

namespace grovec::kube {

namespace {
/// Whether what was seen contains a write of this version. Versions that cannot be compared contain it only if equal.
bool reaches(std::string_view seen, std::string_view floor) {
  if (seen == floor) return true;
  const auto order = compare_versions(seen, floor);
  return order && *order > 0;
}
}  // namespace

void OwnWrites::wrote(const std::string& owner, Kind kind, std::string_view resource_version, Instant now) {
  const auto seen = seen_.find(kind);
  if (seen != seen_.end() && reaches(seen->second, resource_version)) return;
  std::vector<Floor>& floors = owners_[owner];
  for (Floor& floor : floors) {
    if (floor.is_deletion || floor.kind != kind) continue;
    if (!reaches(floor.version, resource_version)) floor.version = resource_version;
    return;
  }
  floors.push_back({kind, std::string(resource_version), false, now});
}

void OwnWrites::deleting(const std::string& owner, Kind kind, std::string_view uid, Instant now) {
  std::vector<Floor>& floors = owners_[owner];
  for (const Floor& floor : floors)
    if (floor.is_deletion && floor.kind == kind && floor.version == uid) return;
  floors.push_back({kind, std::string(uid), true, now});
}

void OwnWrites::drop_if(Kind kind, const std::function<bool(const Floor&)>& met) {
  std::vector<std::string> ready;
  for (auto it = owners_.begin(); it != owners_.end();) {
    std::erase_if(it->second, [&](const Floor& floor) { return floor.kind == kind && met(floor); });
    if (!it->second.empty()) {
      ++it;
      continue;
    }
    ready.push_back(it->first);
    it = owners_.erase(it);
  }
  // Woken last: an owner may write again at once.
  for (const std::string& owner : ready) woken_(owner);
}

void OwnWrites::progress(Kind kind, std::string_view resource_version) {
  seen_[kind] = resource_version;
  if (owners_.empty()) return;
  drop_if(kind, [&](const Floor& floor) { return !floor.is_deletion && reaches(resource_version, floor.version); });
}

void OwnWrites::gone(Kind kind, std::string_view uid) {
  if (owners_.empty()) return;
  drop_if(kind, [&](const Floor& floor) { return floor.is_deletion && floor.version == uid; });
}

void OwnWrites::listed(Kind kind, std::string_view resource_version,
                       const std::function<bool(std::string_view uid)>& exists) {
  seen_[kind] = resource_version;
  drop_if(kind, [&](const Floor& floor) { return !floor.is_deletion || !exists(floor.version); });
}

bool OwnWrites::is_ready(const std::string& owner) const { return owners_.find(owner) == owners_.end(); }

void OwnWrites::forget(const std::string& owner) { owners_.erase(owner); }

std::vector<OwnWrites::Stuck> OwnWrites::stuck(Instant now, Duration patience) const {
  std::vector<Stuck> out;
  for (const auto& [owner, floors] : owners_) {
    for (const Floor& floor : floors) {
      if (now - floor.since < patience) continue;
      auto same = std::find_if(out.begin(), out.end(), [&](const Stuck& s) { return s.kind == floor.kind; });
      if (same == out.end()) same = out.insert(out.end(), {floor.kind, {}});
      if (!floor.is_deletion && !reaches(same->floor, floor.version)) same->floor = floor.version;
    }
  }
  std::sort(out.begin(), out.end(), [](const Stuck& a, const Stuck& b) { return a.kind < b.kind; });
  return out;
}

}  // namespace grovec::kube
