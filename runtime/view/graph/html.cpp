// One self-contained page. What it needs to know is written as templates and ranges: the page fills in names, YAML and
// environment of the object that somebody looks at.
#include <algorithm>
#include <utility>

#include "ir/names.h"
#include "ir/value/writer.h"
#include "runtime/output/json_stream.h"
#include "runtime/output/xml.h"
#include "runtime/view/graph/assets.h"
#include "runtime/view/graph/render.h"
#include "runtime/view/graph/source_lines.h"
#include "runtime/view/startup.h"

namespace grovec::driver {

using namespace ir;

namespace {

/// Records text with holes as a JSON list: strings, holes by number, `["c",kind,index]` for counts, and
/// `["r",kind,index,variable,before,empty,between,after,body]` for repeats.
class SegmentSink final : public TextSink {
 public:
  explicit SegmentSink(JsonStream& json) : j_(json) { j_.begin_list(); }
  void finish() {
    flush();
    j_.end_list();
  }
  void text(std::string_view text) override { pending_ += text; }
  void hole(Hole hole) override {
    flush();
    j_.value(static_cast<std::uint32_t>(hole));
  }
  void count(const CountHole& hole) override {
    flush();
    j_.begin_list().value("c").value(static_cast<std::uint32_t>(hole.kind)).value(hole.index).end_list();
  }
  void repeat(const Repeat& repeat, const RepeatText& around, const std::function<void()>& body) override {
    flush();
    j_.begin_list().value("r").value(static_cast<std::uint32_t>(repeat.count.kind)).value(repeat.count.index);
    j_.value(static_cast<std::uint32_t>(repeat.variable));
    j_.value(around.before).value(around.empty).value(around.between).value(around.after).begin_list();
    body();
    flush();
    j_.end_list().end_list();
  }

 private:
  void flush() {
    if (!pending_.empty()) j_.value(pending_);
    pending_.clear();
  }
  JsonStream& j_;
  std::string pending_;
};

/// Which node of the tree an object belongs to.
struct Home {
  char level;  ///< s set, r set replica, g group, m group replica, c PodClique, p pod
  std::int64_t owner = -1;
};

/// Writes everything about one set.
class SetData {
 public:
  SetData(const GraphSet& set, const Selection& selection, JsonStream& json)
      : set_(*set.set),
        v_(*set.view),
        d_(v_.desired()),
        life_(set.life),
        selection_(selection),
        lines_(set.set->module.context, set.set->module.manifest),
        j_(json) {}

  void write() {
    const std::vector<ReplicaRun> runs = outline(v_, selection_);
    j_.begin_object().member("name", v_.set().name).member("namespace", v_.set().namespace_);
    j_.member("scheduler", d_.scheduler_label).member("priority", v_.set().priority_class_name);
    j_.member("pack", pack_of_gang(std::nullopt)).member("replicas", v_.world().replicas());
    gpus("shared", v_.replica_claims());
    totals(runs);
    names();
    counts();
    cliques();
    groups();
    outline_runs(runs);
    layers();
    descriptions();
    lines_.write_source(v_.set().node, j_);
    if (life_) life();
    j_.end_object();
  }

 private:
  void life() {
    j_.key("life").begin_object().member("at", life_->at).member("state", life_->state).key("reasons").begin_list();
    for (const std::string& reason : life_->reasons) j_.value(reason);
    j_.end_list().key("pods").begin_object();
    for (const auto& [clique, pods] : life_->pods) {
      j_.key(clique).begin_list();
      for (const GraphPod& pod : pods) {
        j_.begin_list().value(pod.index).value(pod.name).value(pod.state).begin_list();
        for (const std::string& reason : pod.reasons) j_.value(reason);
        j_.end_list().end_list();
      }
      j_.end_list();
    }
    j_.end_object().end_object();
  }

  std::string pack_of_gang(std::optional<GroupId> g) const {
    for (const GangShape& gang : d_.gangs)
      if (gang.group == g) return pack_text(d_, gang.pack);
    return {};
  }

  void resources(const Resources& r) {
    j_.key("resources").begin_list();
    for (const auto& [name, amount] : r.amounts()) {
      j_.begin_list().value(name).value(amount_text(name, amount.requests));
      j_.value(amount.has_limit ? amount_text(name, amount.limits) : std::string("none")).end_list();
    }
    j_.end_list();
  }

  // Whole devices, slices, nodes with all they have: three things that nobody may add up.
  void gpus(std::string_view key, const Resources& r) {
    j_.key(key).begin_list().value(r.gpus()).value(r.gpu_slices()).value(r.gpu_nodes()).end_list();
  }

  void totals(const std::vector<ReplicaRun>& runs) {
    const Sums sums = sums_of(v_, runs);
    j_.key("totals").begin_object().member("pods", sums.pods).member("pod_cliques", sums.pod_cliques);
    j_.member("base_gangs", sums.base_gangs).member("scaled_gangs", sums.scaled_gangs);
    gpus("gpus", sums.resources);
    // Services, claims and the like belong to no selected part, so the page shows this number for whole sets only.
    j_.member("objects", selection_.empty() ? totals_of(v_.world()).objects : 0);
    resources(sums.resources);
    j_.end_object();
  }

  // Patterns, which the page fills in: it spells no name itself.
  void names() {
    const PodCliqueSet& set = v_.set();
    const Value service = names::service(arena_, set.name);
    j_.key("names").begin_object().key("replica");
    segments(service);
    auto of_groups = [&](std::string_view key, auto name) {
      j_.key(key).begin_list();
      for (std::size_t s = 0; s < set.groups.size(); ++s) segments(name(set.groups.id_at(s)));
      j_.end_list();
    };
    auto of_cliques = [&](std::string_view key, auto name) {
      j_.key(key).begin_list();
      for (std::size_t s = 0; s < set.cliques.size(); ++s)
        segments(name(names::clique(arena_, set, set.cliques.id_at(s))));
      j_.end_list();
    };
    of_groups("groups", [&](GroupId g) { return names::scaling_group(arena_, set, g); });
    of_groups("members", [&](GroupId g) { return names::group_replica(arena_, set, g); });
    of_groups("gangs", [&](GroupId g) { return names::gang(arena_, set, g); });
    of_cliques("cliques", [](const Value& clique) { return clique; });
    of_cliques("pods", [&](const Value& clique) { return names::pod(arena_, clique); });
    of_cliques("hosts", [&](const Value& clique) { return names::host(arena_, clique); });
    of_cliques("addresses", [&](const Value& clique) {
      return names::pod_address(arena_, names::host(arena_, clique), service, set.namespace_);
    });
    j_.end_object();
  }

  void counts() {
    j_.key("counts").begin_object().key("groups").begin_list();
    for (const auto& [key, n] : v_.world().population.groups()) {
      j_.begin_list().value(std::get<0>(key)).value(static_cast<std::uint32_t>(std::get<1>(key))).value(n).end_list();
    }
    j_.end_list().key("cliques").begin_list();
    for (const auto& [key, live] : v_.world().population.cliques()) {
      const auto& [i, j, c] = key;
      j_.begin_list().value(i).value(j).value(static_cast<std::uint32_t>(c)).value(live.replicas);
      if (live.has_pods) pods(live);
      j_.end_list();
    }
    j_.end_list().end_object();
  }

  // Pods that live, by index: their suffixes are what they are.
  void pods(const LiveClique& live) {
    j_.begin_list();
    for (const LivePod& pod : live.by_index) j_.begin_list().value(pod.index).value(text_of(pod.suffix)).end_list();
    j_.end_list();
  }

  void starts_after(std::string_view key, CliqueId c, std::uint32_t j) {
    j_.key(key).begin_list();
    for (const StartDependency& dependency : d_.clique_shapes[d_.shape_of(c, j)].starts_after) {
      j_.begin_list().value(static_cast<std::uint32_t>(dependency.clique));
      j_.value(static_cast<std::uint32_t>(dependency.reach)).value(d_.min_available(dependency.clique)).end_list();
    }
    j_.end_list();
  }

  void cliques() {
    j_.key("cliques").begin_list();
    for (std::size_t s = 0; s < v_.set().cliques.size(); ++s) {
      const CliqueId c = v_.set().cliques.id_at(s);
      const Clique& clique = v_.clique(c);
      j_.begin_object().member("name", clique.name).member("role", clique.role_name).member("pods", clique.replicas);
      j_.member("min", d_.min_available(c));
      gpus("gpus", v_.pod_resources(c));
      gpus("shared", v_.clique_claims(c));
      j_.member("group", clique.group ? static_cast<std::int64_t>(*clique.group) : std::int64_t{-1});
      j_.member("pack", d_.clique_packs.empty() ? std::string() : pack_text(d_, d_.clique_packs[s]));
      j_.member("hash", d_.template_hashes.empty() ? std::string() : d_.template_hashes[s]);
      resources(v_.pod_resources(c));
      starts_after("base", c, 0);
      starts_after("scaled", c, clique.group ? d_.min_available(*clique.group) : 0);
      lines_.write(clique.node, j_);
      j_.end_object();
    }
    j_.end_list();
  }

  void groups() {
    j_.key("groups").begin_list();
    for (std::size_t s = 0; s < v_.set().groups.size(); ++s) {
      const GroupId g = v_.set().groups.id_at(s);
      const ScalingGroup& group = v_.group(g);
      j_.begin_object()
          .member("name", group.name)
          .member("replicas", group.replicas)
          .member("min", d_.min_available(g));
      gpus("shared", v_.group_claims(g));
      gpus("each", v_.group_replica_claims(g));
      j_.member("pack", d_.group_packs.empty() ? std::string() : pack_text(d_, d_.group_packs[s]));
      j_.member("scaled_pack", pack_of_gang(g)).key("cliques").begin_list();
      for (CliqueId c : group.cliques) j_.value(static_cast<std::uint32_t>(c));
      j_.end_list();
      lines_.write(group.node, j_);
      j_.end_object();
    }
    j_.end_list();
  }

  void clique_list(const std::vector<CliqueId>& cliques) {
    j_.begin_list();
    for (CliqueId c : cliques) j_.value(static_cast<std::uint32_t>(c));
    j_.end_list();
  }

  void outline_runs(const std::vector<ReplicaRun>& runs) {
    j_.key("runs").begin_list();
    for (const ReplicaRun& run : runs) {
      j_.begin_list().value(run.first).value(run.count).value(run.has_base_gang);
      clique_list(run.standalone);
      j_.begin_list();
      for (const GroupPart& part : run.groups) {
        j_.begin_list().value(static_cast<std::uint32_t>(part.group)).begin_list();
        for (const MemberRun& m : part.runs) {
          j_.begin_list().value(m.first).value(m.count).value(m.is_scaled);
          clique_list(m.cliques);
          j_.end_list();
        }
        j_.end_list().end_list();
      }
      j_.end_list().end_list();
    }
    j_.end_list();
  }

  void layers() {
    j_.key("layers").begin_list();
    for (const Layer& layer : set_.plan.layers)
      for (const Block& block : layer.blocks)
        for (const ObjectClass& cls : block.classes) {
          const Home home = home_of(layer, block, cls);
          j_.begin_list().value(std::string_view(&home.level, 1)).value(home.owner);
          j_.value(static_cast<std::uint32_t>(block.loop)).value(static_cast<std::uint32_t>(cls.base));
          j_.value(static_cast<std::uint32_t>(cls.scaled)).value(cls.pod_loop == PodLoop::kReplicas).end_list();
        }
    j_.end_list();
  }

  Home home_of(const Layer& layer, const Block& block, const ObjectClass& cls) const {
    const Description& d = set_.plan.descriptions[cls.base];
    if (cls.pods_of) return {'p', static_cast<std::int64_t>(*cls.pods_of)};
    if (!layer.each_set_replica) return {'s'};
    switch (d.kind) {
      case ObjectKind::kPodGang:
      case ObjectKind::kKaiPodGroup:
      case ObjectKind::kVolcanoPodGroup:
        return block.group ? Home{'m', static_cast<std::int64_t>(*block.group)} : Home{'r'};
      case ObjectKind::kService:
      case ObjectKind::kComputeDomain:
        return {'r'};
      default:
        if (d.part.clique) return {'c', static_cast<std::int64_t>(*d.part.clique)};
        if (d.part.group) return {block.loop == GroupLoop::kNone ? 'g' : 'm', static_cast<std::int64_t>(*d.part.group)};
        return {'r'};
    }
  }

  void segments(const Value& text) {
    SegmentSink sink(j_);
    append_pattern(text, sink);
    sink.finish();
  }

  static void append_pattern(const Value& text, TextSink& sink) {
    if (text.is_string()) {
      sink.text(text.as_string());
      return;
    }
    for (const Piece& p : text.pieces())
      if (p.is_hole)
        sink.hole(p.hole);
      else
        sink.text(p.text);
  }

  void descriptions() {
    j_.key("descriptions").begin_list();
    for (const Description& d : set_.plan.descriptions) {
      j_.begin_object().member("kind", info_of(d.kind).kind).key("name");
      segments(d.name);
      j_.key("yaml");
      SegmentSink sink(j_);
      ir::write(d.tree, Format::kYaml, sink);
      sink.finish();
      if (d.kind == ObjectKind::kPod) environment(d.tree);
      j_.end_object();
    }
    j_.end_list();
  }

  void strings(std::string_view key, const Value& map) {
    j_.key(key).begin_object();
    for (const Member& m : map.members()) {
      j_.key(m.key);
      segments(m.value);
    }
    j_.end_object();
  }

  void environment(const Value& pod) {
    strings("labels", pod["metadata"]["labels"]);
    strings("annotations", pod["metadata"]["annotations"]);
    j_.member("account", pod["spec"]["serviceAccountName"].as_string());
    j_.key("containers").begin_list();
    for (const Value& c : pod["spec"]["initContainers"].items()) container(c, true);
    for (const Value& c : pod["spec"]["containers"].items()) container(c, false);
    j_.end_list();
  }

  void container(const Value& c, bool is_init) {
    j_.begin_object().member("name", c["name"].as_string()).member("init", is_init).key("env").begin_list();
    for (const Value& v : c["env"].items()) {
      j_.begin_object().member("name", v["name"].as_string());
      const Value& source = v["valueFrom"];
      if (source.find("fieldRef"))
        j_.member("field", source["fieldRef"]["fieldPath"].as_string());
      else if (source.is_mapping() && !source.members().empty())
        j_.member("from", source.members().front().key).member("key", reference(source.members().front().value));
      else {
        j_.key("value");
        segments(v["value"]);
      }
      j_.end_object();
    }
    j_.end_list().end_object();
  }

  // `name, key k` of a config map or secret; the resource of a resourceFieldRef.
  static std::string reference(const Value& source) {
    std::string out(source.find("resource") ? source["resource"].as_string() : source["name"].as_string());
    if (const Value* key = source.find("key")) out += ", key " + std::string(key->as_string());
    return out;
  }

  Arena arena_;
  const CompiledSet& set_;
  const SetView& v_;
  const Desired& d_;
  const GraphLife* life_;
  const Selection& selection_;
  SourceLines lines_;
  JsonStream& j_;
};

// `<` cannot end the script element that holds the data.
std::string script_safe(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (char c : json) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

struct Replacement {
  std::string_view mark;
  std::string text;
};

// One pass over the template: what was put in is never looked at again.
std::string fill_template(std::string_view page, const std::vector<Replacement>& replacements) {
  std::string out;
  while (!page.empty()) {
    std::size_t first = std::string_view::npos;
    const Replacement* next = nullptr;
    for (const Replacement& r : replacements)
      if (const std::size_t at = page.find(r.mark); at < first) {
        first = at;
        next = &r;
      }
    out += page.substr(0, first);
    if (!next) break;
    out += next->text;
    page.remove_prefix(first + next->mark.size());
  }
  return out;
}

}  // namespace

namespace {

struct PlanMarkup {
  std::string tab, panel, headline;
};

PlanMarkup markup_of(const GraphPlan* plan) {
  if (!plan) return {};
  return {
      "<button role=\"tab\" id=\"tab-plan\" aria-controls=\"panel-plan\" aria-selected=\"false\" tabindex=\"-1\" "
      "type=\"button\">Plan</button>\n",
      "<div id=\"panel-plan\" role=\"tabpanel\" aria-labelledby=\"tab-plan\" tabindex=\"-1\">\n" + plan->report +
          "</div>\n",
      "<p id=\"headline\">" + xml_escaped(plan->headline) + "</p>\n"};
}

}  // namespace

std::string graph_html(const std::vector<GraphSet>& sets, const Selection& selection, const GraphPlan* plan) {
  std::string data, title, pictures;
  JsonStream json(data);
  json.begin_object().member("format_version", 1).key("sets").begin_list();
  for (const GraphSet& set : sets) {
    SetData(set, selection, json).write();
    title += (title.empty() ? "" : ", ") + std::string(set.view->set().name);
    pictures += "<div class=\"picture\">" + graph_svg_inline(make_graph(*set.view, selection)) + "</div>\n";
  }
  json.end_list();
  if (plan) json.key("plan").raw(plan->json);
  json.end_object();
  if (plan) title = plan->title;
  const PlanMarkup markup = markup_of(plan);
  const std::string light(kLightColors), dark(kDarkColors);
  const std::string colors = ":root{color-scheme:light;" + light +
                             "}\n@media(prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;" +
                             dark + "}}\n:root[data-theme=dark]{color-scheme:dark;" + dark + "}\n" + graph_style() +
                             "\n";
  return fill_template(assets::page_html(), {{"@TITLE@", xml_escaped(title)},
                                             {"@STYLE@", colors + std::string(assets::page_css())},
                                             {"@HEADLINE@", markup.headline},
                                             {"@PLAN_TAB@", markup.tab},
                                             {"@PLAN@", markup.panel},
                                             {"@PICTURES@", pictures},
                                             {"@DATA@", script_safe(data)},
                                             {"@SCRIPT@", std::string(assets::page_js())}});
}

}  // namespace grovec::driver
