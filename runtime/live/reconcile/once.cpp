#include "runtime/live/reconcile/once.h"

#include "runtime/apply/requests.h"
#include "runtime/decide/patch.h"
#include "runtime/driver/compile_set.h"
#include "runtime/input/load.h"
#include "runtime/live/commands/documents.h"

namespace grovec::live {

using namespace ir;

namespace {

// The part of a manifest that can be compared with what is stored.
Value comparable(const Value& manifest, Arena& arena) {
  MappingBuilder metadata(arena);
  for (const std::string_view key : {"labels", "annotations"})
    if (const Value* v = manifest["metadata"].find(key); v && v->is_mapping()) metadata.set(key, *v);
  MappingBuilder out(arena);
  if (!metadata.empty()) out.set("metadata", metadata.build());
  return out.set("spec", manifest["spec"]).build();
}

struct Applied {
  bool is_written = false, is_new = false;
  std::shared_ptr<const Seen> trial;
};

Result<Applied> apply_one(kube::Client& client, Eyes& eyes, const SetKey& key, const Value& manifest, bool dry_run) {
  Arena arena;
  kube::Answer stored = client.call(apply::read_request(Kind::kPodCliqueSet, key.namespace_, key.name));
  if (stored.error && stored.status != 404) return *stored.error;
  if (!stored.error) {
    const auto live = eyes.read_tree(stored.body);
    if (live && decide::restore_patch(arena, (*live)->tree, comparable(manifest, arena)).is_null()) return Applied{};
  }
  const std::string path = apply::read_request(Kind::kPodCliqueSet, key.namespace_, key.name).path;
  kube::Request request = apply::apply_request(path, sendable(arena, manifest, key.namespace_), {.dry_run = dry_run});
  const kube::Answer answer = client.call(std::move(request));
  if (answer.error) return *answer.error;
  Applied out{.is_written = true, .is_new = stored.error.has_value(), .trial = nullptr};
  if (!dry_run) return out;
  Result<Seen> seen = eyes.read(Kind::kPodCliqueSet, answer.body);
  if (!seen) return seen.error();
  out.trial = std::make_shared<const Seen>(std::move(*seen));
  return out;
}

}  // namespace

Result<std::vector<AppliedSet>> apply_sets(kube::Client& client, const ClusterFacts& facts, const OnceOptions& options,
                                           const std::function<void(bool, const std::string&)>& say) {
  std::vector<AppliedSet> out;
  if (!options.from_cluster.empty()) out.push_back({{options.namespace_, options.from_cluster}, nullptr});
  Eyes eyes;
  const Result<std::vector<driver::Input>> inputs = driver::expand_inputs(options.files, {});
  if (!options.files.empty() && !inputs) return inputs.error();
  for (const driver::Input& input : options.files.empty() ? std::vector<driver::Input>() : *inputs) {
    Context context;
    Result<std::string> text = driver::read_input(input);
    if (!text) return text.error();
    const auto documents =
        driver::load_text(context, input.name.empty() ? input.path : input.name, std::move(*text), {});
    if (!documents) return documents.error();
    for (const driver::LoadedDocument& d : *documents) {
      const Value& root = d.document.root;
      if (d.document.broken) return Error{input.path + " cannot be read: see `grovec check`.", Error::kContent};
      if (d.kind != driver::DocumentKind::kSet) continue;
      SetKey key{std::string(root["metadata"]["namespace"].as_string()),
                 std::string(root["metadata"]["name"].as_string())};
      if (key.namespace_.empty()) key.namespace_ = options.namespace_;
      if (options.is_bound && key.namespace_ != options.namespace_)
        return Error{"PodCliqueSet " + key.namespace_ + "/" + key.name + " is not of the namespace `" +
                         options.namespace_ + "` that `-n` names",
                     Error::kUsage};
      // What the API server stores after admission: defaults are filled in here, as nothing else may do it there.
      const auto set = driver::compile_set(
          context, root, facts, {.default_namespace = key.namespace_, .until = driver::CompileUntil::kStored});
      if (!set || !(*set)->accepted)
        return Error{"PodCliqueSet " + key.namespace_ + "/" + key.name + " is refused: see `grovec check`.",
                     Error::kContent};
      Result<Applied> applied = apply_one(client, eyes, key, (*set)->module.defaulted, options.dry_run);
      if (!applied)
        return Error{"PodCliqueSet " + key.namespace_ + "/" + key.name + ": " + applied.error().message,
                     applied.error().kind};
      if (applied->is_written)
        say(false, std::string(applied->is_new ? "create" : "patch") + " PodCliqueSet " + key.namespace_ + "/" +
                       key.name + ": as the file says");
      out.push_back({std::move(key), std::move(applied->trial)});
    }
  }
  if (out.empty()) return Error{"There is no PodCliqueSet in the input.", Error::kContent};
  return out;
}

std::string waits_for(const View& view) {
  if (!view.manifest) return view.held.empty() ? "" : "what is left of the set to go";
  std::size_t wanted = 0, ready = 0, gated = 0, no_room = 0;
  for (const decide::LiveClique* c : view.observed.cliques)
    if (!c->meta.deleted) wanted += static_cast<std::size_t>(std::max(0, c->replicas));
  for (const decide::LivePod* p : view.observed.pods) {
    if (p->is_marked()) continue;
    ready += p->ready;
    gated += p->gated;
    no_room += p->no_room;
  }
  if (view.manifest->live.meta.deleted) return "the garbage collector";
  if (wanted > 0 && ready >= wanted) return "";
  std::string out =
      std::to_string(wanted - std::min(wanted, ready)) + " of " + std::to_string(wanted) + " pods to be ready";
  if (gated) out += ", " + std::to_string(gated) + " of them behind the gate of their gang";
  if (no_room) out += ", " + std::to_string(no_room) + " without room on any node";
  return out;
}

}  // namespace grovec::live
