/// \file The pods of one PodClique as (index, suffix) pairs: those the compiler predicts, or those that live.
///
/// A pod is `<pclq>-<suffix>`. Suffixes of ours are made of attempt and index, those of the upstream operator are
/// random: a suffix is looked up among the pods there are, never decoded.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace grovec::ir {

/// Largest number of pods of one clique: the index is written in four base-27 digits (DESIGN 6).
inline constexpr std::uint32_t kMostPodsOfClique = 27u * 27u * 27u * 27u;
inline constexpr std::uint32_t kMostPodAttempts = 27;
inline constexpr std::string_view kSuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/// The last five characters of a pod's name.
using PodSuffix = std::array<char, 5>;

/// Attempt, then the index in base 27. attempt < kMostPodAttempts, index < kMostPodsOfClique.
PodSuffix pod_suffix(std::uint32_t attempt, std::uint32_t index);
/// Five characters of the alphabet, which ours and the API server's suffixes are.
std::optional<PodSuffix> read_pod_suffix(std::string_view text);
inline std::string_view text_of(const PodSuffix& suffix) { return {suffix.data(), suffix.size()}; }

struct LivePod {
  std::uint32_t index = 0;
  PodSuffix suffix{};
  friend auto operator<=>(const LivePod&, const LivePod&) = default;
};

enum class PodOrder : std::uint8_t {
  kByIndex,
  kByName,  ///< byte order of the names, in which podReferences are sorted
};

/// The pods of one PodClique; a view, cheap to copy.
class PodRange {
 public:
  /// Indices [0, count) at attempt 0; those that no suffix can name are left out.
  explicit PodRange(std::uint32_t count) : count_(std::min(count, kMostPodsOfClique)) {}
  /// The same pods twice, in both orders. They must outlive the range.
  PodRange(std::span<const LivePod> by_index, std::span<const LivePod> by_name)
      : count_(static_cast<std::uint32_t>(by_index.size())),
        by_index_(by_index.data()),
        by_name_(by_name.data()),
        is_listed_(true) {}

  std::uint32_t size() const { return count_; }
  bool is_listed() const { return is_listed_; }

  /// Calls `f(index, suffix)` for each pod; an `f` that returns false ends it. False if it was ended. Constant memory.
  template <class F>
  bool for_each(PodOrder order, F&& f) const;

  /// The pod of this suffix: its index.
  std::optional<std::uint32_t> index_of(const PodSuffix& suffix) const;
  /// The first pod of this index: its suffix.
  std::optional<PodSuffix> suffix_of(std::uint32_t index) const;

 private:
  template <class F>
  static bool call(F& f, std::uint32_t index, const PodSuffix& suffix) {
    if constexpr (std::is_same_v<std::invoke_result_t<F&, std::uint32_t, const PodSuffix&>, bool>)
      return f(index, suffix);
    else
      return f(index, suffix), true;
  }
  template <class F>
  bool for_each_predicted(F& f) const;
  template <class F>
  bool for_each_predicted_by_name(F& f) const;

  std::uint32_t count_ = 0;
  const LivePod* by_index_ = nullptr;
  const LivePod* by_name_ = nullptr;
  bool is_listed_ = false;
};

template <class F>
bool PodRange::for_each(PodOrder order, F&& f) const {
  if (!is_listed_) return order == PodOrder::kByIndex ? for_each_predicted(f) : for_each_predicted_by_name(f);
  const LivePod* first = order == PodOrder::kByIndex ? by_index_ : by_name_;
  for (const LivePod& pod : std::span(first, count_))
    if (!call(f, pod.index, pod.suffix)) return false;
  return true;
}

template <class F>
bool PodRange::for_each_predicted(F& f) const {
  constexpr std::uint32_t kBase = 27;
  for (std::uint32_t block = 0; block < count_; block += kBase) {
    PodSuffix suffix = pod_suffix(0, block);
    const std::uint32_t end = std::min(kBase, count_ - block);
    for (std::uint32_t digit = 0; digit < end; ++digit) {
      suffix[4] = kSuffixAlphabet[digit];
      if (!call(f, block + digit, suffix)) return false;
    }
  }
  return true;
}

template <class F>
bool PodRange::for_each_predicted_by_name(F& f) const {
  constexpr std::uint32_t kLetters = 20, kDigits = 7, kBase = 27;  // the alphabet has its letters first
  PodSuffix suffix;
  suffix[0] = kSuffixAlphabet[0];
  auto walk = [&](auto&& self, std::size_t place, std::uint32_t prefix, std::uint32_t span) -> bool {
    for (std::uint32_t n = 0; n < kBase; ++n) {
      const std::uint32_t digit = n < kDigits ? n + kLetters : n - kDigits;
      const std::uint32_t first = prefix + digit * span;
      if (first >= count_) continue;
      suffix[place] = kSuffixAlphabet[digit];
      if (span == 1 ? !call(f, first, suffix) : !self(self, place + 1, first, span / kBase)) return false;
    }
    return true;
  };
  return walk(walk, 1, 0, kBase * kBase * kBase);
}

}  // namespace grovec::ir
