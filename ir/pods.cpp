#include "ir/pods.h"

#include "ir/base/check.h"

namespace grovec::ir {

PodSuffix pod_suffix(std::uint32_t attempt, std::uint32_t index) {
  GROVEC_CHECK(attempt < kMostPodAttempts && index < kMostPodsOfClique);
  PodSuffix out;
  for (std::size_t i = 4; i >= 1; --i) {
    out[i] = kSuffixAlphabet[index % 27];
    index /= 27;
  }
  out[0] = kSuffixAlphabet[attempt];
  return out;
}

std::optional<PodSuffix> read_pod_suffix(std::string_view text) {
  PodSuffix out;
  if (text.size() != out.size() || text.find_first_not_of(kSuffixAlphabet) != std::string_view::npos)
    return std::nullopt;
  std::copy(text.begin(), text.end(), out.begin());
  return out;
}

std::optional<std::uint32_t> PodRange::index_of(const PodSuffix& suffix) const {
  if (is_listed_) {
    const LivePod* end = by_name_ + count_;
    const LivePod* found =
        std::lower_bound(by_name_, end, suffix, [](const LivePod& pod, const PodSuffix& s) { return pod.suffix < s; });
    return found != end && found->suffix == suffix ? std::optional(found->index) : std::nullopt;
  }
  // These pods have the names that the compiler gives, so their order is known and need not be searched.
  std::uint32_t index = 0;
  for (std::size_t i = 1; i < suffix.size(); ++i) {
    const std::size_t digit = kSuffixAlphabet.find(suffix[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    index = index * 27 + static_cast<std::uint32_t>(digit);
  }
  return suffix[0] == kSuffixAlphabet[0] && index < count_ ? std::optional(index) : std::nullopt;
}

std::optional<PodSuffix> PodRange::suffix_of(std::uint32_t index) const {
  if (!is_listed_) return index < count_ ? std::optional(pod_suffix(0, index)) : std::nullopt;
  const LivePod* end = by_index_ + count_;
  const LivePod* found =
      std::lower_bound(by_index_, end, index, [](const LivePod& pod, std::uint32_t k) { return pod.index < k; });
  return found != end && found->index == index ? std::optional(found->suffix) : std::nullopt;
}

}  // namespace grovec::ir
