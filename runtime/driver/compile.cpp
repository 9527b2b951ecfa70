#include "runtime/driver/compile.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "backends/schedulers/scheduler.h"
#include "ir/desired/print.h"
#include "passes/pipeline.h"
#include "passes/rules/verify_scale.h"
#include "passes/surroundings/read_environment.h"
#include "runtime/driver/assumptions.h"
#include "runtime/driver/check_object.h"
#include "runtime/driver/consequences.h"
#include "runtime/driver/names_of_sets.h"
#include "runtime/driver/parallel.h"
#include "runtime/driver/project_file.h"
#include "runtime/driver/surroundings.h"
#include "runtime/input/walked.h"

namespace grovec::driver {

using namespace ir;

namespace {

Result<std::vector<LoadedDocument>> load_input(Context& context, const Input& input, const LanguageOptions& language) {
  Result<std::string> text = read_input(input);
  if (!text) return text.error();
  return load_text(context, display_name(input), std::move(*text), language);
}

/// What is no manifest goes, with what was found wrong with it.
void keep_manifests(Context& context, bool is_patch, std::vector<LoadedDocument>& documents) {
  const bool is_grove = !documents.empty() && documents.front().is_grove;
  const bool is_template = !is_grove && context.diags.errors() > 0 && context.sources.size() > 0 &&
                           is_helm_template(context.sources.text(SourceId{0}));
  const bool is_no_manifest = !is_grove && context.diags.errors() > 0 && context.sources.size() > 0 &&
                              !is_meant_as_manifest(context.sources.text(SourceId{0}));
  if (is_patch || is_template || is_no_manifest) {
    documents.clear();
    context.diags.clear();
    return;
  }
  std::erase_if(documents, [&](const LoadedDocument& d) {
    if (d.is_grove || d.document.broken || reason_to_skip(d.document.root).empty()) return false;
    std::erase_if(context.diags.all(), [&](const Diagnostic& f) {
      const Origin& o = context.origins[f.at];
      return f.at != kNowhere && o.begin >= d.document.begin && o.begin < d.document.end;
    });
    return true;
  });
}

// Each input into a context of its own, so that threads share nothing.
Result<Done> load_operands(Compilation& c, const CompileRequest& request, std::vector<LoadedDocument>& documents) {
  Result<std::vector<Input>> inputs = expand_project(request.operands, request.input);
  if (!inputs) return inputs.error();
  std::map<std::string, std::string> patches;
  if (request.manifests_only) patches = patches_of(*inputs);
  std::vector<std::optional<Result<std::vector<LoadedDocument>>>> loaded(inputs->size());
  for (std::size_t i = 0; i < inputs->size(); ++i) c.files.push_back(std::make_unique<Context>());
  in_parallel(inputs->size(), request.threads, {},
              [&](std::size_t i) { loaded[i] = load_input(*c.files[i], (*inputs)[i], request.language); });
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    auto& result = loaded[i];
    if (!*result) return result->error();
    if (request.manifests_only && (*inputs)[i].is_walked)
      keep_manifests(*c.files[i], patches.contains((*inputs)[i].path), **result);
    documents.insert(documents.end(), (*result)->begin(), (*result)->end());
  }
  return Done{};
}

CompileOptions options_of(const CompileRequest& request) {
  CompileOptions options;
  options.api = request.api;
  if (!request.default_namespace.empty()) options.default_namespace = request.default_namespace;
  if (!request.namespace_.empty()) {
    options.default_namespace = request.namespace_;
    options.namespace_is_fixed = true;
  }
  if (!request.init_image.empty()) options.init_image = request.init_image;
  options.owner_references = request.owner_references;
  options.names_only = request.names_only;
  options.until = request.spec_only ? CompileUntil::kStored : CompileUntil::kPlanned;
  return options;
}

/// Each document with a set, in its own context: those of one context one after the other, different contexts in
/// parallel.
Result<Done> compile_sets(Compilation& c, const CompileRequest& request, const std::vector<LoadedDocument>& documents) {
  const CompileOptions options = options_of(request);
  std::vector<std::uint32_t> sets;
  for (std::size_t i = 0; i < documents.size(); ++i)
    if (documents[i].kind == DocumentKind::kSet) sets.push_back(static_cast<std::uint32_t>(i));
  std::vector<std::span<std::uint32_t>> parts;
  for (std::size_t i = 0, begin = 0; i < sets.size(); ++i)
    if (i + 1 == sets.size() || documents[sets[i + 1]].context != documents[sets[begin]].context) {
      parts.push_back(std::span(sets).subspan(begin, i + 1 - begin));
      begin = i + 1;
    }
  std::vector<std::optional<Result<std::unique_ptr<CompiledSet>>>> made(documents.size());
  in_parallel(parts.size(), request.threads, {}, [&](std::size_t part) {
    for (std::uint32_t i : parts[part]) {
      const LoadedDocument& d = documents[i];
      d.context->diags.begin_document(i);
      CompileOptions own = options;
      own.document = &d.document;
      made[i] = compile_set(*d.context, d.document.root, c.facts, own);
    }
  });
  for (std::uint32_t i : sets) {
    if (!*made[i]) return made[i]->error();
    c.sets.push_back(std::move(**made[i]));
    c.sets.back()->document = i;
  }
  return Done{};
}

/// The passes once more, for those who look on.
void print_after(CompiledSet& set, std::string_view wanted) {
  struct Watch {
    CompiledSet& set;
    std::string_view wanted;
  } watch{set, wanted};
  passes::Module again(set.module.context, set.environment, set.module.manifest);
  again.defaulted = set.module.defaulted;
  again.spec = set.module.spec;
  passes::expand(
      again,
      [](void* context, const passes::PassInfo& pass, const passes::Module& m) {
        auto* w = static_cast<Watch*>(context);
        if (pass.name == w->wanted)
          w->set.printed += "# after " + std::string(pass.name) + "\n" + print({m.desired, w->set.population});
      },
      &watch);
}

/// What passes through, but is of Grove's kinds. Bindings were checked when they were read.
void check_objects(const CompileOptions& options, const std::vector<LoadedDocument>& documents,
                   const ClusterFacts& facts) {
  Environment environment{facts};
  environment.default_namespace = options.default_namespace;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const LoadedDocument& d = documents[i];
    if (d.kind != DocumentKind::kForeign || d.document.broken) continue;
    const passes::KnownKind* kind = passes::exact_kind(d.document.root);
    if (!kind) continue;
    d.context->diags.begin_document(static_cast<std::uint32_t>(i));
    const std::size_t before = d.context->diags.all().size();
    check_object(*d.context, *kind, d.document.root, environment);
    drop_consequences(*d.context, before, d.document);
  }
}

void add_topologies(Compilation& c, const LoadedDocument& d, const CompileRequest& request) {
  const TopologyBinding* binding = c.facts.find_binding(d.document.root["metadata"]["name"].as_string());
  if (!binding) return;
  for (const std::string& profile : c.facts.config.profiles) {
    const Value topology = backends::scheduler_named(profile).describe_topology(
        c.context.arena, *binding, {.owner_references = request.owner_references});
    if (!topology.is_null()) c.topologies.push_back(topology);
  }
}

std::vector<CompiledSet*> pointers_to(const std::vector<std::unique_ptr<CompiledSet>>& sets) {
  std::vector<CompiledSet*> out;
  for (const auto& set : sets) out.push_back(set.get());
  return out;
}

// The objects that are given as texts.
Result<Done> read_texts(Compilation& c, const CompileRequest& request, std::string_view default_namespace) {
  if (!request.with.empty()) return Done{};
  for (const auto& [name, text] : request.surroundings) {
    Result<std::vector<LoadedDocument>> documents = load_text(c.context, name, text, {});
    if (!documents) return documents.error();
    for (const LoadedDocument& d : *documents)
      if (!d.document.broken) passes::read_environment_object(c.context, d.document.root, default_namespace, c.facts);
  }
  return Done{};
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
  Result<Assumptions> assumptions = Assumptions::parse(request.assume_replicas);
  if (!assumptions) return assumptions.error();
  const CompileOptions options = options_of(request);
  Result<Done> done = read_texts(c, request, options.default_namespace);
  if (!done) return done;
  done = read_surroundings(c.context, request.with, request.operator_config, documents, options.default_namespace,
                           c.facts);
  if (!done) return done;
  for (const LoadedDocument& d : documents) {
    if (d.kind == DocumentKind::kBinding) add_topologies(c, d, request);
    if (d.kind != DocumentKind::kSet) c.foreign.push_back(d);
  }
  check_objects(options, documents, c.facts);
  done = compile_sets(c, request, documents);
  if (!done) return done;
  // Equal content gives equal bytes, whatever the order of the documents.
  std::stable_sort(c.sets.begin(), c.sets.end(), [](const auto& a, const auto& b) { return comes_before(*a, *b); });
  const std::vector<CompiledSet*> sets = pointers_to(c.sets);
  find_equal_sets(sets);
  // Contexts that are not the compilation's own may have findings, too.
  const bool all_planned =
      std::all_of(sets.begin(), sets.end(), [](const CompiledSet* set) { return set->is_planned; });
  if (c.failed() || !all_planned || request.spec_only) return Done{};
  done = assumptions->apply(c.sets);
  if (!done) return done;
  find_names_across_sets(c.context.arena, sets);
  for (const auto& set : c.sets) {
    set->module.context.diags.begin_document(set->document);
    passes::check_world(set->module.context, set->world, request.max_objects);
    if (!request.print_after.empty()) print_after(*set, request.print_after);
  }
  return Done{};
}

Result<std::unique_ptr<Compilation>> compile(const CompileRequest& request) {
  auto c = std::make_unique<Compilation>();
  std::vector<LoadedDocument> documents;
  Result<Done> done = load_operands(*c, request, documents);
  if (done && !request.may_be_empty) done = check_used(request.language, documents);
  if (!done) return done.error();
  if (documents.empty() && !c->failed() && !request.may_be_empty)
    return Error{"no manifest found in the input", Error::kContent};
  done = compile_documents(*c, request, documents);
  if (!done) return done.error();
  for (const auto& file : c->files) file->diags.sort(file->origins);
  c->context.diags.sort(c->context.origins);
  return c;
}

}  // namespace grovec::driver
