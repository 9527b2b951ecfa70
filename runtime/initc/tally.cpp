#include "runtime/initc/tally.h"

#include <utility>

namespace grovec::initc {

Tally::Tally(std::vector<Wanted> wanted) : missing_(wanted.size()) {
  for (Wanted& w : wanted) {
    by_clique_.emplace(w.clique, rows_.size());
    rows_.push_back({std::move(w), 0});
  }
}

void Tally::forget() {
  ready_.clear();
  for (Row& row : rows_) row.ready = 0;
  missing_ = rows_.size();
}

void Tally::change(size_t row, int by) {
  Row& r = rows_[row];
  bool was = r.ready >= r.wanted.count;
  r.ready += by;
  bool is = r.ready >= r.wanted.count;
  if (was && !is) ++missing_;
  if (!was && is) --missing_;
}

void Tally::put(const Pod& pod) {
  auto clique = by_clique_.find(pod.label);
  bool counts = pod.ready && pod.owner == pod.label && clique != by_clique_.end();
  if (!counts) {
    remove(pod.uid);
  } else if (ready_.emplace(pod.uid, clique->second).second) {
    change(clique->second, 1);
  }
}

void Tally::remove(const std::string& uid) {
  auto found = ready_.find(uid);
  if (found == ready_.end()) return;
  change(found->second, -1);
  ready_.erase(found);
}

std::string Tally::text() const {
  std::string text;
  for (const Row& row : rows_) {
    if (!text.empty()) text += ", ";
    text += row.wanted.clique + " " + std::to_string(row.ready) + "/" + std::to_string(row.wanted.count);
  }
  return text;
}

}  // namespace grovec::initc
