#include "tests/simulator/aliases.h"

namespace grovec::simulator {

using simulate::Kind;
using simulate::Object;
using simulate::ObjectPtr;
using simulate::Store;

namespace {

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

std::string without_number(const std::string& alias) { return alias.substr(0, alias.find('#')); }

}  // namespace

std::string Aliases::slot_of(const Object& pod) {
  const std::string hostname(pod.spec()["hostname"].as_string());
  const std::size_t dash = hostname.rfind('-');
  if (dash == std::string::npos) return pod.key.name;
  return hostname.substr(0, dash) + "-~" + hostname.substr(dash + 1);
}

void Aliases::restart(const Store& store) {
  *this = {};
  for (const ObjectPtr& pod : store.all(Kind::kPod)) add(*pod);
}

void Aliases::add(const Object& pod) {
  const std::string slot = slot_of(pod);
  const std::string alias = slot + "#" + std::to_string(++counts_[slot]);
  by_name_[pod.key.name] = {alias, pod.uid};
  alias_of_uid_[pod.uid] = alias;
  behind_[alias] = behind_[slot] = {pod.key.name, pod.uid};
}

const std::string& Aliases::of(const Object& pod) const {
  const auto found = alias_of_uid_.find(pod.uid);
  return found == alias_of_uid_.end() ? pod.key.name : found->second;
}

std::string Aliases::name_behind(std::string_view alias) const {
  const auto found = behind_.find(alias);
  return found == behind_.end() ? std::string() : found->second.first;
}

std::string Aliases::uid_behind(std::string_view alias) const {
  const auto found = behind_.find(alias);
  return found == behind_.end() ? std::string() : found->second.second;
}

std::string Aliases::in_text(std::string_view text, bool plain) const {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_name_character(text[end])) ++end;
    if (end == i) {
      out += text[i++];
      continue;
    }
    const std::string_view word = text.substr(i, end - i);
    const auto found = by_name_.find(word);
    if (found == by_name_.end())
      out += word;
    else
      out += plain ? without_number(found->second.alias) : found->second.alias;
    i = end;
  }
  return out;
}

void Incarnations::restart(const Store& store) {
  counts_.clear();
  for (std::size_t k = 0; k < simulate::kKinds; ++k)
    for (const ObjectPtr& object : store.all(static_cast<Kind>(k))) add(*object);
}

void Incarnations::add(const Object& object) { ++counts_[object.key]; }

std::uint32_t Incarnations::of(const Object& object) const {
  const auto found = counts_.find(object.key);
  return found == counts_.end() ? 1 : found->second;
}

}  // namespace grovec::simulator
