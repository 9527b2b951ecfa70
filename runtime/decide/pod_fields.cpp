#include "runtime/decide/pod_fields.h"

#include <charconv>

namespace grovec::decide {

std::uint64_t version_of(std::string_view text) {
  std::uint64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

std::pair<std::string_view, std::int32_t> split_hostname(std::string_view host) {
  const std::size_t dash = host.rfind('-');
  if (dash == std::string_view::npos) return {host, -1};
  const std::string_view digits = host.substr(dash + 1);
  std::int32_t n = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size() && !digits.empty() &&
                         digits[0] != '-' && (digits.size() == 1 || digits[0] != '0');
  return {host.substr(0, dash), is_number ? n : -1};
}

std::int32_t index_label_of(std::string_view text) {
  std::int32_t n = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc() && end == text.data() + text.size() && n >= 0 ? n : -1;
}

PodPhase phase_of(std::string_view text) {
  if (text == "Pending") return PodPhase::kPending;
  if (text == "Running") return PodPhase::kRunning;
  if (text == "Succeeded") return PodPhase::kSucceeded;
  if (text == "Failed") return PodPhase::kFailed;
  return text == "Unknown" ? PodPhase::kUnknown : PodPhase::kNone;
}

}  // namespace grovec::decide
