#include "runtime/live/reconcile/lease_thread.h"

namespace grovec::live {

LeaseThread::LeaseThread(const kube::Access& access, const kube::Surroundings& surroundings,
                         const LeaderOptions& options, std::function<void()> changed)
    : now_(surroundings.now),
      changed_(std::move(changed)),
      loop_(surroundings),
      client_(loop_, access),
      leader_(client_, options, [this] { publish(); }),
      thread_([this] {
        leader_.start();
        loop_.run_until([this] { return ends_.load(); });
        if (gives_up_) leader_.give_up();
      }) {}

LeaseThread::~LeaseThread() { end(); }

void LeaseThread::publish() {
  const auto until = leader_.tenure().leads_until();
  until_ = until ? until->time_since_epoch().count() : 0;
  if (until) led_ = true;
  changed_();
}

bool LeaseThread::leads() const { return now_().time_since_epoch().count() < until_; }

void LeaseThread::end() {
  if (!thread_.joinable()) return;
  ends_ = true;
  loop_.post([] {});
  thread_.join();
}

void LeaseThread::give_up() {
  gives_up_ = true;
  end();
}

}  // namespace grovec::live
