#include "runtime/live/reconcile/tenure.h"

namespace grovec::live {

bool Tenure::may_take(const StoredLease& stored, kube::Instant now) {
  if (gave_up_) return false;
  if (stored.holder == identity_ || stored.holder.empty()) return true;
  if (renewed_) {
    gave_up_ = true;
    return false;
  }
  if (seen_version_ != stored.version) {
    seen_version_ = stored.version;
    seen_since_ = now;
  }
  return now - seen_since_ > std::chrono::seconds(stored.seconds);
}

void Tenure::renewed(kube::Instant sent) {
  if (!gave_up_) renewed_ = sent;
}

}  // namespace grovec::live
