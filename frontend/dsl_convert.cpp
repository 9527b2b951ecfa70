#include "frontend/dsl_convert.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "frontend/dsl_convert_internal.h"
#include "frontend/dsl_lower.h"
#include "frontend/dsl_print.h"
#include "frontend/dsl_reader.h"
#include "frontend/dsl_text.h"
#include "ir/value/writer.h"

namespace grovec::frontend::dsl {

namespace {

using ir::ValueKind;
using schemas::TypeKind;

bool is_scalar(const ir::Value& v) { return v.kind() != ValueKind::kSequence && v.kind() != ValueKind::kMapping; }
bool is_null(const ir::Value& v) { return v.kind() == ValueKind::kNull; }

bool is_resource_word(std::string_view key) {
  return key == "cpu" || key == "memory" || key == "gpu" || key == "ephemeral-storage" ||
         key.starts_with("hugepages-") || key.find('/') != std::string_view::npos;
}

class Converter {
 public:
  Converter(Context& context, Tree& tree) : context_(context), tree_(tree) {
    const Place root{schemas::root(schemas::Root::kPodCliqueSet), 0};
    metadata_ = root.member("metadata");
    spec_ = root.member("spec");
    template_ = spec_.member("template");
    clique_ = template_.member("cliques").element();
    clique_spec_ = clique_.member("spec");
    pod_spec_ = clique_spec_.member("podSpec");
    container_ = pod_spec_.member("containers").element();
    group_ = template_.member("podCliqueScalingGroups").element();
  }

  /// False if the set has a shape that no statement has; `refused` then tells what.
  bool set(const ir::Value& root, bool mixins);
  const ir::Value* refused = nullptr;

 private:
  std::uint32_t position(OriginId at) const { return context_.origins[at].begin; }
  bool refuse(const ir::Value& v) {
    refused = &v;
    return false;
  }

  // --- words and values
  Word word(std::string_view text, bool key = false) {
    const std::vector<std::string_view> reserved = keywords();
    const bool keyword = key && text != "env" && std::find(reserved.begin(), reserved.end(), text) != reserved.end();
    return {text, {}, keyword || !is_bare_word(text)};
  }

  Value bare(std::string_view text) {
    Value v;
    v.text = text;
    return v;
  }

  Value scalar(const ir::Value& v, Place place) {
    Value out;
    switch (v.kind()) {
      case ValueKind::kNull:
        out.text = "null";
        break;
      case ValueKind::kBool:
        out.text = v.as_bool() ? "true" : "false";
        break;
      case ValueKind::kInt:
        out.text = tree_.own(std::to_string(v.as_int()));
        break;
      case ValueKind::kDouble:
        out.text = tree_.own(ir::number_text(v.as_double()));
        break;
      default: {
        const std::string_view text = v.as_string();
        out.text = text;
        if (is_bare_word(text) && ir::equal(bare_value(text, place, kNowhere), v)) break;
        out.form = !encode_text_block(text, 0).empty() ? ValueForm::kText
                   : encode_string(text)[0] == '\''    ? ValueForm::kRaw
                                                       : ValueForm::kString;
      }
    }
    out.at = {position(v.at()), position(v.at())};
    return out;
  }

  Value value(const ir::Value& v, Place place) {
    if (is_scalar(v)) return scalar(v, place);
    Value out;
    out.at = {position(v.at()), position(v.at())};
    if (v.kind() == ValueKind::kSequence) {
      out.form = ValueForm::kList;
      out.inline_list = true;
      for (const ir::Value& item : v.items()) out.items.push_back(value(item, place.element()));
      return out;
    }
    out.form = ValueForm::kBlock;
    out.block = block(fields(v, place));
    return out;
  }

  std::unique_ptr<Block> block(std::vector<Statement> statements) {
    auto out = std::make_unique<Block>();
    out->statements = std::move(statements);
    out->inline_block = true;
    return out;
  }

  // --- statements
  Statement statement(StatementKind kind, std::uint32_t at) {
    Statement s;
    s.kind = kind;
    s.at = {at, at};
    return s;
  }

  Pair pair(std::string_view key, Value v, bool gpu_alias) {
    Pair p;
    p.key = word(gpu_alias && key == "nvidia.com/gpu" ? "gpu" : key);
    if (gpu_alias && key == "gpu") p.key.quoted = true;
    p.value = std::move(v);
    return p;
  }

  /// Members in the order of the source, nulls of structs left out.
  std::vector<const ir::Member*> ordered(const ir::Value& mapping, Place place) const {
    std::vector<const ir::Member*> out;
    for (const ir::Member& m : mapping.members())
      if (place.kind() != TypeKind::kStruct || !is_null(m.value)) out.push_back(&m);
    std::stable_sort(out.begin(), out.end(), [&](const ir::Member* a, const ir::Member* b) {
      return position(a->key_at) < position(b->key_at);
    });
    return out;
  }

  std::vector<Statement> fields(const ir::Value& mapping, Place place, std::string_view skip = {}) {
    std::vector<Statement> out;
    for (const ir::Member* m : ordered(mapping, place))
      if (skip.empty() || m->key != skip) out.push_back(field(m->key, m->value, place, position(m->key_at)));
    return out;
  }

  Statement field(std::string_view key, const ir::Value& v, Place parent, std::uint32_t at) {
    const Place place = parent.member(key);
    const bool resources = parent.type != schemas::TypeId{0} && schemas::type(parent.type).go_name == "v1.ResourceList";
    Statement s = statement(StatementKind::kField, at);
    s.name = word(key, true);
    if (resources && key == "nvidia.com/gpu") s.name = word("gpu");
    if (resources && key == "gpu") s.name.quoted = true;
    content(s, v, place);
    return s;
  }

  /// What stands behind the name of a field.
  void content(Statement& s, const ir::Value& v, Place place) {
    if (v.kind() == ValueKind::kMapping) return mapping(s, v, place);
    if (v.kind() == ValueKind::kSequence && !place.map_keys().empty() && !v.items().empty() && keyed(s, v, place))
      return;
    s.has_value = true;
    s.value = value(v, place);
  }

  void mapping(Statement& s, const ir::Value& v, Place place) {
    const auto members = ordered(v, place);
    const bool flat = !members.empty() && std::all_of(members.begin(), members.end(), [](const ir::Member* m) {
      return is_scalar(m->value) && m->value.as_string().find('\n') == std::string_view::npos;
    });
    const bool resources = place.type != schemas::TypeId{0} && schemas::type(place.type).go_name == "v1.ResourceList";
    std::size_t width = 0;
    for (const ir::Member* m : members) width += m->key.size() + m->value.as_string().size() + 4;
    if (flat && width < 90 && place.kind() != TypeKind::kRaw) {
      for (const ir::Member* m : members)
        s.pairs.push_back(pair(m->key, scalar(m->value, place.member(m->key)), resources));
      return;
    }
    s.block = block(fields(v, place));
  }

  /// A list with keys as pairs or as a block; false if its items do not allow it.
  bool keyed(Statement& s, const ir::Value& v, Place place) {
    const Place element = place.element();
    const auto keys = place.map_keys();
    const std::string_view type = schemas::type(element.type).go_name;
    if (type == "v1.ContainerPort") return ports(s, v, element);
    if (keys.size() != 1) return false;
    bool only_keys = true, only_pairs = true;
    const std::string_view extra = scalar_field(type);
    std::unordered_set<std::string_view> seen;
    for (const ir::Value& item : v.items()) {
      const ir::Value* key = item.find(keys[0]);
      if (key == nullptr || key->kind() != ValueKind::kString || key->as_string().empty() ||
          !seen.insert(key->as_string()).second)
        return false;
      const auto members = ordered(item, element);
      only_keys &= members.size() == 1;
      const ir::Value* e = extra.empty() ? nullptr : item.find(extra);
      only_pairs &= members.size() == 2 && e && is_scalar(*e) && !is_null(*e) &&
                    e->as_string().find('\n') == std::string_view::npos;
    }
    if (only_keys) {
      s.has_value = true;
      s.value.form = ValueForm::kList;
      s.value.inline_list = true;
      for (const ir::Value& item : v.items()) s.value.items.push_back(scalar(item[keys[0]], element.member(keys[0])));
      return true;
    }
    if (only_pairs && v.items().size() <= 6) {
      std::size_t width = 0;
      std::vector<Pair> pairs;
      for (const ir::Value& item : v.items()) {
        pairs.push_back(pair(item[keys[0]].as_string(), scalar(item[extra], element.member(extra)), false));
        width += pairs.back().key.text.size() + pairs.back().value.text.size() + 4;
      }
      if (width < 90) {
        s.pairs = std::move(pairs);
        return true;
      }
    }
    std::vector<Statement> items;
    for (const ir::Value& item : v.items()) items.push_back(keyed_item(item, element, keys[0], extra));
    s.block = block(std::move(items));
    return true;
  }

  Statement keyed_item(const ir::Value& item, Place element, std::string_view key, std::string_view extra) {
    const ir::Value& name = item[key];
    Statement s = statement(StatementKind::kField, position(item.at()));
    s.name = word(name.as_string(), true);
    const auto members = ordered(item, element);
    const ir::Value* e = extra.empty() ? nullptr : item.find(extra);
    if (members.size() == 2 && e && !is_null(*e) && e->kind() != ValueKind::kMapping) {
      s.has_value = true;
      s.value = value(*e, element.member(extra));
      return s;
    }
    bool flat = members.size() > 1;
    for (const ir::Member* m : members)
      flat &= is_scalar(m->value) && m->value.as_string().find('\n') == std::string_view::npos;
    if (flat) {
      for (const ir::Member* m : members)
        if (m->key != key) s.pairs.push_back(pair(m->key, scalar(m->value, element.member(m->key)), false));
      return s;
    }
    s.block = block(fields(item, element, key));
    return s;
  }

  bool ports(Statement& s, const ir::Value& v, Place element) {
    std::vector<Pair> pairs;
    bool only_numbers = true;
    for (const ir::Value& item : v.items()) {
      const ir::Value& number = item["containerPort"];
      const ir::Value& name = item["name"];
      const ir::Value& protocol = item["protocol"];
      const auto members = ordered(item, element);
      if (number.kind() != ValueKind::kInt || number.as_int() < 0) return false;
      only_numbers &= members.size() == 1;
      const std::size_t known = 1 + !is_null(name) + !is_null(protocol);
      const std::string_view p = protocol.as_string();
      const bool plain =
          p.empty() ? is_null(protocol) : p.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
      const bool named = name.kind() == ValueKind::kString && is_bare_word(name.as_string()) &&
                         name.as_string().find_first_not_of("0123456789") != std::string_view::npos;
      if (members.size() == 1) continue;
      if (members.size() != known || !plain || !named) return false;
      std::string text = std::to_string(number.as_int());
      if (!p.empty()) text.append("/").append(p);
      pairs.push_back(pair(name.as_string(), bare(tree_.own(std::move(text))), false));
    }
    if (only_numbers) {
      s.has_value = true;
      if (v.items().size() == 1) {
        s.value = scalar(v.items()[0]["containerPort"], element.member("containerPort"));
        return true;
      }
      s.value.form = ValueForm::kList;
      s.value.inline_list = true;
      for (const ir::Value& item : v.items())
        s.value.items.push_back(scalar(item["containerPort"], element.member("containerPort")));
      return true;
    }
    if (pairs.size() != v.items().size()) return false;
    s.pairs = std::move(pairs);
    return true;
  }

  // --- attributes of headers
  Statement count(std::int64_t n, std::uint32_t at) {
    Statement s = statement(StatementKind::kCount, at);
    s.words.push_back({tree_.own(std::to_string(n)), {}, false});
    return s;
  }
  Statement pair_attribute(std::string_view key, Value v, std::uint32_t at) {
    Statement s = statement(StatementKind::kPair, at);
    s.pairs.push_back(pair(key, std::move(v), false));
    return s;
  }

  /// Integers that the header can carry.
  static bool is_count(const ir::Value& v) { return v.kind() == ValueKind::kInt && v.as_int() >= 0; }

  std::optional<Statement> pack(const ir::Value& v, std::uint32_t at) {
    Statement s = statement(StatementKind::kPack, at);
    s.words.resize(2);
    if (v.kind() != ValueKind::kMapping) return std::nullopt;
    auto take = [&](const ir::Value& text, Word& into) {
      if (text.kind() != ValueKind::kString || text.as_string().empty() || !is_bare_word(text.as_string()))
        return false;
      const std::vector<std::string_view> reserved = keywords();
      if (std::find(reserved.begin(), reserved.end(), text.as_string()) != reserved.end()) return false;
      if (text.as_string()[0] == 'x' && text.as_string().find_first_not_of("0123456789", 1) == std::string_view::npos)
        return false;
      into = {text.as_string(), {}, false};
      return true;
    };
    for (const ir::Member& m : v.members()) {
      if (m.key == "topologyName") {
        if (!take(m.value, s.words[1])) return std::nullopt;
      } else if (m.key == "pack" && m.value.kind() == ValueKind::kMapping) {
        for (const ir::Member& p : m.value.members()) {
          if (p.key != "required" && p.key != "preferred") return std::nullopt;
          if (!take(p.value, p.key == "required" ? s.name : s.words[0])) return std::nullopt;
        }
      } else {
        return std::nullopt;
      }
    }
    if (!s.name && !s.words[0]) return std::nullopt;
    return s;
  }

  std::optional<Statement> scale(const ir::Value& v, Place place, std::uint32_t at) {
    Statement s = statement(StatementKind::kScale, at);
    if (v.kind() != ValueKind::kMapping || v.members().empty()) return std::nullopt;
    std::string low, high;
    for (const ir::Member& m : v.members()) {
      if (m.key == "minReplicas" && is_count(m.value)) {
        low = std::to_string(m.value.as_int());
      } else if (m.key == "maxReplicas" && is_count(m.value)) {
        high = std::to_string(m.value.as_int());
      } else if (m.key == "metrics" && m.value.kind() == ValueKind::kSequence && !m.value.items().empty()) {
        for (const ir::Value& item : m.value.items())
          if (!metric(item, place.member("metrics").element(), s)) return std::nullopt;
      } else {
        return std::nullopt;
      }
    }
    if (!low.empty() || !high.empty()) s.name = {tree_.own(low + ".." + high), {}, false};
    return s;
  }

  bool metric(const ir::Value& item, Place place, Statement& s) {
    const bool of_pods = item["type"].as_string() == "Pods";
    if (item.size() != 2 || (!of_pods && item["type"].as_string() != "Resource")) return false;
    const ir::Value& source = item[of_pods ? "pods" : "resource"];
    const ir::Value& named = of_pods ? source["metric"] : source;
    const ir::Value& target = source["target"];
    const std::string_view name = named["name"].as_string();
    if (source.size() != 2 || target.size() != 2 || (of_pods && named.size() != 1)) return false;
    if (!is_bare_word(name) || name == "min" || name == "max" || name.find(':') != std::string_view::npos) return false;
    const std::string_view key = of_pods ? tree_.own("pods:" + std::string(name)) : name;
    if (!of_pods && target["type"].as_string() == "Utilization" && is_count(target["averageUtilization"])) {
      s.pairs.push_back(pair(key, bare(tree_.own(std::to_string(target["averageUtilization"].as_int()) + "%")), false));
      return true;
    }
    const ir::Value& average = target["averageValue"];
    if (target["type"].as_string() != "AverageValue" || is_null(average) || !is_scalar(average)) return false;
    const Place wanted = place.member(of_pods ? "pods" : "resource").member("target");
    s.pairs.push_back(pair(key, scalar(average, wanted.member("averageValue")), false));
    const Value& made = s.pairs.back().value;
    return made.form != ValueForm::kText && !(made.form == ValueForm::kBare && made.text.ends_with('%'));
  }

  std::optional<Statement> tolerations(const ir::Value& v, std::uint32_t at) {
    if (v.kind() != ValueKind::kSequence || v.items().empty()) return std::nullopt;
    Statement s = statement(StatementKind::kTolerate, at);
    std::vector<const ir::Value*> seen;
    for (const ir::Value& item : v.items()) {
      const std::string_view key = item["key"].as_string(), op = item["operator"].as_string(),
                             effect = item["effect"].as_string();
      const ir::Value& given = item["value"];
      const bool has_effect = !is_null(item["effect"]);
      const bool has_value = !is_null(given);
      if (item.size() != 2 + static_cast<std::size_t>(has_effect) + static_cast<std::size_t>(has_value))
        return std::nullopt;
      if (!is_bare_word(key) || key.find(':') != std::string_view::npos || op != (has_value ? "Equal" : "Exists"))
        return std::nullopt;
      if (has_effect && effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute")
        return std::nullopt;
      if (has_value &&
          (given.kind() != ValueKind::kString || given.as_string().find_first_of(":\n") != std::string_view::npos))
        return std::nullopt;
      for (const ir::Value* other : seen)
        if (ir::equal(*other, item)) return std::nullopt;
      seen.push_back(&item);
      std::string tail(has_value ? given.as_string() : key);
      if (has_effect) tail.append(":").append(effect);
      Toleration t;
      t.has_value = has_value;
      if (!has_value) {
        t.key = {tree_.own(std::move(tail)), {}, false};
      } else {
        t.key = word(key);
        t.value = bare(tree_.own(std::move(tail)));
        if (!is_bare_word(t.value.text) || t.value.text == "null") t.value.form = ValueForm::kString;
      }
      s.tolerations.push_back(std::move(t));
    }
    if (s.tolerations.size() > 8) return std::nullopt;
    return s;
  }

  // --- cliques, groups, sets
  bool clique(const ir::Value& item, bool explicit_order, CliqueDraft& out);
  bool clique_spec(const ir::Value& spec, bool explicit_order, CliqueDraft& out);
  void pod_spec(const ir::Value& pod, CliqueDraft& out);
  bool containers(const ir::Value& v, std::uint32_t at, CliqueDraft& out);
  std::vector<Statement> container_fields(const ir::Value& v, bool& flat);
  void resources(const ir::Value& v, std::uint32_t at, std::vector<Statement>& out, bool& flat);
  bool group(const ir::Value& item, bool nested, Statement& out);
  bool set_fields(const ir::Value& root, Statement& out, bool& after_is_enough);
  std::vector<bool> nestable(const ir::Value& cliques, const ir::Value& groups);

  Context& context_;
  Tree& tree_;
  Place metadata_, spec_, template_, clique_, clique_spec_, pod_spec_, container_, group_;
};

/// Limits and requests under their short names; the rest as a field, which then needs a block of the container.
void Converter::resources(const ir::Value& v, std::uint32_t at, std::vector<Statement>& out, bool& flat) {
  const Place place = container_.member("resources");
  const ir::Value &limits = v["limits"], &requests = v["requests"];
  auto simple = [&](const ir::Value& list) {
    if (is_null(list)) return true;
    if (list.kind() != ValueKind::kMapping || list.members().empty()) return false;
    for (const ir::Member& m : list.members())
      if (!is_scalar(m.value) || is_null(m.value) || m.value.as_string().find('\n') != std::string_view::npos)
        return false;
    return true;
  };
  const std::size_t known = static_cast<std::size_t>(!is_null(limits)) + static_cast<std::size_t>(!is_null(requests));
  if (v.kind() != ValueKind::kMapping || known == 0 || ordered(v, place).size() != known || !simple(limits) ||
      !simple(requests)) {
    flat = false;
    out.push_back(field("resources", v, container_, at));
    return;
  }
  const bool same = known == 2 && ir::equal(limits, requests) &&
                    std::all_of(limits.members().begin(), limits.members().end(), [](const ir::Member& m) {
                      return m.key != "gpu" && is_resource_word(m.key) && is_bare_word(m.key);
                    });
  if (same) {
    for (const ir::Member* m : ordered(limits, place.member("limits"))) {
      Statement s = statement(StatementKind::kPair, position(m->key_at));
      s.pairs.push_back(pair(m->key, scalar(m->value, place.member("limits").element()), true));
      s.joined = m != ordered(limits, place.member("limits")).front();
      out.push_back(std::move(s));
    }
    return;
  }
  for (const ir::Member* m : ordered(v, place)) {
    Statement s = statement(StatementKind::kField, position(m->key_at));
    s.name = word(m->key);
    mapping(s, m->value, place.member(m->key));
    out.push_back(std::move(s));
  }
}

std::vector<Statement> Converter::container_fields(const ir::Value& v, bool& flat) {
  std::vector<Statement> out;
  for (const ir::Member* m : ordered(v, container_)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "name") continue;
    if (m->key == "resources") {
      resources(m->value, at, out, flat);
      continue;
    }
    for (Place outer : {clique_, clique_spec_, pod_spec_})
      if (schemas::find_field(schemas::type(outer.type), m->key)) flat = false;
    out.push_back(field(m->key, m->value, container_, at));
  }
  return out;
}

bool Converter::containers(const ir::Value& v, std::uint32_t at, CliqueDraft& out) {
  (void)at;
  std::unordered_set<std::string_view> names;
  if (v.kind() != ValueKind::kSequence || v.items().empty()) return false;
  for (const ir::Value& item : v.items()) {
    const ir::Value& name = item["name"];
    if (name.kind() != ValueKind::kString || !is_bare_word(name.as_string()) || !names.insert(name.as_string()).second)
      return false;
  }
  if (v.items().size() == 1) {
    out.has_single = out.flat = true;
    out.container = container_fields(v.items()[0], out.flat);
    const std::string_view name = v.items()[0]["name"].as_string();
    if (name != out.head.name.text) out.container_name = name;
    return true;
  }
  for (const ir::Value& item : v.items()) {
    Statement s = statement(StatementKind::kContainer, position(item.at()));
    s.name = word(item["name"].as_string());
    bool flat = true;
    s.block = block(container_fields(item, flat));
    if (s.block->statements.empty()) s.block.reset();
    out.pod.push_back(std::move(s));
  }
  return true;
}

void Converter::pod_spec(const ir::Value& pod, CliqueDraft& out) {
  for (const ir::Member* m : ordered(pod, pod_spec_)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "containers" && containers(m->value, at, out)) continue;
    if (m->key == "tolerations")
      if (auto s = tolerations(m->value, at)) {
        out.pod.push_back(std::move(*s));
        continue;
      }
    if (m->key == "initContainers" && m->value.kind() == ValueKind::kSequence && !m->value.items().empty()) {
      std::vector<Statement> inits;
      bool usable = true;
      std::unordered_set<std::string_view> names;
      for (const ir::Value& item : m->value.items()) {
        const ir::Value& name = item["name"];
        usable &= name.kind() == ValueKind::kString && is_bare_word(name.as_string()) &&
                  names.insert(name.as_string()).second;
        if (!usable) break;
        Statement s = statement(StatementKind::kInit, position(item.at()));
        s.name = word(name.as_string());
        bool flat = true;
        s.block = block(container_fields(item, flat));
        if (s.block->statements.empty()) s.block.reset();
        inits.push_back(std::move(s));
      }
      if (usable) {
        for (Statement& s : inits) out.pod.push_back(std::move(s));
        continue;
      }
    }
    out.pod.push_back(field(m->key, m->value, pod_spec_, at));
  }
}

bool Converter::clique_spec(const ir::Value& spec, bool explicit_order, CliqueDraft& out) {
  auto& attributes = out.head.attributes;
  const ir::Value& replicas = spec["replicas"];
  const std::uint32_t here = position(spec.at());
  if (is_count(replicas))
    attributes.push_back(count(replicas.as_int(), here));
  else if (is_null(replicas))
    attributes.push_back(pair_attribute("replicas", bare("null"), here));
  else
    out.pod.push_back(field("replicas", replicas, clique_spec_, position(replicas.at())));
  const ir::Value& role = spec["roleName"];
  const bool role_word = role.kind() == ValueKind::kString && role.as_string().find('\n') == std::string_view::npos;
  if (is_null(role))
    attributes.push_back(pair_attribute("role", bare("null"), here));
  else if (role_word && role.as_string() != out.head.name.text)
    attributes.push_back(pair_attribute("role", scalar(role, clique_spec_.member("roleName")), here));
  else if (!role_word)
    out.pod.push_back(field("roleName", role, clique_spec_, position(role.at())));
  for (const ir::Member* m : ordered(spec, clique_spec_)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "replicas" || m->key == "roleName") continue;
    if (m->key == "minAvailable" && is_count(m->value)) {
      attributes.push_back(pair_attribute("min", scalar(m->value, clique_spec_.member("minAvailable")), at));
    } else if (m->key == "autoScalingConfig" && scale(m->value, clique_spec_.member(m->key), at)) {
      attributes.push_back(*scale(m->value, clique_spec_.member(m->key), at));
    } else if (m->key == "startsAfter" && explicit_order && m->value.kind() == ValueKind::kSequence &&
               !m->value.items().empty() &&
               std::all_of(m->value.items().begin(), m->value.items().end(), [](const ir::Value& v) {
                 return v.kind() == ValueKind::kString && is_bare_word(v.as_string());
               })) {
      Statement s = statement(StatementKind::kAfter, at);
      for (const ir::Value& v : m->value.items()) s.words.push_back({v.as_string(), {}, false});
      attributes.push_back(std::move(s));
    } else if (m->key == "podSpec" && m->value.kind() == ValueKind::kMapping) {
      if (m->value.members().empty()) {
        Statement s = statement(StatementKind::kField, at);
        s.name = word("pod");
        s.block = block({});
        out.pod.push_back(std::move(s));
      }
      pod_spec(m->value, out);
    } else {
      out.pod.push_back(field(m->key, m->value, clique_spec_, at));
    }
  }
  return true;
}

bool Converter::clique(const ir::Value& item, bool explicit_order, CliqueDraft& out) {
  const ir::Value& name = item["name"];
  const ir::Value& spec = item["spec"];
  if (name.kind() != ValueKind::kString || !is_bare_word(name.as_string())) return refuse(is_null(name) ? item : name);
  if (spec.kind() != ValueKind::kMapping) return refuse(is_null(spec) ? item : spec);
  out.head = statement(StatementKind::kClique, position(item.at()));
  out.head.name = word(name.as_string());
  for (const ir::Member* m : ordered(item, clique_)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "name") continue;
    if (m->key == "spec") {
      if (!clique_spec(m->value, explicit_order, out)) return false;
      continue;
    }
    if (schemas::find_field(schemas::type(clique_.type), m->key) == nullptr) return refuse(m->value);
    if (m->key == "topologyConstraint")
      if (auto s = pack(m->value, at)) {
        out.pod.push_back(std::move(*s));
        continue;
      }
    out.pod.push_back(field(m->key, m->value, clique_, at));
  }
  return true;
}

bool Converter::group(const ir::Value& item, bool nested, Statement& out) {
  const ir::Value& name = item["name"];
  if (name.kind() != ValueKind::kString || !is_bare_word(name.as_string())) return refuse(is_null(name) ? item : name);
  out = statement(StatementKind::kGroup, position(item.at()));
  out.name = word(name.as_string());
  out.block = block({});
  for (const ir::Member* m : ordered(item, group_)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "name" || (nested && m->key == "cliqueNames")) continue;
    if (m->key == "replicas" && is_count(m->value)) {
      out.attributes.insert(out.attributes.begin(), count(m->value.as_int(), at));
    } else if (m->key == "minAvailable" && is_count(m->value)) {
      const bool after_count = !out.attributes.empty() && out.attributes[0].kind == StatementKind::kCount;
      out.attributes.insert(out.attributes.begin() + after_count,
                            pair_attribute("min", scalar(m->value, group_.member(m->key)), at));
    } else if (auto s = m->key == "scaleConfig" ? scale(m->value, group_.member(m->key), at) : std::nullopt) {
      out.attributes.push_back(std::move(*s));
    } else if (auto p = m->key == "topologyConstraint" ? pack(m->value, at) : std::nullopt) {
      out.block->statements.push_back(std::move(*p));
    } else if (schemas::find_field(schemas::type(group_.type), m->key) == nullptr) {
      return refuse(m->value);
    } else {
      Statement f = field(m->key, m->value, group_, at);
      if (m->key == "cliqueNames") f.name = word("cliques");
      out.block->statements.push_back(std::move(f));
    }
  }
  // `scale` takes the pairs behind it, so it comes last.
  std::stable_partition(out.attributes.begin(), out.attributes.end(),
                        [](const Statement& s) { return s.kind != StatementKind::kScale; });
  return true;
}

/// Which groups can hold their cliques: those of consecutive cliques in the order of the list, and all groups before
/// them in the list come before them in the file, too.
std::vector<bool> Converter::nestable(const ir::Value& cliques, const ir::Value& groups) {
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < cliques.items().size(); ++i) index.emplace(cliques.items()[i]["name"].as_string(), i);
  std::vector<bool> out(groups.items().size(), false);
  std::size_t next = 0;
  for (std::size_t g = 0; g < out.size(); ++g) {
    const auto names = groups.items()[g]["cliqueNames"].items();
    bool ok = !names.empty();
    std::size_t first = 0;
    for (std::size_t k = 0; k < names.size() && ok; ++k) {
      auto it = index.find(names[k].as_string());
      ok = it != index.end() && (k == 0 || it->second == first + k);
      if (ok && k == 0) first = it->second;
    }
    if (!ok || first < next) continue;
    out[g] = true;
    next = first + names.size();
  }
  return out;
}

bool Converter::set_fields(const ir::Value& root, Statement& out, bool& after_is_enough) {
  auto& body = out.block->statements;
  const ir::Value &metadata = root["metadata"], &spec = root["spec"];
  const ir::Value& t = spec["template"];
  for (const ir::Member& m : root.members())
    if (m.key != "apiVersion" && m.key != "kind" && m.key != "metadata" && m.key != "spec" && !is_null(m.value))
      return refuse(m.value);
  if (spec.kind() != ValueKind::kMapping) return refuse(root);
  if (t.kind() != ValueKind::kMapping) return refuse(spec);
  const ir::Value& replicas = spec["replicas"];
  if (is_count(replicas)) {
    if (replicas.as_int() != 1) out.attributes.push_back(count(replicas.as_int(), position(replicas.at())));
  } else if (is_null(replicas)) {
    out.attributes.push_back(pair_attribute("replicas", bare("null"), position(spec.at())));
  } else {
    body.push_back(field("replicas", replicas, spec_, position(replicas.at())));
  }
  Statement others = statement(StatementKind::kField, position(metadata.at()));
  others.name = word("metadata");
  others.block = block({});
  for (const ir::Member* m : ordered(metadata, metadata_)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "name") continue;
    const bool plain =
        m->value.kind() == ValueKind::kString && m->value.as_string().find('\n') == std::string_view::npos;
    if (m->key == "namespace" && plain)
      out.attributes.push_back(pair_attribute("namespace", scalar(m->value, metadata_.member(m->key)), at));
    else if (m->key == "labels" || m->key == "annotations" || m->key == "namespace")
      body.push_back(field(m->key, m->value, metadata_, at));
    else
      others.block->statements.push_back(field(m->key, m->value, metadata_, at));
  }
  if (!others.block->statements.empty()) body.push_back(std::move(others));
  for (const ir::Member* m : ordered(spec, spec_)) {
    if (m->key == "replicas" || m->key == "template") continue;
    if (schemas::find_field(schemas::type(spec_.type), m->key) == nullptr) return refuse(m->value);
    body.push_back(field(m->key, m->value, spec_, position(m->key_at)));
  }
  const bool is_explicit = t["cliqueStartupType"].as_string() == "CliqueStartupTypeExplicit";
  after_is_enough =
      is_explicit && std::any_of(t["cliques"].items().begin(), t["cliques"].items().end(),
                                 [](const ir::Value& c) { return !c["spec"]["startsAfter"].items().empty(); });
  for (const ir::Member* m : ordered(t, template_)) {
    const std::uint32_t at = position(m->key_at);
    if (m->key == "cliques" || m->key == "podCliqueScalingGroups") continue;
    if (schemas::find_field(schemas::type(template_.type), m->key) == nullptr) return refuse(m->value);
    if (m->key == "topologyConstraint")
      if (auto s = pack(m->value, at)) {
        body.push_back(std::move(*s));
        continue;
      }
    if (m->key == "cliqueStartupType") {
      const std::string_view type = m->value.as_string();
      const char* order = type == "CliqueStartupTypeAnyOrder"  ? "any"
                          : type == "CliqueStartupTypeInOrder" ? "in-order"
                          : is_explicit                        ? "explicit"
                                                               : nullptr;
      if (after_is_enough) continue;
      if (order) {
        Statement s = statement(StatementKind::kStartup, at);
        s.words.push_back({order, {}, false});
        body.push_back(std::move(s));
        continue;
      }
    }
    body.push_back(field(m->key, m->value, template_, at));
  }
  return true;
}

bool Converter::set(const ir::Value& root, bool mixins) {
  const ir::Value& name = root["metadata"]["name"];
  if (name.kind() != ValueKind::kString || !is_bare_word(name.as_string())) return refuse(is_null(name) ? root : name);
  Statement out = statement(StatementKind::kSet, position(root.at()));
  out.name = word(name.as_string());
  out.block = std::make_unique<Block>();
  out.blank_before = true;
  bool after_is_enough = false;
  if (!set_fields(root, out, after_is_enough)) return false;
  const ir::Value& t = root["spec"]["template"];
  const ir::Value &cliques = t["cliques"], &groups = t["podCliqueScalingGroups"];
  if (cliques.kind() != ValueKind::kSequence) return refuse(is_null(cliques) ? t : cliques);
  if (!is_null(groups) && (groups.kind() != ValueKind::kSequence || groups.items().empty())) return refuse(groups);
  std::vector<CliqueDraft> drafts(cliques.items().size());
  for (std::size_t i = 0; i < drafts.size(); ++i)
    if (!clique(cliques.items()[i], after_is_enough, drafts[i])) return false;
  if (mixins) {
    std::vector<CliqueDraft*> all;
    for (CliqueDraft& d : drafts) all.push_back(&d);
    for (Statement& m : factor(all, tree_)) tree_.body.statements.push_back(std::move(m));
  }
  const std::vector<bool> nested = nestable(cliques, groups);
  std::unordered_map<std::string_view, std::size_t> group_at;  // by the name of the group's first clique
  for (std::size_t g = 0; g < nested.size(); ++g)
    if (nested[g]) group_at.emplace(groups.items()[g]["cliqueNames"].items()[0].as_string(), g);
  std::size_t next_group = 0;
  auto emit_groups_before = [&](std::size_t end) {
    for (; next_group < end; ++next_group) {
      Statement s;
      if (!group(groups.items()[next_group], false, s)) return false;
      out.block->statements.push_back(std::move(s));
    }
    return true;
  };
  for (std::size_t i = 0; i < drafts.size();) {
    auto it = group_at.find(drafts[i].head.name.text);
    if (it == group_at.end()) {
      out.block->statements.push_back(assemble(std::move(drafts[i++])));
      continue;
    }
    if (!emit_groups_before(it->second)) return false;
    const ir::Value& item = groups.items()[it->second];
    Statement s;
    if (!group(item, true, s)) return false;
    s.at.begin = s.at.end = std::min(s.at.begin, drafts[i].head.at.begin);
    s.block->inline_block = false;
    next_group = it->second + 1;
    for (std::size_t k = 0; k < item["cliqueNames"].items().size() && i < drafts.size(); ++k)
      s.block->statements.push_back(assemble(std::move(drafts[i++])));
    out.block->statements.push_back(std::move(s));
  }
  if (!emit_groups_before(nested.size())) return false;
  tree_.body.statements.push_back(std::move(out));
  return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading back
// ---------------------------------------------------------------------------------------------------------------------

/// Equal, where a null field of a struct is one that is not there. `path` is where they differ.
bool same(const ir::Value& a, const ir::Value& b, Place place, std::string& path, const ir::Value*& at) {
  auto differ = [&] {
    at = &a;
    return false;
  };
  if (a.kind() == ValueKind::kMapping && b.kind() == ValueKind::kMapping) {
    const bool is_struct = place.kind() == TypeKind::kStruct;
    for (const ir::Member& m : a.members()) {
      const ir::Value* other = b.find(m.key);
      if (is_struct && is_null(m.value) && (other == nullptr || is_null(*other))) continue;
      const std::size_t length = path.size();
      path.append(path.empty() ? "" : ".").append(m.key);
      if (other == nullptr) {
        at = &m.value;
        return false;
      }
      if (!same(m.value, *other, place.member(m.key), path, at)) return false;
      path.resize(length);
    }
    for (const ir::Member& m : b.members())
      if (a.find(m.key) == nullptr && !(is_struct && is_null(m.value))) {
        path.append(path.empty() ? "" : ".").append(m.key);
        return differ();
      }
    return true;
  }
  if (a.kind() == ValueKind::kSequence && b.kind() == ValueKind::kSequence) {
    if (a.items().size() != b.items().size()) return differ();
    for (std::size_t i = 0; i < a.items().size(); ++i) {
      const std::size_t length = path.size();
      path.append("[").append(std::to_string(i)).append("]");
      if (!same(a.items()[i], b.items()[i], place.element(), path, at)) return false;
      path.resize(length);
    }
    return true;
  }
  return ir::equal(a, b) || differ();
}

/// Reads `text` back and compares; reports the first difference.
bool verify(Context& context, const std::string& text, const std::vector<Document>& documents, bool report) {
  const std::size_t limit = SyntaxLimits{}.bytes;
  if (text.size() > limit) {
    if (report)
      context.diags.report(documents[0].root.at(), diag::DslTooLarge, static_cast<std::uint64_t>(text.size()),
                           static_cast<std::uint64_t>(limit));
    return false;
  }
  Context scratch;
  const auto back = read_grove(scratch, scratch.sources.add("converted.grove", text), {});
  std::string path;
  const ir::Value* at = nullptr;
  bool ok = scratch.diags.errors() == 0 && back.size() == documents.size();
  if (!ok && !documents.empty()) at = &documents[0].root;
  for (std::size_t i = 0; ok && i < back.size(); ++i) {
    path.clear();
    ok = same(documents[i].root, back[i].root, {schemas::root(schemas::Root::kPodCliqueSet), 0}, path, at);
  }
  if (!ok && report) {
    if (path.empty()) path = scratch.diags.all().empty() ? "the document" : scratch.diags.all()[0].message;
    context.diags.report(at ? at->at() : kNowhere, diag::DslCannotSay, path);
  }
  return ok;
}

bool check_kinds(Context& context, const std::vector<Document>& documents) {
  bool ok = !documents.empty();
  for (const Document& d : documents) {
    if (d.broken) {
      ok = false;
      continue;
    }
    const std::string_view kind = d.root["kind"].as_string(), version = d.root["apiVersion"].as_string();
    if (kind == "PodCliqueSet" && version == "grove.io/v1alpha1") continue;
    ok = false;
    const std::string what =
        kind.empty() ? "this" : std::string(kind) + (version.empty() ? "" : " (" + std::string(version) + ")");
    context.diags.report(d.root.at(), diag::DslOtherKind, what);
  }
  return ok;
}

}  // namespace
}  // namespace grovec::frontend::dsl

namespace grovec::frontend {

using namespace dsl;

std::optional<std::string> convert_to_grove(Context& context, SourceId source, const std::vector<Document>& documents,
                                            const ConvertOptions& options) {
  if (!check_kinds(context, documents)) return std::nullopt;
  std::vector<ir::Value> roots;
  for (const Document& d : documents) roots.push_back(d.root);
  const std::vector<SourceComment> comments = yaml_comments(context, source, roots);
  std::string best;
  for (const bool mixins : {false, true}) {
    if (mixins && !options.mixins) break;
    Tree tree;
    Converter converter(context, tree);
    for (const ir::Value& root : roots) {
      if (converter.set(root, mixins)) continue;
      context.diags.report(converter.refused->at(), diag::DslCannotSay, "this");
      return std::nullopt;
    }
    const std::uint32_t first_key = context.origins[roots[0].at()].begin;
    attach_comments(tree, comments, context.sources.text(source), first_key);
    std::string text = print(tree);
    if (!best.empty() && text.size() >= best.size()) continue;
    // Without mixins a difference is the language's; with them it would be ours: the plain text then stands.
    if (!verify(context, text, documents, !mixins)) {
      if (mixins) continue;
      return std::nullopt;
    }
    best = std::move(text);
  }
  return best;
}

std::optional<std::string> format_grove(Context& context, SourceId source) {
  Tree tree = parse(context, source);
  if (tree.broken) return std::nullopt;
  return print(tree);
}

}  // namespace grovec::frontend
