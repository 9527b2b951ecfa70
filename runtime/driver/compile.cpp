#include "runtime/driver/compile.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "backends/backends.h"
#include "backends/schedulers/scheduler.h"
#include "ir/desired/print.h"
#include "passes/admit.h"
#include "passes/pipeline.h"
#include "runtime/driver/surroundings.h"

namespace grovec::driver {

using namespace ir;

namespace {

Result<Done> load_operands(Compilation& c, const CompileRequest& request, std::vector<LoadedDocument>& documents) {
  Result<std::vector<Input>> inputs = expand_inputs(request.operands, request.input);
  if (!inputs) return inputs.error();
  for (const Input& input : *inputs) {
    Result<std::string> text = read_input(input);
    if (!text) return text.error();
    Result<std::vector<LoadedDocument>> loaded =
        load_text(c.context, display_name(input), std::move(*text), request.language);
    if (!loaded) return loaded.error();
    documents.insert(documents.end(), loaded->begin(), loaded->end());
  }
  return Done{};
}

// --assume-replicas: the full name of an object, or KIND/NAME where two kinds share it.
struct Assumption {
  std::string kind, name;
  std::uint32_t replicas = 0;
  bool used = false;
};

Result<std::vector<Assumption>> parse_assumptions(const std::vector<std::string>& texts) {
  std::vector<Assumption> out;
  for (const std::string& text : texts) {
    Assumption a;
    std::size_t equals = text.rfind('=');
    std::string_view number =
        equals == std::string::npos ? std::string_view() : std::string_view(text).substr(equals + 1);
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), a.replicas);
    if (number.empty() || error != std::errc() || end != number.data() + number.size() || a.replicas > 0x7FFFFFFF)
      return Error{"`--assume-replicas " + text + "` is not NAME=N with a count N of 0 or more", 2};
    a.name = text.substr(0, equals);
    if (std::size_t slash = a.name.find('/'); slash != std::string::npos) {
      a.kind = a.name.substr(0, slash);
      a.name.erase(0, slash + 1);
      std::transform(a.kind.begin(), a.kind.end(), a.kind.begin(),
                     [](char ch) { return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + 32) : ch; });
    }
    out.push_back(std::move(a));
  }
  return out;
}

bool kind_matches(const std::string& given, std::string_view kind, std::string_view short_name) {
  return given.empty() || given == kind || given == short_name || given == std::string(kind) + "s";
}

// Applies an assumption to every object of this set that has the name; returns how many kinds did.
int apply_assumption(const Assumption& a, const PodCliqueSet& set, Arena& arena, Counts& counts) {
  int found = 0;
  if (kind_matches(a.kind, "podcliqueset", "pcs") && a.name == set.name) {
    counts.set_replicas(a.replicas);
    ++found;
  }
  if (kind_matches(a.kind, "podcliquescalinggroup", "pcsg"))
    for (std::size_t s = 0; s < set.groups.size(); ++s) {
      GroupId g = set.groups.id_at(s);
      if (auto n = match_name(names::scaling_group(arena, set.name, set.groups[g].name), a.name)) {
        counts.set_group(n->set_replica, g, a.replicas);
        ++found;
      }
    }
  if (kind_matches(a.kind, "podclique", "pclq"))
    for (std::size_t s = 0; s < set.cliques.size(); ++s) {
      CliqueId c = set.cliques.id_at(s);
      const Clique& clique = set.cliques[c];
      const Value name = clique.group
                             ? names::member_clique(arena, set.name, set.groups[*clique.group].name, clique.name)
                             : names::standalone_clique(arena, set.name, clique.name);
      if (auto n = match_name(name, a.name)) {
        counts.set_clique(n->set_replica, n->group_replica, c, a.replicas);
        ++found;
      }
    }
  return found;
}

Result<Done> apply_assumptions(std::vector<Assumption>& assumptions, const PodCliqueSet& set, Arena& arena,
                               Counts& counts) {
  for (Assumption& a : assumptions) {
    int found = apply_assumption(a, set, arena, counts);
    if (found > 1)
      return Error{"`--assume-replicas " + a.name + "` names objects of several kinds; write KIND/" + a.name, 2};
    a.used |= found > 0;
  }
  return Done{};
}

struct PrintAfter {
  std::string_view wanted;
  std::string* out;
};

void print_after(void* context, const passes::PassInfo& pass, const passes::Module& m) {
  auto* p = static_cast<PrintAfter*>(context);
  if (pass.name == p->wanted) *p->out += "# after " + std::string(pass.name) + "\n" + print(m.desired);
}

void admit_set(CompiledSet& set, bool spec_only) {
  passes::Module& m = set.module;
  passes::Admitted admitted = passes::admit(m.context, m.manifest, m.environment, {.compilable = !spec_only});
  m.defaulted = admitted.defaulted;
  m.spec = std::move(admitted.spec);
}

void add_topologies(Compilation& c, const LoadedDocument& d, const CompileRequest& request) {
  const TopologyBinding* binding = c.environment.find_binding(d.document.root["metadata"]["name"].as_string());
  if (!binding) return;
  for (const std::string& profile : c.environment.config.profiles) {
    const Value topology = backends::scheduler_named(profile).describe_topology(
        c.context.arena, *binding, {.owner_references = request.owner_references});
    if (!topology.is_null()) c.topologies.push_back(topology);
  }
}

// What only the whole run shows: another namespace than -n, a set that is there twice.
void check_set(const CompiledSet& set, const Compilation& c, Diagnostics& diags) {
  const PodCliqueSet& spec = set.module.spec;
  const Value& metadata = set.module.manifest["metadata"];
  const OriginId name_at = metadata["name"].at();
  for (const auto& other : c.sets)
    if (!spec.name.empty() && other->module.spec.name == spec.name && other->module.spec.namespace_ == spec.namespace_)
      diags.report(name_at, diag::SetDeclaredTwice, spec.name)
          .path("metadata.name")
          .note(other->module.manifest["metadata"]["name"].at(), diag::DeclaredHere, spec.name);
}

void check_size(const CompiledSet& set, std::uint64_t most, Diagnostics& diags) {
  const std::uint64_t objects = totals_of(set.module.desired).objects;
  if (objects <= most) return;
  const Value& manifest = set.module.manifest;
  const Value* replicas = manifest.find("spec", "replicas");
  diags.report(replicas ? replicas->at() : manifest.at(), diag::TooManyObjects, set.module.spec.name, objects, most)
      .path("spec.replicas");
}

}  // namespace

Result<Done> compile_documents(Compilation& c, const CompileRequest& request,
                               const std::vector<LoadedDocument>& documents) {
  Result<std::vector<Assumption>> assumptions = parse_assumptions(request.assume_replicas);
  if (!assumptions) return assumptions.error();
  if (!request.init_image.empty()) c.environment.init_image = request.init_image;
  if (!request.namespace_.empty()) {
    c.environment.default_namespace = request.namespace_;
    c.environment.namespace_is_fixed = true;
  }
  c.environment.api = request.api;
  Result<Done> surroundings =
      read_surroundings(c.context, request.with, request.operator_config, documents, c.environment);
  if (!surroundings) return surroundings;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    c.context.diags.begin_document(static_cast<std::uint32_t>(i));
    if (documents[i].kind == DocumentKind::kBinding) add_topologies(c, documents[i], request);
    if (documents[i].kind != DocumentKind::kSet) {
      c.foreign.push_back(documents[i]);
      continue;
    }
    auto set = std::make_unique<CompiledSet>(c.context, c.environment, documents[i].document.root);
    admit_set(*set, request.spec_only);
    check_set(*set, c, c.context.diags);
    c.sets.push_back(std::move(set));
  }
  // Equal content gives equal bytes, whatever the order of the documents.
  std::stable_sort(c.sets.begin(), c.sets.end(), [](const auto& a, const auto& b) {
    const PodCliqueSet &x = a->module.spec, &y = b->module.spec;
    return std::tie(x.namespace_, x.name) < std::tie(y.namespace_, y.name);
  });
  PrintAfter after{request.print_after, &c.printed};
  for (auto& set : c.sets) {
    if (c.failed() || request.spec_only) return Done{};
    Result<Done> assumed = apply_assumptions(*assumptions, set->module.spec, c.context.arena, set->module.counts);
    if (!assumed) return assumed.error();
    passes::expand(set->module, print_after, &after);
    check_size(*set, request.max_objects, c.context.diags);
    set->plan =
        backends::plan_objects(c.context.arena, set->module.desired, {.owner_references = request.owner_references});
  }
  for (const Assumption& a : *assumptions)
    if (!a.used)
      return Error{"`--assume-replicas " + a.name + "` names no set, scaling group or clique of the input", 2};
  return Done{};
}

Result<std::unique_ptr<Compilation>> compile(const CompileRequest& request) {
  auto c = std::make_unique<Compilation>();
  std::vector<LoadedDocument> documents;
  Result<Done> done = load_operands(*c, request, documents);
  if (!done) return done.error();
  if (documents.empty() && !c->failed()) return Error{"no manifest found in the input", 1};
  done = compile_documents(*c, request, documents);
  if (!done) return done.error();
  c->context.diags.sort(c->context.origins);
  return c;
}

}  // namespace grovec::driver
