// Addresses of the set's own pods that no pod has, or that a pod of another replica has.
#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "ir/labels.h"
#include "ir/names.h"
#include "passes/lint/lint.h"
#include "passes/lint/references.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr char kUnknown = '\x01';  ///< stands for what only the running pod knows

/// A pod that evaluates a text.
struct PodIndices {
  std::int64_t set = 0, group = 0, pod = 0;
};

/// A text with its variables filled in. For each byte, the part of the original that it came from.
struct Filled {
  std::string text;
  struct Source {
    std::uint32_t begin, end;
    bool is_variable_of_user;
  };
  std::vector<Source> sources;
  void add(std::string_view more, Source from) {
    text += more;
    sources.insert(sources.end(), more.size(), from);
  }
};

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == kUnknown;
}
/// Next to a host name, these mean that the name is not complete.
bool is_glue(char c) { return std::string_view("$(){}%*[]<>\\").find(c) != std::string_view::npos; }

/// An address of a pod of this set: the replica of its Service, and the host name in front (maybe empty).
struct Address {
  std::int64_t replica = 0;
  std::string_view host;
};

/// Who has a host name; no clique: nobody.
struct Owner {
  const Clique* clique = nullptr;
  Instance at;
};

class ContainerAddresses {
 public:
  ContainerAddresses(const LintView& v, CliqueId id, const ContainerAt& at)
      : v_(v),
        id_(id),
        clique_(v.set.cliques[id]),
        at_(at),
        service_(names::service(v.context.arena, v.set.name)),
        start_(service_.pieces().front().text),
        has_shell_(has_shell(at.container)) {}

  void run() {
    std::size_t i = 0;
    for (const Value& entry : at_.container["env"].items()) {
      if (may_have_address(entry["value"]))
        text(entry["value"], false, at_.path() + ".env[" + std::to_string(i) + "].value");
      ++i;
    }
    for (const char* list : {"command", "args"}) {
      std::size_t n = 0;
      for (const Value& word : at_.container[list].items()) {
        if (may_have_address(word)) text(word, has_shell_, at_.path() + "." + list + "[" + std::to_string(n) + "]");
        ++n;
      }
    }
  }

 private:
  /// Without a variable that could bring it in, a text without the start of the set's names has none; that is most.
  bool may_have_address(const Value& scalar) const {
    const std::string_view text = scalar.as_string();
    if (text.size() < 3 || text.size() > kMostText) return false;
    return text.find('$') != std::string_view::npos || text.find(start_) != std::string_view::npos;
  }

  Arena& arena() const { return v_.context.arena; }
  std::int64_t set_replicas() const { return std::max<std::int64_t>(v_.set.replicas, 1); }
  std::int64_t group_replicas() const {
    return clique_.group ? std::max<std::int64_t>(v_.set.groups[*clique_.group].replicas, 1) : 1;
  }

  std::optional<std::string> grove_value(std::string_view name, const PodIndices& p) const {
    if (!is_grove_variable(name, clique_.group.has_value())) return std::nullopt;
    const Instance at{.set_replica = static_cast<std::uint32_t>(p.set),
                      .group_replica = static_cast<std::uint32_t>(p.group)};
    if (name == keys::kEnvSetName) return std::string(v_.set.name);
    if (name == keys::kEnvSetIndex) return std::to_string(p.set);
    if (name == keys::kEnvService) return name_text(names::service_address(arena(), service_, v_.set.namespace_), at);
    if (name == keys::kEnvPodIndex) return std::to_string(p.pod);
    if (name == keys::kEnvGroupName)
      return clique_.group ? name_text(names::scaling_group(arena(), v_.set, *clique_.group), at) : std::string();
    if (name == keys::kEnvGroupIndex) return std::to_string(p.group);
    if (name == keys::kEnvCliqueName) return name_text(names::clique(arena(), v_.set, id_), at);
    return std::string(1, kUnknown);
  }

  std::string value_of(std::string_view name, const PodIndices& p, int depth) const {
    if (std::optional<std::string> value = grove_value(name, p)) return *value;
    for (const Value& entry : at_.container["env"].items())
      if (entry["name"].as_string() == name && !entry.find("valueFrom") && depth < 8)
        return filled(entry["value"].as_string(), false, p, depth + 1).text;
    return std::string(1, kUnknown);
  }

  Filled filled(std::string_view text, bool in_shell, const PodIndices& p, int depth = 0) const {
    std::vector<Reference> references = kubelet_references(text);
    if (in_shell) {
      const std::vector<Reference> more = shell_references(text);
      references.insert(references.end(), more.begin(), more.end());
    }
    std::sort(references.begin(), references.end(), [](const Reference& a, const Reference& b) { return a.at < b.at; });
    Filled out;
    std::size_t at = 0;
    auto plain = [&](std::size_t end) {
      for (; at < end; ++at) out.add(text.substr(at, 1), {offset(at), offset(at + 1), false});
    };
    for (const Reference& r : references) {
      if (r.at < at) continue;
      plain(r.at);
      const bool is_user = !is_grove_variable(r.name, clique_.group.has_value());
      const bool is_simple = text[r.at + r.length - 1] != '}' || r.length == r.name.size() + 3;
      if (out.text.size() < kMostText)
        out.add(is_simple ? value_of(r.name, p, depth) : std::string(1, kUnknown),
                {offset(r.at), offset(r.at + r.length), is_user});
      at = r.at + r.length;
    }
    plain(text.size());
    return out;
  }

  /// The address that a host name is, if it is one of this set.
  std::optional<Address> address_of(std::string_view name) const {
    std::vector<std::string_view> labels;
    for (std::size_t at = 0; at <= name.size();) {
      const std::size_t dot = std::min(name.find('.', at), name.size());
      labels.push_back(name.substr(at, dot - at));
      at = dot + 1;
    }
    if (labels.size() > 1 && labels.back().empty()) labels.pop_back();
    for (std::size_t s = 0; s < labels.size() && s < 2; ++s) {
      const std::optional<Instance> service = match_name(service_, labels[s]);
      if (!service) continue;
      const bool has_space = s + 1 < labels.size() && labels[s + 1] == v_.set.namespace_;
      const bool has_service = s + 2 >= labels.size() || labels[s + 2] == "svc";
      const bool is_short = s == 1 && labels.size() == 2 && labels[0].starts_with(start_);
      if ((has_space && has_service) || is_short)
        return Address{service->set_replica, s == 1 ? labels[0] : std::string_view()};
    }
    return std::nullopt;
  }

  Owner owner_of(std::string_view host) const {
    for (std::size_t s = 0; s < v_.set.cliques.size(); ++s) {
      const Clique& c = v_.set.cliques[v_.set.cliques.id_at(s)];
      const Value base = names::clique(arena(), v_.set, v_.set.cliques.id_at(s));
      const std::optional<Instance> n = match_name(names::host(arena(), base), host);
      if (!n || n->pod_index >= foreseen_replicas(c)) continue;
      if (c.group && n->group_replica >= foreseen_replicas(v_.set.groups[*c.group])) continue;
      return {&c, *n};
    }
    return {};
  }

  template <class F>
  void for_each_address(const Filled& f, F&& found) const {
    for (std::size_t at = 0; at < f.text.size();) {
      if (!is_host_char(f.text[at])) {
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < f.text.size() && is_host_char(f.text[end])) ++end;
      std::string_view name = std::string_view(f.text).substr(at, end - at);
      const bool complete = (at == 0 || !is_glue(f.text[at - 1])) && (end == f.text.size() || !is_glue(f.text[end])) &&
                            name.find(kUnknown) == std::string_view::npos && name.front() != '.' && name.front() != '-';
      if (complete)
        if (std::optional<Address> address = address_of(name)) found(*address, at, end);
      at = end;
    }
  }

  static std::uint32_t offset(std::size_t at) { return static_cast<std::uint32_t>(at); }

  void text(const Value& scalar, bool in_shell, const std::string& path) {
    const PodIndices first{0, 0, 0};
    const PodIndices last{set_replicas() - 1, group_replicas() - 1, std::max<std::int64_t>(clique_.replicas, 1) - 1};
    if (report_missing(scalar, filled(scalar.as_string(), in_shell, first), path)) return;
    const Filled f = filled(scalar.as_string(), in_shell, last);
    if (!report_missing(scalar, f, path)) report_foreign(scalar, f, last, path);
  }

  OriginId place(const Value& scalar, const Filled& f, std::size_t begin, std::size_t end) const {
    const std::uint32_t from = f.sources[begin].begin, to = f.sources[end - 1].end;
    return part_of(v_.context, scalar, from, to - from);
  }
  /// What a variable says is judged where the variable is written.
  static bool is_elsewhere(const Filled& f, std::size_t begin, std::size_t end) {
    return f.sources[begin].is_variable_of_user && f.sources[begin].begin == f.sources[end - 1].begin;
  }

  bool report_missing(const Value& scalar, const Filled& f, const std::string& path) {
    bool any = false;
    for_each_address(f, [&](const Address& a, std::size_t begin, std::size_t end) {
      if (is_elsewhere(f, begin, end)) return;
      const std::string name = f.text.substr(begin, end - begin);
      if (a.replica >= set_replicas()) {
        v_.context.diags
            .report(place(scalar, f, begin, end), diag::AddressOfNoReplica, name, v_.set.name, set_replicas() - 1)
            .path(path);
        any = true;
      } else if (!a.host.empty()) {
        const Owner owner = owner_of(a.host);
        if (owner.clique && owner.at.set_replica == a.replica) return;
        v_.context.diags.report(place(scalar, f, begin, end), diag::AddressOfNoPod, name, a.host).path(path);
        any = true;
      }
    });
    return any;
  }

  // A text that names pods of several replicas is a list of them, and means it.
  void report_foreign(const Value& scalar, const Filled& f, const PodIndices& own, const std::string& path) {
    std::set<std::pair<std::int64_t, std::int64_t>> replicas;
    std::optional<std::tuple<std::size_t, std::size_t, std::string>> foreign;
    for_each_address(f, [&](const Address& a, std::size_t begin, std::size_t end) {
      const Owner owner = a.host.empty() ? Owner{} : owner_of(a.host);
      const bool is_own_group = owner.clique && clique_.group && owner.clique->group == clique_.group;
      const std::int64_t group_replica = is_own_group ? owner.at.group_replica : -1;
      replicas.insert({a.replica, group_replica});
      std::string whose;
      if (a.replica != own.set)
        whose = "replica " + std::to_string(a.replica) + " of the set";
      else if (is_own_group && group_replica != own.group)
        whose = "replica " + std::to_string(group_replica) + " of the scaling group";
      if (!whose.empty() && !is_elsewhere(f, begin, end) && !foreign) foreign = {begin, end, whose};
    });
    if (!foreign || replicas.size() > 1) return;
    const auto& [begin, end, whose] = *foreign;
    v_.context.diags
        .report(place(scalar, f, begin, end), diag::AddressOfOtherReplica, f.text.substr(begin, end - begin), whose)
        .path(path);
  }

  static constexpr std::size_t kMostText = 64 * 1024;
  const LintView& v_;
  const CliqueId id_;
  const Clique& clique_;
  const ContainerAt& at_;
  const Value service_;           ///< names of the set's Services
  const std::string_view start_;  ///< of them, and of the names of all its objects
  bool has_shell_;
};

}  // namespace

void lint_addresses(const LintView& v) {
  if (v.set.name.empty()) return;
  for (std::size_t s = 0; s < v.set.cliques.size(); ++s) {
    const CliqueId id = v.set.cliques.id_at(s);
    const Clique& c = v.set.cliques[id];
    for_each_container(c, [&](const ContainerAt& at) { ContainerAddresses(v, id, at).run(); });
  }
}

}  // namespace grovec::passes
