#include "runtime/decide/failures.h"

#include <algorithm>
#include <tuple>

namespace grovec::decide {

namespace {

auto order_of(const FailedWrite& f) { return std::tie(f.key, f.verb); }

}  // namespace

bool Failures::note(const Action& action, int code, const std::string& message, Target target, Instant now,
                    bool lacks) {
  Failure mark{{action.verb, action.key, code, message, 1, now, lacks}, std::move(target)};
  const auto at = std::lower_bound(failures_.begin(), failures_.end(), mark, [](const Failure& a, const Failure& b) {
    return order_of(a.write) < order_of(b.write);
  });
  const bool found = at != failures_.end() && order_of(at->write) == order_of(mark.write);
  const bool is_fine = !lacks && code != 0 && (code < 300 || (action.verb == Verb::kDelete && code == 404));
  if (is_fine) {
    if (found) failures_.erase(at);
    return false;
  }
  if (found) {
    mark.write.count = at->write.count + 1;
    *at = std::move(mark);
  } else {
    failures_.insert(at, std::move(mark));
  }
  return true;
}

void Failures::forget(const Lookup& lookup) {
  std::erase_if(failures_, [&](const Failure& f) {
    const Target now = lookup(f.write.key);
    if (f.write.verb == Verb::kCreate) return !now.uid.empty();
    if (now.uid.empty() || now.uid != f.target.uid) return true;
    return f.write.code == 0 && now.resource_version != f.target.resource_version;
  });
}

bool Failures::drop_unwanted(const Decision& decision) {
  if (decision.next_look || failures_.empty()) return false;
  const std::size_t before = failures_.size();
  std::erase_if(failures_, [&](const Failure& f) {
    for (const Step& step : decision.steps)
      for (const Action& a : step)
        if (a.key == f.write.key && a.verb == f.write.verb) return false;
    return true;
  });
  return failures_.size() < before;
}

std::vector<FailedWrite> Failures::writes() const {
  std::vector<FailedWrite> out;
  for (const Failure& f : failures_) out.push_back(f.write);
  return out;
}

}  // namespace grovec::decide
