// Addresses of the set's own pods that no pod has, or that a pod of another replica has.
#include <algorithm>
#include <optional>
#include <set>
#include <span>
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
  std::vector<bool> comments;  ///< of a shell: for each byte of the original, whether it stands in a comment
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
  std::string meant;  ///< no name server knows it, whatever replica it names: what was meant; empty: it is well-formed
};

std::vector<std::string_view> labels_of(std::string_view name) {
  std::vector<std::string_view> labels;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    labels.push_back(name.substr(at, dot - at));
    at = dot + 1;
  }
  if (labels.size() > 1 && labels.back().empty()) labels.pop_back();
  return labels;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether `text[begin, end)` is surely a host: `http://HOST`, `HOST:8080`, `user@HOST`.
bool is_host_position(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view before = text.substr(0, begin), behind = text.substr(end);
  if (before.ends_with("://") || before.ends_with("/dev/tcp/")) return true;
  if (!behind.starts_with(':')) return false;
  std::size_t n = 1;
  while (n < behind.size() && is_digit(behind[n])) ++n;
  return n > 2 && n < 7 &&
         (n == behind.size() || std::string_view(" \t\n,;/'\"?|&)").find(behind[n]) != std::string_view::npos);
}

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
    for (const char* list : {"command", "args"}) words(at_.container[list], has_shell_, list);
    for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) handler(at_.container[probe], probe);
    for (const char* hook : {"postStart", "preStop"})
      handler(at_.container["lifecycle"][hook], std::string("lifecycle.") + hook);
  }

 private:
  /// Without a variable that could bring it in, a text without the start of the set's names has none; that is most.
  bool may_have_address(const Value& scalar) const {
    const std::string_view text = scalar.as_string();
    if (text.size() < 3 || text.size() > kMostText) return false;
    return text.find('$') != std::string_view::npos || text.find(start_) != std::string_view::npos;
  }

  void words(const Value& list, bool in_shell, const std::string& field) {
    std::size_t n = 0;
    for (const Value& word : list.items()) {
      if (may_have_address(word)) text(word, in_shell, at_.path() + "." + field + "[" + std::to_string(n) + "]");
      ++n;
    }
  }
  void handler(const Value& node, const std::string& field) {
    words(node["exec"]["command"], has_shell(node["exec"]), field + ".exec.command");
    for (const char* kind : {"httpGet", "tcpSocket"})
      if (may_have_address(node[kind]["host"]))
        text(node[kind]["host"], false, at_.path() + "." + field + "." + kind + ".host");
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
    if (in_shell && text.find('#') != std::string_view::npos) {
      const ShellText script(text);
      for (std::size_t n = 0; n < text.size(); ++n) out.comments.push_back(script.is_comment(n));
    }
    return out;
  }

  using Labels = std::span<const std::string_view>;

  /// The address that a host name is, if it is one of this set. `is_host`: it surely is a host name.
  std::optional<Address> address_of(std::string_view name, bool is_host) const {
    const std::vector<std::string_view> labels = labels_of(name);
    const Labels all = labels;
    for (std::size_t s = 0; s < labels.size() && s < 2; ++s)
      if (const std::optional<Instance> service = match_name(service_, labels[s])) {
        const Labels behind = all.subspan(s + 1);
        const std::string_view host = s == 1 ? labels[0] : std::string_view();
        // A name alone could be anything's, and so could a word in front of one.
        if (behind.empty() && !is_host && !(s == 1 && host.starts_with(start_))) continue;
        if (lacks_part(behind)) return Address{service->set_replica, host, whole_address(host, service->set_replica)};
        if (behind.empty() || is_space(behind)) return Address{service->set_replica, host, {}};
      }
    const Owner owner = form_of(labels[0]);
    if (!owner.clique || !is_wrong_behind_host(all.subspan(1), is_host)) return std::nullopt;
    return Address{owner.at.set_replica, labels[0], whole_address(labels[0], owner.at.set_replica)};
  }

  std::string whole_address(std::string_view host, std::uint32_t replica) const {
    const std::string service =
        name_text(names::service_address(arena(), service_, v_.set.namespace_), Instance{.set_replica = replica});
    return std::string(host) + (host.empty() ? "" : ".") + service;
  }

  /// `NAMESPACE` or `NAMESPACE.svc…` behind the name of a Service.
  bool is_space(Labels behind) const {
    return behind[0] == v_.set.namespace_ && (behind.size() == 1 || behind[1] == "svc");
  }
  /// `svc…` without the namespace, or the namespace without `svc`.
  bool lacks_part(Labels behind) const {
    return !behind.empty() && behind[0] != v_.set.namespace_
               ? behind[0] == "svc"
               : behind.size() > 2 && behind[1] == "cluster" && behind[2] == "local";
  }

  /// Whether a name server would be asked for a pod that way, behind the host name of which no Service of the set
  /// follows.
  bool is_wrong_behind_host(Labels behind, bool is_host) const {
    if (behind.empty()) return is_host;
    if (behind[0] == "svc" || lacks_part(behind)) return true;
    if (behind[0] == v_.set.namespace_) return behind.size() == 1 ? is_host : behind[1] == "svc";
    const bool is_other = behind[0] == v_.set.name || behind[0].starts_with(start_);  // the Service of something else
    if (behind.size() == 1) return is_other || (is_host && is_clique(behind[0]));
    return is_space(behind.subspan(1)) && (is_other || behind.size() > 2);
  }

  bool is_clique(std::string_view name) const {
    return std::any_of(v_.set.cliques.begin(), v_.set.cliques.end(), [&](const Clique& c) { return c.name == name; });
  }

  /// The clique whose pods are called like this, whatever the indices.
  Owner form_of(std::string_view host) const {
    if (!host.starts_with(start_)) return {};
    for (std::size_t s = 0; s < v_.set.cliques.size(); ++s) {
      const CliqueId id = v_.set.cliques.id_at(s);
      if (const auto n = match_name(names::host(arena(), names::clique(arena(), v_.set, id)), host))
        return {&v_.set.cliques[id], *n};
    }
    return {};
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
        if (std::optional<Address> address = address_of(name, is_host_position(f.text, at, end)))
          found(*address, at, end);
      at = end;
    }
  }

  static std::uint32_t offset(std::size_t at) { return static_cast<std::uint32_t>(at); }

  void text(const Value& scalar, bool in_shell, const std::string& path) {
    const PodIndices first{0, 0, 0};
    const PodIndices last{set_replicas() - 1, group_replicas() - 1, std::max<std::int64_t>(clique_.replicas, 1) - 1};
    const Filled f = filled(scalar.as_string(), in_shell, first), g = filled(scalar.as_string(), in_shell, last);
    // An address that is the last replica's is another's for the first one.
    if (!report_missing(scalar, f, first, path) && !report_missing(scalar, g, last, path) &&
        !report_foreign(scalar, g, last, path))
      report_foreign(scalar, f, first, path);
  }

  OriginId place(const Value& scalar, const Filled& f, std::size_t begin, std::size_t end) const {
    const std::uint32_t from = f.sources[begin].begin, to = f.sources[end - 1].end;
    return part_of(v_.context, scalar, from, to - from);
  }
  /// What a variable says is judged where the variable is written.
  static bool is_elsewhere(const Filled& f, std::size_t begin, std::size_t end) {
    return f.sources[begin].is_variable_of_user && f.sources[begin].begin == f.sources[end - 1].begin;
  }

  bool report_missing(const Value& scalar, const Filled& f, const PodIndices& own, const std::string& path) {
    bool any = false;
    for_each_address(f, [&](const Address& a, std::size_t begin, std::size_t end) {
      if (is_elsewhere(f, begin, end) || is_in_comment(f, begin)) return;
      const std::string name = f.text.substr(begin, end - begin);
      const OriginId at = place(scalar, f, begin, end);
      if (a.meant.empty() && a.replica >= set_replicas()) {
        v_.context.diags.report(at, diag::AddressOfNoReplica, name, v_.set.name, set_replicas() - 1).path(path);
        any = true;
      } else if (!a.meant.empty()) {
        if (name == a.host && is_own(owner_of(a.host), own)) return;  // a pod knows its own name without asking
        DiagnosticBuilder found = v_.context.diags.report(at, diag::AddressOfNoPod, name, name);
        found.path(path).note(at, diag::DslDidYouMean, a.meant);
        any = true;
      } else if (!a.host.empty()) {
        const Owner owner = owner_of(a.host);
        if (owner.clique && owner.at.set_replica == a.replica) return;
        DiagnosticBuilder found = v_.context.diags.report(at, diag::AddressOfNoPod, name, a.host);
        found.path(path);
        // It is there, behind another Service.
        if (owner.clique) found.note(at, diag::DslDidYouMean, whole_address(a.host, owner.at.set_replica));
        any = true;
      }
    });
    return any;
  }

  bool is_own(const Owner& owner, const PodIndices& own) const {
    return owner.clique == &clique_ && owner.at.set_replica == own.set && owner.at.pod_index == own.pod &&
           (!clique_.group || owner.at.group_replica == own.group);
  }

  bool is_in_comment(const Filled& f, std::size_t at) const {
    return !f.comments.empty() && f.comments[f.sources[at].begin];
  }

  // A text that names pods of several replicas is a list of them, and means it.
  bool report_foreign(const Value& scalar, const Filled& f, const PodIndices& own, const std::string& path) {
    std::set<std::pair<std::int64_t, std::int64_t>> replicas;
    std::optional<std::tuple<std::size_t, std::size_t, std::string>> foreign;
    for_each_address(f, [&](const Address& a, std::size_t begin, std::size_t end) {
      if (is_in_comment(f, begin)) return;
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
    if (!foreign || replicas.size() > 1) return false;
    const auto& [begin, end, whose] = *foreign;
    v_.context.diags
        .report(place(scalar, f, begin, end), diag::AddressOfOtherReplica, f.text.substr(begin, end - begin), whose)
        .path(path);
    return true;
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
