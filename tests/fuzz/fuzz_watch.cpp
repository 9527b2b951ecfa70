// Bytes of watches and lists: no crash, and the same objects however the bytes are cut. The first byte says how.
#include <cstdio>
#include <cstdlib>

#include "runtime/kube/discovery.h"
#include "runtime/kube/items.h"
#include "runtime/kube/redact.h"
#include "runtime/kube/status.h"

using namespace grovec;

namespace {

std::string events_of(std::string_view text, std::size_t step) {
  std::string out;
  kube::WatchReader reader([&](const kube::Event& e) {
    out.append(e.item.name).append("|").append(e.item.resource_version).append("|").append(e.item.json).append("\n");
  });
  bool is_good = true;
  for (std::size_t i = 0; i < text.size() && is_good; i += step)
    is_good = static_cast<bool>(reader.feed(text.substr(i, step)));
  return out + (is_good ? "good" : "bad");
}

std::string items_of(std::string_view text, std::size_t step) {
  std::string out;
  kube::ListReader reader(
      [&](const kube::Item& item) { out.append(item.name).append("|").append(item.json).append("\n"); });
  bool is_good = true;
  for (std::size_t i = 0; i < text.size() && is_good; i += step)
    is_good = static_cast<bool>(reader.feed(text.substr(i, step)));
  return out + (is_good && reader.finish() ? "good" : "bad");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = data[0] % 64 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (events_of(text, step) != events_of(text, size) || items_of(text, step) != items_of(text, size)) {
    std::fprintf(stderr, "cut in pieces of %zu it reads otherwise\n", step);
    std::abort();
  }
  std::vector<kube::ApiResource> resources;
  std::vector<std::string> stale;
  (void)kube::read_discovery(text, resources, stale);
  (void)kube::read_written(text);
  (void)kube::read_status(text);
  for (char c : kube::redact(text))
    if (static_cast<unsigned char>(c) < 0x20) std::abort();
  return 0;
}
