#include "runtime/simulate/patch.h"

#include <charconv>
#include <span>
#include <vector>

namespace grovec::simulate {

using namespace ir;

Value apply_merge_patch(Arena& arena, const Value& target, const Value& patch) {
  if (!patch.is_mapping()) return patch;
  MappingBuilder out(arena, target);
  for (const Member& m : patch.members()) {
    if (m.value.is_null())
      out.remove(m.key);
    else
      out.set(m.key, apply_merge_patch(arena, target[m.key], m.value));
  }
  return out.build();
}

namespace {

// Tokens of a JSON pointer, `~1` and `~0` undone.
std::vector<std::string> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/')
      out.emplace_back();
    else if (out.empty())
      return {};
    else if (pointer[i] == '~' && i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1'))
      out.back() += pointer[++i] == '0' ? '~' : '/';
    else
      out.back() += pointer[i];
  }
  return out;
}

struct Edit {
  std::string_view op;
  Value value;
};

std::optional<Value> edit(Arena& arena, const Value& at, std::span<const std::string> path, const Edit& e,
                          std::string& problem);

std::optional<Value> edit_item(Arena& arena, const Value& at, std::span<const std::string> path, const Edit& e,
                               std::string& problem) {
  std::vector<Value> items(at.items().begin(), at.items().end());
  std::size_t index = items.size();
  const std::string& token = path.front();
  if (token != "-") std::from_chars(token.data(), token.data() + token.size(), index);
  const bool last = path.size() == 1;
  if (index > items.size() || (index == items.size() && !(last && e.op == "add"))) {
    problem = "there is no item `" + token + "`";
    return std::nullopt;
  }
  const auto place = items.begin() + static_cast<std::ptrdiff_t>(index);
  if (last && e.op == "add") {
    items.insert(place, e.value);
  } else if (last && e.op == "remove") {
    items.erase(place);
  } else {
    const std::optional<Value> changed = edit(arena, *place, path.subspan(1), e, problem);
    if (!changed) return std::nullopt;
    *place = *changed;
  }
  return make_sequence(arena, items);
}

std::optional<Value> edit(Arena& arena, const Value& at, std::span<const std::string> path, const Edit& e,
                          std::string& problem) {
  if (path.empty()) {
    if (e.op != "test") return e.value;
    if (equal(at, e.value)) return at;
    problem = "a test failed";
    return std::nullopt;
  }
  if (at.is_sequence()) return edit_item(arena, at, path, e, problem);
  const std::string_view key = arena.copy(std::string_view(path.front()));
  const Value* member = at.find(key);
  const bool last = path.size() == 1;
  if (!at.is_mapping() || (!member && !(last && e.op == "add"))) {
    problem = "there is no member `" + path.front() + "`";
    return std::nullopt;
  }
  MappingBuilder out(arena, at);
  if (last && e.op == "remove") return out.remove(key).build();
  const std::optional<Value> changed =
      last && e.op == "add" ? e.value : edit(arena, *member, path.subspan(1), e, problem);
  if (!changed) return std::nullopt;
  return out.set(key, *changed).build();
}

}  // namespace

std::optional<Value> apply_json_patch(Arena& arena, const Value& target, const Value& patch, std::string& problem) {
  Value out = target;
  for (const Value& operation : patch.items()) {
    const std::string_view op = operation["op"].as_string();
    if (op != "add" && op != "remove" && op != "replace" && op != "test") {
      problem = "operation `" + std::string(op) + "` is not known";
      return std::nullopt;
    }
    const std::vector<std::string> path = pointer_tokens(operation["path"].as_string());
    const std::optional<Value> next = edit(arena, out, path, {op, operation["value"]}, problem);
    if (!next) return std::nullopt;
    out = *next;
  }
  return out;
}

Value with_member(Arena& arena, const Value& target, std::initializer_list<std::string_view> path, const Value& value) {
  std::vector<Value> levels{target};
  for (const std::string_view key : path) levels.push_back(levels.back()[key]);
  Value out = value;
  for (std::size_t i = path.size(); i-- > 0;)
    out = MappingBuilder(arena, levels[i]).set(*(path.begin() + i), out).build();
  return out;
}

}  // namespace grovec::simulate
