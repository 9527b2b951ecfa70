#include "runtime/diff/changes.h"

#include <algorithm>
#include <unordered_map>

#include "ir/value/writer.h"

namespace grovec::diff {

using namespace ir;

namespace {

constexpr std::size_t kLongestAligned = 200;  // items; longer lists without keys are compared place by place

// What can tell the items of a list apart, the more specific first: volume mounts have a name, too.
constexpr std::string_view kItemKeys[] = {"mountPath", "devicePath", "name", "type", "topologyKey", "containerPort",
                                          "port",      "key",        "path", "ip",   "kind"};

std::vector<Side> items_of(const Side& sequence) {
  std::vector<Side> out;
  Side item;
  for (Items items(sequence); items.next(item);) out.push_back(item);
  return out;
}

std::string key_text(const Side& item, std::string_view key) {
  const Value* v = item.value->find(key);
  if (!v) return {};
  return v->is_int() ? std::to_string(v->as_int()) : text_of(item.with(*v));
}

// The value of `key` in each item, or nothing if one has none or two have the same.
bool distinct_keys(const std::vector<Side>& items, std::string_view key,
                   std::unordered_map<std::string, std::size_t>& out) {
  out.clear();
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::string text = key_text(items[i], key);
    if (text.empty() || !out.emplace(std::move(text), i).second) return false;
  }
  return true;
}

class Walk {
 public:
  explicit Walk(Scope scope) : scope_(scope) {}

  // Only called where the two differ.
  void node(const Side& a, const Side& b, const Place& place, const std::string& path) {
    if (a.value->is_mapping() && b.value->is_mapping()) return members(a, b, place, path);
    if (a.value->is_sequence() && b.value->is_sequence()) return list(a, b, place, path);
    if (is_nothing(b)) return add(path, a, Side{});
    if (is_nothing(a)) return add(path, Side{}, b);
    add(path, a, b);
  }

  std::vector<FieldChange> changes;

 private:
  void add(std::string path, const Side& before, const Side& after) {
    changes.push_back({std::move(path), before, after, false, 1, list_end_});
  }

  void members(const Side& a, const Side& b, const Place& place, const std::string& path) {
    static const Value kEmpty = Value::mapping({});
    list_end_ = 0;
    for_each_key(*a.value, *b.value, [&](std::string_view key, const Value* x, const Value* y) {
      if (!place.counts(key)) return true;
      // Keys of these come from several owners: each is a field of its own, also the first and the last one.
      if (key == "labels" || key == "annotations") {
        if (!x && y->is_mapping()) x = &kEmpty;
        if (!y && x->is_mapping()) y = &kEmpty;
      }
      if (x && y) {
        const Side left = a.with(*x), right = b.with(*y);
        if (!same(left, right, scope_, place.member(key))) node(left, right, place.member(key), member_path(path, key));
      } else if (x) {
        if (!is_nothing(a.with(*x))) add(member_path(path, key), a.with(*x), Side{});
      } else if (scope_ == Scope::kWhole && !is_nothing(b.with(*y))) {
        add(member_path(path, key), Side{}, b.with(*y));
      }
      return true;
    });
  }

  void list(const Side& a, const Side& b, const Place& place, const std::string& path) {
    const std::vector<Side> before = items_of(a), after = items_of(b);
    std::unordered_map<std::string, std::size_t> left, right;
    for (std::string_view key : kItemKeys)
      if (distinct_keys(before, key, left) && distinct_keys(after, key, right))
        return keyed_list(a, b, before, after, right, key, place, path);
    if (before.size() != after.size() && std::max(before.size(), after.size()) <= kLongestAligned)
      return aligned_list(before, after, place, path);
    for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i)
      item(i < before.size() ? &before[i] : nullptr, i < after.size() ? &after[i] : nullptr, place, path,
           "[" + std::to_string(i) + "]");
  }

  void item(const Side* a, const Side* b, const Place& place, const std::string& list, const std::string& selector) {
    if (!a && scope_ == Scope::kOurItems && !is_text(*b->value)) return;
    if (a && b) {
      if (same(*a, *b, scope_, place.item())) return;
      list_end_ = list.size();
      node(*a, *b, place.item(), list + selector);
    } else {
      list_end_ = list.size();
      add(list + selector, a ? *a : Side{}, b ? *b : Side{});
    }
    list_end_ = 0;
  }

  void keyed_list(const Side& a, const Side& b, const std::vector<Side>& before, const std::vector<Side>& after,
                  const std::unordered_map<std::string, std::size_t>& places, std::string_view key, const Place& place,
                  const std::string& path) {
    std::vector<bool> is_old(after.size());
    std::size_t last = 0;
    bool moved = false;
    auto selector = [&](const std::string& text) {
      std::string quoted;  // names of objects that are not ours are whatever their file says
      append_json_string(text, quoted);
      return "[" + std::string(key) + "=" + quoted.substr(1, quoted.size() - 2) + "]";
    };
    for (const Side& old : before) {
      const std::string text = key_text(old, key);
      const auto found = places.find(text);
      if (found == places.end()) {
        item(&old, nullptr, place, path, selector(text));
        continue;
      }
      is_old[found->second] = true;
      moved |= found->second < last;
      last = found->second;
      item(&old, &after[found->second], place, path, selector(text));
    }
    for (std::size_t i = 0; i < after.size(); ++i)
      if (!is_old[i]) item(nullptr, &after[i], place, path, selector(key_text(after[i], key)));
    if (moved && scope_ != Scope::kOurItems) changes.push_back({path, a, b, true});
  }

  // The fewest items removed and added (longest common subsequence); a removed one next to an added one has changed.
  void aligned_list(const std::vector<Side>& a, const std::vector<Side>& b, const Place& place,
                    const std::string& path) {
    const std::size_t n = a.size(), m = b.size();
    std::vector<std::uint16_t> common((n + 1) * (m + 1));
    std::vector<bool> equal(n * m);
    for (std::size_t i = n; i-- > 0;)
      for (std::size_t k = m; k-- > 0;) {
        equal[i * m + k] = same(a[i], b[k], scope_, place.item());
        common[i * (m + 1) + k] = equal[i * m + k]
                                      ? static_cast<std::uint16_t>(common[(i + 1) * (m + 1) + k + 1] + 1)
                                      : std::max(common[(i + 1) * (m + 1) + k], common[i * (m + 1) + k + 1]);
      }
    std::size_t i = 0, k = 0;
    while (i < n || k < m) {
      if (i < n && k < m && equal[i * m + k]) {
        ++i, ++k;
        continue;
      }
      // A run of removed and added items up to the next common one, paired.
      std::size_t i_end = i, k_end = k;
      while ((i_end < n || k_end < m) && !(i_end < n && k_end < m && equal[i_end * m + k_end])) {
        if (k_end == m || (i_end < n && common[(i_end + 1) * (m + 1) + k_end] >= common[i_end * (m + 1) + k_end + 1]))
          ++i_end;
        else
          ++k_end;
      }
      for (; i < i_end || k < k_end; i += i < i_end, k += k < k_end)
        item(i < i_end ? &a[i] : nullptr, k < k_end ? &b[k] : nullptr, place, path,
             "[" + std::to_string(k < k_end ? k : i) + "]");
    }
  }

  Scope scope_;
  std::size_t list_end_ = 0;
};

bool is_plain_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '$';
  });
}

}  // namespace

std::string member_path(std::string_view parent, std::string_view key) {
  std::string out(parent);
  if (is_plain_key(key)) {
    if (!out.empty()) out += '.';
    out += key;
  } else {
    out += '[';
    append_json_string(key, out);
    out += ']';
  }
  return out;
}

std::vector<FieldChange> field_changes(const Side& a, const Side& b, Scope scope, std::string_view root,
                                       const Place& place) {
  if (same(a, b, scope, place)) return {};
  Walk walk(scope);
  walk.node(a, b, place, std::string(root));
  return std::move(walk.changes);
}

std::vector<FieldChange> folded(std::vector<FieldChange> changes) {
  std::vector<FieldChange> out;
  for (FieldChange& c : changes) {
    const FieldChange* last = out.empty() ? nullptr : &out.back();
    const bool repeats = last && c.list_end > 0 && c.list_end == last->list_end && !c.moved &&
                         c.before.value == last->before.value && c.after.value == last->after.value &&
                         c.path.compare(0, c.list_end, last->path, 0, last->list_end) == 0;
    if (repeats)
      ++out.back().times;
    else
      out.push_back(std::move(c));
  }
  return out;
}

}  // namespace grovec::diff
