// kube-scheduler joins one part for each ground, in the order of their texts, and then what preemption could do.
#include "runtime/status/scheduler_text.h"

#include <charconv>
#include <vector>

namespace grovec::status {

namespace {

// The number at the beginning; it is cut off.
bool take_number(std::string_view& text, std::uint64_t& n) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end == text.data()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "{key: value}" -> "`key=value`"
std::string taint_text(std::string_view braces) {
  if (!braces.starts_with("{")) return std::string(braces);
  braces.remove_prefix(1);
  if (const std::size_t end = braces.find('}'); end != std::string_view::npos) braces = braces.substr(0, end);
  const std::size_t colon = braces.find(": ");
  if (colon == std::string_view::npos) return "`" + std::string(braces) + "`";
  const std::string_view value = braces.substr(colon + 2);
  return "`" + std::string(braces.substr(0, colon)) + (value.empty() ? "" : "=" + std::string(value)) + "`";
}

std::string part_sentence(std::string_view part) {
  std::uint64_t n = 0;
  std::string_view rest = part;
  if (!take_number(rest, n) || !take(rest, " ")) return std::string(part);
  const std::string count = std::to_string(n), has = n == 1 ? " has " : " have ", is = n == 1 ? " is " : " are ",
                    does = n == 1 ? " does" : " do";
  if (take(rest, "Insufficient ")) return count + has + "too little " + std::string(rest);
  if (take(rest, "Too many pods")) return count + has + "no place for another pod";
  take(rest, "node(s) ");
  if (take(rest, "had untolerated taint(s)")) return count + has + "taints that it does not tolerate";
  if (take(rest, "had untolerated taint "))
    return count + has + "the taint " + taint_text(rest) + ", which it does not tolerate";
  if (take(rest, "didn't match Pod's node affinity/selector"))
    return count + does + " not match its node selector or affinity";
  if (take(rest, "were unschedulable")) return count + is + "cordoned";
  if (take(rest, "had volume node affinity conflict")) return count + does + " not reach its volumes";
  if (take(rest, "didn't match pod topology spread constraints"))
    return count + does + " not meet its topology spread constraints";
  if (take(rest, "didn't match pod affinity rules")) return count + does + " not meet its pod affinity";
  if (take(rest, "didn't match pod anti-affinity rules")) return count + does + " not meet its pod anti-affinity";
  return std::string(part);
}

// Parts are separated by ", "; a taint may hold a comma within its braces.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
    if (depth != 0 || text.substr(i, 2) != ", ") continue;
    out.push_back(text.substr(begin, i - begin));
    begin = i + 2;
  }
  out.push_back(text.substr(begin));
  return out;
}

}  // namespace

std::string scheduler_sentence(std::string_view message) {
  for (std::string_view end : {". preemption: ", " preemption: ", ". no new claims to deallocate"})
    if (const std::size_t at = message.find(end); at != std::string_view::npos) message = message.substr(0, at);
  while (message.ends_with(".") || message.ends_with(" ") || message.ends_with(",")) message.remove_suffix(1);
  std::string_view rest = message;
  std::uint64_t fits = 0, all = 0;
  if (!take_number(rest, fits) || !take(rest, "/") || !take_number(rest, all) || !take(rest, " nodes are available"))
    return "the scheduler says: " + std::string(message);
  std::string out = all == 0 ? "there is no node" : "no node of " + std::to_string(all) + " fits";
  if (!take(rest, ": ")) return out;
  std::string_view separator = ": ";
  for (std::string_view part : parts_of(rest)) {
    out.append(separator).append(part_sentence(part));
    separator = "; ";
  }
  return out;
}

}  // namespace grovec::status
