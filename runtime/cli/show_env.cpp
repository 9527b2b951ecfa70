// show env: what each pod finds in its environment, its address, its rank and its peers.
#include "ir/labels.h"
#include "runtime/cli/showing.h"
#include "runtime/view/env.h"

namespace grovec::cli {

using namespace driver;
using ir::CliqueId;

namespace {

constexpr std::uint32_t kMostPeersListed = 8;

/// A set with its view.
struct Target {
  const CompiledSet& set;
  const SetView& view;
};

// A list on one line, each word between quotes, so that blanks and line breaks can be told.
std::string words_text(const std::vector<std::string>& words) {
  std::string text;
  JsonStream json(text, nullptr);
  json.begin_list();
  for (const std::string& word : words) json.value(word);
  json.end_list();
  return text;
}

void print_command(const ContainerEnv& c, FdWriter& out) {
  if (!c.command.empty()) out.write("    command " + words_text(c.command) + "\n");
  if (!c.args.empty()) out.write("    args " + words_text(c.args) + "\n");
  for (const auto& [mount, path] : c.sub_paths) out.write("    mount " + mount + " of " + path + "\n");
  std::string names;
  for (const std::string& name : c.unresolved) names += (names.empty() ? "$(" : ", $(") + name + ")";
  if (!names.empty()) out.write("    unresolved " + names + "\n");
}

void print_container(const ContainerEnv& c, FdWriter& out) {
  out.write(std::string(c.is_init ? "  init container " : "  container ") + c.name + "\n");
  for (const std::string& import : c.imports) out.write("    all keys of " + import + "\n");
  for (const Variable& v : c.variables)
    out.write("    " + v.name + (v.is_known ? "=" + v.value : " from " + v.value) + "\n");
  print_command(c, out);
}

void print_pod(const Target& t, const PodKey& key, bool all, bool peers, const std::string& alike, FdWriter& out) {
  const PodEnv env = pod_env(t.set, t.view, key);
  const std::optional<ir::GroupId> group = t.view.clique(key.clique).group;
  const std::string among =
      group ? t.view.group_replica_name(key.i, *group, key.j) : t.view.clique_name(key.i, key.j, key.clique);
  out.write(env.name + "\n");
  if (!alike.empty()) out.write("  alike    " + alike + "\n");
  out.write("  address  " + env.address + "\n");
  out.write("  gang     " + env.gang + "\n");
  out.write("  rank     " + std::to_string(env.rank) + " of " + std::to_string(env.size) + " in " + among + "\n");
  std::uint64_t rank = 0;
  if (peers)
    for_each_peer(t.view, key, [&](const PodKey& peer) {
      if (!all && rank >= kMostPeersListed) {
        out.write("           " + std::to_string(env.size - rank) + " more\n");
        return false;
      }
      if (rank != env.rank || env.size == 1)
        out.write((rank == (env.rank == 0 ? 1 : 0) ? "  peers    " : "           ") +
                  (env.size == 1 ? "none" : std::to_string(rank) + " " + pod_address(t.view, peer)) + "\n");
      ++rank;
      return !out.reader_gone();
    });
  for (const ContainerEnv& c : env.containers) print_container(c, out);
}

void write_pod(const Target& t, const PodKey& key, bool peers, JsonStream& json) {
  const PodEnv env = pod_env(t.set, t.view, key);
  json.begin_object().member("name", env.name).member("host", env.host).member("address", env.address);
  json.member("gang", env.gang).member("rank", env.rank).member("size", env.size).key("peers").begin_list();
  std::uint64_t rank = 0;
  if (peers)
    for_each_peer(t.view, key, [&](const PodKey& peer) {
      if (rank++ != env.rank) json.value(pod_address(t.view, peer));
      return true;
    });
  json.end_list().key("containers").begin_list();
  for (const ContainerEnv& c : env.containers) {
    json.begin_object().member("name", c.name).member("is_init", c.is_init).key("env").begin_list();
    for (const Variable& v : c.variables)
      json.begin_object().member("name", v.name).member(v.is_known ? "value" : "from", v.value).end_object();
    json.end_list().key("env_from").begin_list();
    for (const std::string& import : c.imports) json.value(import);
    json.end_list();
    auto list = [&](std::string_view key, const std::vector<std::string>& words) {
      json.key(key).begin_list();
      for (const std::string& word : words) json.value(word);
      json.end_list();
    };
    list("command", c.command);
    list("args", c.args);
    list("unresolved", c.unresolved);
    json.key("sub_paths").begin_list();
    for (const auto& [mount, path] : c.sub_paths)
      json.begin_object().member("mount", mount).member("path", path).end_object();
    json.end_list().end_object();
  }
  json.end_list().end_object();
}

/// Calls `f(PodKey, alike)` for the pods to print: all, or the first of each run with a text about the others.
template <class F>
void for_each_shown(const SetView& v, const std::vector<ReplicaRun>& runs, bool all, F&& f) {
  auto clique = [&](std::uint32_t i, std::uint32_t j, CliqueId c, const std::string& others) {
    const std::uint32_t pods = v.world().pods(i, j, c);
    if (!all && pods > 0) {
      std::string alike = pods > 1 ? (pods > 2 ? "pods " : "pod ") + index_range(1, pods - 1) : "";
      if (!others.empty()) alike += (alike.empty() ? "" : ", ") + others;
      return f(PodKey{i, j, c, 0}, alike);
    }
    for (std::uint32_t k = 0; k < pods; ++k)
      if (!f(PodKey{i, j, c, k}, std::string())) return false;
    return true;
  };
  auto replica = [&](const ReplicaRun& run, std::uint32_t i, const std::string& others) {
    for (CliqueId c : run.standalone)
      if (!clique(i, 0, c, others)) return false;
    for (const GroupPart& part : run.groups)
      for (const MemberRun& m : part.runs)
        for (std::uint32_t n = 0; n < (all ? m.count : 1); ++n)
          for (CliqueId c : m.cliques) {
            std::string more = others;
            if (!all && m.count > 1) {
              if (!more.empty()) more.insert(0, ", ");
              more.insert(0,
                          std::string(v.group(part.group).name) + " replicas " + index_range(m.first + 1, m.count - 1));
            }
            if (!clique(i, m.first + n, c, more)) return false;
          }
    return true;
  };
  for (const ReplicaRun& run : runs)
    for (std::uint32_t n = 0; n < (all ? run.count : 1); ++n) {
      const std::string others =
          !all && run.count > 1 ? "set replicas " + index_range(run.first + 1, run.count - 1) : std::string();
      if (!replica(run, run.first + n, others)) return;
    }
}

bool is_glob(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

// The pods of one PodClique: all, or the first with a text about the others.
template <class F>
void for_each_of_clique(const SetView& v, const PodKey& clique, bool all, F&& f) {
  const std::uint32_t pods = v.world().pods(clique.i, clique.j, clique.clique);
  v.world().population.for_each_pod(
      clique.i, clique.j, clique.clique, ir::PodOrder::kByIndex, [&](std::uint32_t k, const ir::PodSuffix&) {
        const bool has_others = !all && pods > 1;
        f(PodKey{clique.i, clique.j, clique.clique, k},
          has_others ? (pods > 2 ? "pods " : "pod ") + index_range(1, pods - 1) : std::string());
        return all;
      });
}

// Pods that match a pattern by name or host name. False: there are none.
template <class F>
bool for_each_matching(const Target& t, const std::string& pattern, const Selection& selection, F&& f) {
  bool found = false;
  for_each_shown(t.view, outline(t.view, selection), true, [&](const PodKey& key, const std::string&) {
    if (matches_glob(pattern, t.view.pod_name(key.i, key.j, key.clique, key.k)) ||
        matches_glob(pattern, t.view.host_name(key.i, key.j, key.clique, key.k))) {
      f(t, key, std::string());
      found = true;
    }
    return true;
  });
  return found;
}

void explain_suffix(const SetView& v, const std::string& name, const PodKey& key) {
  print_error("grovec: `" + name + "` is a pod of PodClique `" + v.clique_name(key.i, key.j, key.clique) +
              "`; which one says its label `" + std::string(ir::keys::kPodIndex) + "`\n");
}

// Pods that the command line names: by name with any suffix, by host name, or by their PodClique. False: one was not
// found anywhere.
template <class F>
bool for_each_named(const std::vector<Target>& targets, const ShowRequest& request, F&& f) {
  for (const std::string& wanted : request.pods) {
    bool found = false;
    for (const Target& t : targets) {
      if (is_glob(wanted)) {
        found |= for_each_matching(t, wanted, request.selection, f);
        continue;
      }
      for (const FoundPods& pods : find_pods(t.view, wanted)) {
        found = true;
        if (pods.is_live) explain_suffix(t.view, wanted, pods.pod);
        if (pods.is_one)
          f(t, pods.pod, std::string());
        else
          for_each_of_clique(t.view, pods.pod, request.all || request.is_json,
                             [&](const PodKey& key, const std::string& alike) { f(t, key, alike); });
      }
    }
    if (!found) {
      fail(kFound, "no pod has the name or host name `" + wanted + "`; `grovec show tree` lists them");
      return false;
    }
  }
  return true;
}

}  // namespace

int show_env(const ShowRequest& request, FdWriter& out) {
  std::vector<std::unique_ptr<SetView>> views;
  std::vector<Target> targets;
  for (const auto& set : request.compilation->sets) {
    views.push_back(std::make_unique<SetView>(set->world, *set->directory));
    if (views.back()->is_selected(request.selection)) targets.push_back({*set, *views.back()});
  }
  std::string buffer;
  JsonStream json(buffer, &out);
  if (request.is_json) json.begin_object().member("format_version", 1).key("pods").begin_list();
  bool is_first = true, has_all = true;
  auto show = [&](const Target& t, const PodKey& key, const std::string& alike) {
    if (request.is_json) {
      write_pod(t, key, request.peers, json);
    } else {
      if (!is_first) out.write("\n");
      print_pod(t, key, request.all || !request.pods.empty(), request.peers, alike, out);
    }
    is_first = false;
    return !out.reader_gone();
  };
  if (!request.pods.empty())
    has_all = for_each_named(
        targets, request, [&](const Target& t, const PodKey& key, const std::string& alike) { show(t, key, alike); });
  else
    for (const Target& t : targets)
      for_each_shown(t.view, outline(t.view, request.selection), request.all || request.is_json,
                     [&](const PodKey& key, const std::string& alike) { return show(t, key, alike); });
  if (request.is_json) {
    json.end_list().end_object().flush();
    out.write("\n");
  }
  return has_all ? kClean : kFound;
}

}  // namespace grovec::cli
