#include "runtime/driver/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace grovec::driver {

void in_parallel(std::size_t count, unsigned threads, const Progress& progress,
                 const std::function<void(std::size_t)>& work) {
  threads = threads ? threads : std::max(1u, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<std::size_t>(threads, (count + 7) / 8));
  if (threads <= 1) {
    for (std::size_t i = 0; i < count; ++i) {
      work(i);
      if (progress && i % 256 == 255) progress(i + 1, count);
    }
    return;
  }
  std::atomic<std::size_t> next{0}, done{0};
  std::mutex mutex;
  std::condition_variable ended;
  unsigned running = threads;
  std::vector<std::thread> pool;
  for (unsigned t = 0; t < threads; ++t)
    pool.emplace_back([&] {
      for (std::size_t i; (i = next.fetch_add(1)) < count; done.fetch_add(1)) work(i);
      std::lock_guard lock(mutex);
      if (--running == 0) ended.notify_one();
    });
  {
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, std::chrono::milliseconds(100), [&] { return running == 0; }))
      if (progress) progress(done.load(), count);
  }
  for (std::thread& t : pool) t.join();
}

}  // namespace grovec::driver
