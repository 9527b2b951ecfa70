// The client by itself: lists and watches pods into decide's projection, as the daemon does, until so many pods live
// and so many changes have come, and says what that took. Its peer is tests/cluster/bench/informer.
//
//   watch_bench KUBECONFIG PATH PODS CHANGES
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "runtime/kube/client.h"
#include "runtime/kube/watch.h"
#include "runtime/live/eyes/eyes.h"
#include "runtime/live/eyes/store.h"

using namespace grovec;

namespace {

class Pods final : public kube::Sink {
 public:
  std::size_t size() const { return store_.size(live::Kind::kPod); }
  std::size_t changes() const { return changes_; }
  bool has_listed() const { return has_listed_; }

  void on_list_begin() override { store_.begin_list(live::Kind::kPod); }
  void on_object(const kube::Item& item) override {
    Result<live::Seen> seen = eyes_.read(live::Kind::kPod, item.json);
    if (!seen) std::exit(1);
    store_.put(std::make_shared<const live::Seen>(std::move(*seen)));
    store_.take_changed();
    if (has_listed_) ++changes_;
  }
  void on_delete(const kube::Item& item) override {
    store_.remove(live::Kind::kPod, item.namespace_, item.name, item.uid);
  }
  void on_list_end(std::string_view) override {
    store_.end_list(live::Kind::kPod);
    has_listed_ = true;
  }
  void on_bookmark(std::string_view) override {}
  void on_broken(const Error& error, kube::Duration) override {
    std::fprintf(stderr, "watch_bench: %s\n", error.message.c_str());
  }

 private:
  live::Eyes eyes_;
  live::Store store_;
  std::size_t changes_ = 0;
  bool has_listed_ = false;
};

long long ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: watch_bench KUBECONFIG PATH PODS CHANGES\n");
    return 2;
  }
  const std::size_t pods = std::strtoull(argv[3], nullptr, 10), changes = std::strtoull(argv[4], nullptr, 10);
  const auto start = std::chrono::steady_clock::now();
  kube::Surroundings surroundings = kube::real_surroundings();
  kube::AccessOptions options;
  options.kubeconfig = argv[1];
  Result<kube::Access> access = kube::load_access(options, surroundings);
  if (!access) {
    std::fprintf(stderr, "watch_bench: %s\n", access.error().message.c_str());
    return 1;
  }
  kube::Loop loop(surroundings);
  kube::Client client(loop, std::move(*access), {});
  Pods sink;
  kube::Watch watch(client, kube::WatchSpec{.path = argv[2]}, sink);
  loop.run_until([&] { return sink.has_listed() && sink.size() == pods; });
  const long long listed = ms_since(start);
  loop.run_until([&] { return sink.changes() >= changes; });
  const long long ended = ms_since(start);
  const kube::WatchHealth health = watch.health();
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto us = [](timeval t) { return t.tv_sec * 1'000'000 + t.tv_usec; };
  std::printf("{\"list_ms\":%lld,\"ms\":%lld,\"bytes\":%llu,\"cpu_us\":%lld,\"pods\":%zu,\"lists\":%llu}\n", listed,
              ended, static_cast<unsigned long long>(health.bytes),
              static_cast<long long>(us(usage.ru_utime) + us(usage.ru_stime)), sink.size(),
              static_cast<unsigned long long>(health.lists));
  return 0;
}
