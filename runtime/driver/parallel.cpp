#include "runtime/driver/parallel.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace grovec::driver {

namespace {

/// Hands out the numbers from 0 on to threads, and ends the ones that are too many.
class Pool {
 public:
  Pool(std::size_t count, const std::function<void(std::size_t)>& work) : count_(count), work_(work) {}

  /// Starts up to `wanted` threads. One that cannot start means that memory or processes run short, so half of those
  /// that did start end, too: the others need room to work in.
  void start(unsigned wanted) {
    limit_ = wanted;
    running_ = wanted;
    for (unsigned t = 0; t < wanted; ++t) {
      try {
        threads_.emplace_back([this, t] { run(t); });
      } catch (const std::exception&) {  // system_error or bad_alloc
        limit_ = t / 2;
        std::lock_guard lock(mutex_);
        running_ -= wanted - t;
        return;
      }
    }
  }

  /// Works in this thread, too, if no other one does; then waits for all.
  void finish(const Progress& progress) {
    if (limit_ == 0) take_all();
    {
      std::unique_lock lock(mutex_);
      while (!ended_.wait_for(lock, std::chrono::milliseconds(100), [&] { return running_ == 0; }))
        if (progress) progress(done_.load(), count_);
    }
    for (std::thread& t : threads_) t.join();
    take_all();
  }

 private:
  void run(unsigned number) {
    for (std::size_t i; number < limit_ && (i = next_.fetch_add(1)) < count_; done_.fetch_add(1)) work_(i);
    std::lock_guard lock(mutex_);
    if (--running_ == 0) ended_.notify_one();
  }
  void take_all() {
    for (std::size_t i; (i = next_.fetch_add(1)) < count_; done_.fetch_add(1)) work_(i);
  }

  const std::size_t count_;
  const std::function<void(std::size_t)>& work_;
  std::atomic<std::size_t> next_{0}, done_{0};
  std::atomic<unsigned> limit_{0};  ///< threads with this number or a higher one take no more work
  std::mutex mutex_;
  std::condition_variable ended_;
  unsigned running_ = 0;
  std::vector<std::thread> threads_;
};

/// Address space of one thread: its stack, what the allocator reserves for it (up to twice 64 MiB), and its work.
constexpr std::size_t kRoom = std::size_t{192} << 20;

/// As many threads as the process has room for, at most `wanted`: one that starts and then finds no memory is no help.
/// Nothing is reserved for good, since memory that nobody touches costs nothing.
unsigned threads_with_room(unsigned wanted) {
  for (; wanted > 1; wanted /= 2) {
    void* room = ::mmap(nullptr, wanted * kRoom, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) continue;
    ::munmap(room, wanted * kRoom);
    break;
  }
  return wanted;
}

}  // namespace

void in_parallel(std::size_t count, unsigned threads, const Progress& progress,
                 const std::function<void(std::size_t)>& work) {
  threads = threads ? threads : std::max(1u, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<std::size_t>(threads, (count + 7) / 8));
  threads = threads_with_room(threads);
  if (threads <= 1) {
    for (std::size_t i = 0; i < count; ++i) {
      work(i);
      if (progress && i % 256 == 255) progress(i + 1, count);
    }
    return;
  }
  Pool pool(count, work);
  pool.start(threads);
  pool.finish(progress);
}

}  // namespace grovec::driver
