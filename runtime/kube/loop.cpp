#include "runtime/kube/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "ir/base/check.h"
#include "runtime/kube/transfers.h"

namespace grovec::kube {

struct Loop::State {
  explicit State(const Surroundings& s) : surroundings(s) {
    epoll = ::epoll_create1(EPOLL_CLOEXEC);
    wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    GROVEC_CHECK(epoll >= 0 && wake >= 0);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wake;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event);
  }
  ~State() {
    ::close(wake);
    ::close(epoll);
  }

  Surroundings surroundings;
  int epoll = -1, wake = -1;
  std::atomic<bool> stopped = false;
  std::mutex posted_lock;
  std::vector<std::function<void()>> posted;
  struct Timer {
    TimerId id;
    std::function<void()> callback;
  };
  std::multimap<Instant, Timer> timers;
  std::unordered_map<TimerId, std::multimap<Instant, Timer>::iterator> timer_of;
  TimerId last_timer = 0;
  // Shared, since a callback may forget its own descriptor.
  std::unordered_map<int, std::shared_ptr<std::function<void(std::uint32_t)>>> ready;
  std::unique_ptr<Transfers> transfers;

  void run_posted() {
    std::vector<std::function<void()>> now;
    {
      std::lock_guard lock(posted_lock);
      now.swap(posted);
    }
    for (auto& callback : now) callback();
  }

  void fire_timers() {
    const Instant now = surroundings.now();
    const TimerId newest = last_timer;  // those set from now on wait for the next turn
    while (!timers.empty() && timers.begin()->first <= now && timers.begin()->second.id <= newest) {
      std::function<void()> callback = std::move(timers.begin()->second.callback);
      timer_of.erase(timers.begin()->second.id);
      timers.erase(timers.begin());
      callback();
    }
  }

  /// Milliseconds until something is due, rounded up; -1: nothing is.
  int wait_ms(std::optional<Instant> until) {
    {
      std::lock_guard lock(posted_lock);
      if (!posted.empty()) return 0;
    }
    std::optional<Instant> next = until;
    if (!timers.empty() && (!next || timers.begin()->first < *next)) next = timers.begin()->first;
    if (!next) return -1;
    Duration left = *next - surroundings.now();
    if (left <= Duration::zero()) return 0;
    if (surroundings.sleep_for) left = surroundings.sleep_for(left);
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::min<std::int64_t>(ms, 60'000));
  }

  /// A handler that throws ends the program: going on without it would be a watch that died in silence.
  void turn(std::optional<Instant> until) noexcept {
    epoll_event events[64];
    const int n = ::epoll_wait(epoll, events, 64, wait_ms(until));
    for (int i = 0; i < n; ++i) {
      if (events[i].data.fd == wake) {
        std::uint64_t count;
        if (::read(wake, &count, sizeof count) < 0) continue;
        continue;
      }
      auto found = ready.find(events[i].data.fd);
      if (found == ready.end()) continue;
      auto callback = found->second;
      (*callback)(events[i].events);
    }
    fire_timers();
    run_posted();
  }
};

Loop::Loop(const Surroundings& surroundings) : state_(std::make_unique<State>(surroundings)) {
  state_->transfers = std::make_unique<Transfers>(*this);
}

Loop::~Loop() {
  state_->transfers.reset();  // while descriptors can still be forgotten
}

bool Loop::run_until(const std::function<bool()>& done, Duration at_most) {
  std::optional<Instant> until;
  if (at_most != Duration::max()) until = now() + at_most;
  while (true) {
    if (done()) return true;
    if (state_->stopped.exchange(false)) return false;
    if (until && now() >= *until) return false;
    state_->turn(until);
  }
}

void Loop::run() {
  run_until([] { return false; });
}

void Loop::stop() {
  state_->stopped = true;
  const std::uint64_t one = 1;
  if (::write(state_->wake, &one, sizeof one) < 0) return;  // full: it is awake
}

void Loop::post(std::function<void()> callback) {
  {
    std::lock_guard lock(state_->posted_lock);
    state_->posted.push_back(std::move(callback));
  }
  const std::uint64_t one = 1;
  if (::write(state_->wake, &one, sizeof one) < 0) return;
}

Loop::TimerId Loop::after(Duration delay, std::function<void()> callback) {
  const TimerId id = ++state_->last_timer;
  auto at = state_->timers.emplace(now() + delay, State::Timer{id, std::move(callback)});
  state_->timer_of.emplace(id, at);
  return id;
}

void Loop::cancel(TimerId timer) {
  auto found = state_->timer_of.find(timer);
  if (found == state_->timer_of.end()) return;
  state_->timers.erase(found->second);
  state_->timer_of.erase(found);
}

void Loop::when_readable(int descriptor, std::function<void()> callback) {
  when_ready(descriptor, EPOLLIN, [callback = std::move(callback)](std::uint32_t) { callback(); });
}

void Loop::when_ready(int descriptor, std::uint32_t events, std::function<void(std::uint32_t)> callback) {
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  auto shared = std::make_shared<std::function<void(std::uint32_t)>>(std::move(callback));
  const bool is_new = state_->ready.insert_or_assign(descriptor, std::move(shared)).second;
  const int first = is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (::epoll_ctl(state_->epoll, first, descriptor, &event) == 0) return;
  // Closed and opened again behind our back: the kernel forgot it, or still has it.
  ::epoll_ctl(state_->epoll, first == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event);
}

void Loop::forget(int descriptor) {
  if (state_->ready.erase(descriptor)) ::epoll_ctl(state_->epoll, EPOLL_CTL_DEL, descriptor, nullptr);
}

const Surroundings& Loop::surroundings() const { return state_->surroundings; }
Transfers& Loop::transfers() { return *state_->transfers; }

}  // namespace grovec::kube
