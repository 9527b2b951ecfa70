#include "runtime/driver/compile.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <tuple>

#include "backends/backends.h"
#include "backends/schedulers/scheduler.h"
#include "ir/desired/print.h"
#include "passes/admission/admit.h"
#include "passes/pipeline.h"
#include "passes/rules/object_names.h"
#include "passes/rules/verify_scale.h"
#include "runtime/driver/consequences.h"
#include "runtime/driver/parallel.h"
#include "runtime/driver/surroundings.h"

namespace grovec::driver {

using namespace ir;

namespace {

Result<std::vector<LoadedDocument>> load_input(Context& context, const Input& input, const LanguageOptions& language) {
  Result<std::string> text = read_input(input);
  if (!text) return text.error();
  return load_text(context, display_name(input), std::move(*text), language);
}

// Each input into a context of its own, so that threads share nothing.
Result<Done> load_operands(Compilation& c, const CompileRequest& request, std::vector<LoadedDocument>& documents) {
  Result<std::vector<Input>> inputs = expand_inputs(request.operands, request.input);
  if (!inputs) return inputs.error();
  std::vector<std::optional<Result<std::vector<LoadedDocument>>>> loaded(inputs->size());
  for (std::size_t i = 0; i < inputs->size(); ++i) c.files.push_back(std::make_unique<Context>());
  in_parallel(inputs->size(), request.threads, {},
              [&](std::size_t i) { loaded[i] = load_input(*c.files[i], (*inputs)[i], request.language); });
  for (const auto& result : loaded) {
    if (!*result) return result->error();
    documents.insert(documents.end(), (*result)->begin(), (*result)->end());
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
int apply_assumption(const Assumption& a, const PodCliqueSet& set, Arena& arena, Population& counts) {
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
                               Population& counts) {
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
  CompiledSet& set;
};

void print_after(void* context, const passes::PassInfo& pass, const passes::Module&) {
  auto* p = static_cast<PrintAfter*>(context);
  if (pass.name == p->wanted) p->set.printed += "# after " + std::string(pass.name) + "\n" + print(p->set.world);
}

/// Mistakes that are only about the length of names or about names that meet.
bool is_about_names(const DiagInfo& info) {
  for (const DiagInfo* kind : {static_cast<const DiagInfo*>(&diag::CliqueNameTooLong),
                               static_cast<const DiagInfo*>(&diag::MemberNameTooLong),
                               static_cast<const DiagInfo*>(&diag::HostNameTooLong),
                               static_cast<const DiagInfo*>(&diag::NameHasDots),
                               static_cast<const DiagInfo*>(&diag::SameObjectName)})
    if (kind == &info) return true;
  return false;
}

void allow_names(Diagnostics& diags, std::size_t from) {
  for (std::size_t i = from; i < diags.all().size(); ++i)
    if (is_about_names(*diags.all()[i].info)) diags.all()[i].severity = Severity::kWarning;
}

void admit_set(CompiledSet& set, const frontend::Document& document, const CompileRequest& request) {
  passes::Module& m = set.module;
  m.context.diags.begin_document(set.document);
  const std::size_t before = m.context.diags.all().size();
  passes::Admitted admitted = passes::admit(m.context, m.manifest, m.environment, {.compilable = !request.spec_only});
  m.defaulted = admitted.defaulted;
  m.spec = std::move(admitted.spec);
  drop_consequences(m.context, before, document);
  if (request.names_only) allow_names(m.context.diags, before);
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

// The same place in another context, for a note there.
OriginId copied_place(const Context& from, OriginId at, Context& to) {
  if (&from == &to || at == kNowhere) return at;
  const Origin& o = from.origins[at];
  const std::string_view name = from.sources.name(o.source);
  std::size_t s = 0;
  while (s < to.sources.size() && to.sources.name(static_cast<SourceId>(s)) != name) ++s;
  const SourceId source = s < to.sources.size()
                              ? static_cast<SourceId>(s)
                              : to.sources.add(std::string(name), std::string(from.sources.text(o.source)));
  return to.origins.add(source, o.begin, o.end);
}

// Sets that are sorted by name: equal ones stand side by side, in the order of the input.
void check_names(const Compilation& c) {
  for (std::size_t i = 1, first = 0; i < c.sets.size(); ++i) {
    const passes::Module &a = c.sets[first]->module, &b = c.sets[i]->module;
    if (a.spec.name != b.spec.name || a.spec.namespace_ != b.spec.namespace_ || b.spec.name.empty()) {
      first = i;
      continue;
    }
    b.context.diags.begin_document(c.sets[i]->document);
    b.context.diags.report(b.manifest["metadata"]["name"].at(), diag::SetDeclaredTwice, b.spec.name)
        .path("metadata.name")
        .note(copied_place(a.context, a.manifest["metadata"]["name"].at(), b.context), diag::DeclaredHere, b.spec.name);
  }
}

// Objects of different sets can have one name, too: replica 0 of set `a-0-x`, and a gang of group `x` of set `a`.
void check_names_across_sets(Compilation& c) {
  std::vector<passes::ObjectName> names;
  std::map<const PodCliqueSet*, const CompiledSet*> owners;
  for (const auto& set : c.sets) {
    owners[&set->module.spec] = set.get();
    std::vector<passes::ObjectName> own =
        passes::object_names(c.context.arena, set->module.spec, passes::scale_of(set->population));
    names.insert(names.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  passes::find_same_names(
      names, [&](const passes::ObjectName& first, const passes::ObjectName& second, const std::string& name) {
        const CompiledSet &a = *owners[first.set], &b = *owners[second.set];
        Context& context = b.module.context;
        context.diags.begin_document(b.document);
        context.diags.report(second.at, diag::SameObjectName, second.kind, name)
            .note(copied_place(a.module.context, first.at, context), diag::DeclaredHere, first.declared)
            .path(second.path);
      });
}

/// Runs `work` for every set: those of one context one after the other, different contexts in parallel.
void for_each_set(const Compilation& c, const CompileRequest& request, const std::function<void(CompiledSet&)>& work) {
  std::vector<CompiledSet*> sets;
  for (const auto& set : c.sets) sets.push_back(set.get());
  std::stable_sort(sets.begin(), sets.end(), [](const CompiledSet* a, const CompiledSet* b) {
    return std::tie(a->document) < std::tie(b->document);
  });
  std::vector<std::span<CompiledSet*>> parts;
  for (std::size_t i = 0, begin = 0; i < sets.size(); ++i)
    if (i + 1 == sets.size() || &sets[i + 1]->module.context != &sets[begin]->module.context) {
      parts.push_back(std::span(sets).subspan(begin, i + 1 - begin));
      begin = i + 1;
    }
  in_parallel(parts.size(), request.threads, {}, [&](std::size_t i) {
    for (CompiledSet* set : parts[i]) work(*set);
  });
}

}  // namespace

std::vector<const Context*> Compilation::contexts() const {
  std::vector<const Context*> out;
  for (const auto& file : files) out.push_back(file.get());
  out.push_back(&context);
  return out;
}

bool Compilation::failed() const {
  const std::vector<const Context*> all = contexts();
  return std::any_of(all.begin(), all.end(), [](const Context* c) { return c->diags.errors() > 0; });
}

Result<Done> compile_documents(Compilation& c, const CompileRequest& request,
                               const std::vector<LoadedDocument>& documents) {
  Result<std::vector<Assumption>> assumptions = parse_assumptions(request.assume_replicas);
  if (!assumptions) return assumptions.error();
  if (!request.init_image.empty()) c.environment.init_image = request.init_image;
  if (!request.default_namespace.empty()) c.environment.default_namespace = request.default_namespace;
  if (!request.namespace_.empty()) {
    c.environment.default_namespace = request.namespace_;
    c.environment.namespace_is_fixed = true;
  }
  c.environment.api = request.api;
  Result<Done> surroundings =
      read_surroundings(c.context, request.with, request.operator_config, documents, c.environment);
  if (!surroundings) return surroundings;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const LoadedDocument& d = documents[i];
    if (d.kind == DocumentKind::kBinding) add_topologies(c, d, request);
    if (d.kind == DocumentKind::kSet)
      c.sets.push_back(
          std::make_unique<CompiledSet>(*d.context, c.environment, d.document.root, static_cast<std::uint32_t>(i)));
    else
      c.foreign.push_back(d);
  }
  for_each_set(c, request,
               [&](CompiledSet& set) { admit_set(set, documents[set.document].document, request); });
  // Equal content gives equal bytes, whatever the order of the documents.
  std::stable_sort(c.sets.begin(), c.sets.end(), [](const auto& a, const auto& b) {
    const PodCliqueSet &x = a->module.spec, &y = b->module.spec;
    return std::tie(x.namespace_, x.name) < std::tie(y.namespace_, y.name);
  });
  check_names(c);
  if (c.failed() || request.spec_only) return Done{};
  for (auto& set : c.sets) {
    Result<Done> assumed =
        apply_assumptions(*assumptions, set->module.spec, set->module.context.arena, set->population);
    if (!assumed) return assumed.error();
  }
  if (c.sets.size() > 1) check_names_across_sets(c);
  for_each_set(c, request, [&](CompiledSet& set) {
    PrintAfter after{request.print_after, set};
    passes::expand(set.module, print_after, &after);
    set.module.context.diags.begin_document(set.document);
    passes::check_world(set.module.context, set.world, request.max_objects);
    set.plan = backends::plan_objects(set.module.context.arena, set.module.desired,
                                      {.owner_references = request.owner_references});
  });
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
  for (const auto& file : c->files) file->diags.sort(file->origins);
  c->context.diags.sort(c->context.origins);
  return c;
}

}  // namespace grovec::driver
