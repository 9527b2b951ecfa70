#include <algorithm>

#include "frontend/dsl/convert/converter.h"
#include "frontend/dsl/syntax/text.h"

namespace grovec::frontend::dsl {

using ir::ValueKind;

Statement Converter::count(std::int64_t n, std::uint32_t at) {
  Statement s = statement(StatementKind::kCount, at);
  s.words.push_back({tree_.own(std::to_string(n)), {}, false});
  return s;
}

Statement Converter::pair_attribute(std::string_view key, ValueSyntax v, std::uint32_t at) {
  Statement s = statement(StatementKind::kPair, at);
  s.pairs.push_back(pair(key, std::move(v), false));
  return s;
}

std::optional<Statement> Converter::pack(const ir::Value& v, std::uint32_t at) {
  Statement s = statement(StatementKind::kPack, at);
  s.words.resize(2);
  if (v.kind() != ValueKind::kMapping) return std::nullopt;
  auto take = [&](const ir::Value& text, Word& into) {
    if (text.kind() != ValueKind::kString || text.as_string().empty() || !is_bare_word(text.as_string())) return false;
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

std::optional<Statement> Converter::scale(const ir::Value& v, FieldPlace place, std::uint32_t at) {
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

bool Converter::metric(const ir::Value& item, FieldPlace place, Statement& s) {
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
  const FieldPlace wanted = place.member(of_pods ? "pods" : "resource").member("target");
  s.pairs.push_back(pair(key, scalar(average, wanted.member("averageValue")), false));
  const ValueSyntax& made = s.pairs.back().value;
  return made.form != ValueForm::kText && !(made.form == ValueForm::kBare && made.text.ends_with('%'));
}

std::optional<Statement> Converter::tolerations(const ir::Value& v, std::uint32_t at) {
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

/// Limits and requests under their short names; the rest as a field, which then needs a block of the container.
void Converter::resources(const ir::Value& v, std::uint32_t at, std::vector<Statement>& out, bool& flat) {
  const FieldPlace place = places_.container.member("resources");
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
    out.push_back(field("resources", v, places_.container, at));
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

}  // namespace grovec::frontend::dsl
