// krm: a KRM function, as kustomize and kpt call it. The sets stay as they are written; what the operator would make of
// them is for review only.
#include <unistd.h>

#include "ir/base/render.h"
#include "ir/value/writer.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/krm/function_config.h"
#include "runtime/cli/krm/resource_list.h"
#include "runtime/driver/project_file.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

using namespace ir;
using driver::LoadedDocument;

constexpr std::uint64_t kMostObjects = 100'000;
constexpr std::size_t kNoItem = SIZE_MAX;

// A document that was checked, and the item that it comes from.
struct Origin {
  const Value* item;
  std::size_t index;
};

/// One run of the function.
class Function {
 public:
  Function(driver::Compilation& compilation, ResourceList& list, KrmOptions options)
      : compilation_(compilation), list_(list), options_(std::move(options)) {}

  Result<Done> run() {
    if (is_source(list_.function_config()) && !has_item_like(list_.function_config()))
      if (Result<Done> done = add_source(list_.function_config(), kNoItem); !done) return done;
    for (std::size_t i = 0; i < list_.items().size(); ++i) {
      const Value& item = list_.items()[i];
      if (is_source(item)) {
        if (Result<Done> done = add_source(item, i); !done) return done;
      } else {
        add({without_internal_annotations(context().arena, item), SourceId{}, static_cast<std::uint32_t>(i)}, item, i);
      }
    }
    options_.request.max_objects = kMostObjects;
    Result<Done> done = driver::compile_documents(compilation_, options_.request, documents_);
    if (!done) return done;
    report();
    if (!failed_) edit();
    return Done{};
  }

  bool failed() const { return failed_; }
  Value results() { return results_.empty() ? Value::null() : make_sequence(context().arena, results_); }
  Context& context() { return *compilation_.files[0]; }
  // Sets of the function's own text, which are in no item.
  const std::vector<Value>& generated() const { return generated_; }

 private:
  static bool is_source(const Value& item) {
    return item["kind"].as_string() == "GroveSource" && item["apiVersion"].as_string().starts_with("grovec.dev/");
  }

  // kustomize hands a generator's configuration over as an item, too.
  bool has_item_like(const Value& config) const {
    const std::span<const Value> items = list_.items();
    return std::any_of(items.begin(), items.end(), [&](const Value& item) {
      return is_source(item) && equal(item["metadata"]["name"], config["metadata"]["name"]);
    });
  }

  void add(frontend::Document document, const Value& item, std::size_t index) {
    documents_.push_back({document, driver::kind_of(document.root), &context()});
    origins_.push_back({&item, index});
  }

  Result<Done> add_source(const Value& source, std::size_t index) {
    Result<driver::LanguageOptions> language = source_language(source, options_.request.language);
    if (!language) return language.error();
    const std::string name = std::string(source["metadata"]["name"].as_string()) + ".grove";
    Result<std::vector<LoadedDocument>> sets =
        driver::load_text(context(), name, std::string(source["spec"]["text"].as_string()), *language);
    if (!sets) return sets.error();
    for (const LoadedDocument& d : *sets) {
      frontend::Document document = d.document;
      document.root = placed(document.root, source["metadata"]["namespace"]);
      add(document, source, index);
    }
    sources_.push_back(index);
    return Done{};
  }

  // The namespace that kustomize gave to the source is that of its sets.
  Value placed(const Value& set, const Value& ns) {
    if (!ns.is_string() || set["metadata"].find("namespace")) return set;
    const Value metadata =
        MappingBuilder(context().arena, set["metadata"]).set("namespace", ns).build(set["metadata"].at());
    return MappingBuilder(context().arena, set).set("metadata", metadata).build(set.at());
  }

  void edit() {
    if (options_.objects) return edit_objects();
    for (std::size_t index : sources_) {
      std::vector<Value> sets;
      for (std::size_t i = 0; i < documents_.size(); ++i)
        if (origins_[i].index == index) sets.push_back(with_path(documents_[i].document.root, *origins_[i].item));
      if (index == kNoItem)
        generated_ = std::move(sets);
      else
        list_.replace(index, std::move(sets));
    }
  }

  // kpt writes an item into the file that it names.
  Value with_path(const Value& set, const Value& source) {
    const std::string_view path = file_of(source).path;
    if (path.empty()) return set;
    Arena& a = context().arena;
    const Value annotations = MappingBuilder(a, set["metadata"]["annotations"])
                                  .set("config.kubernetes.io/path", Value::string(path))
                                  .set("internal.config.kubernetes.io/path", Value::string(path))
                                  .build();
    return MappingBuilder(a, set)
        .set("metadata", MappingBuilder(a, set["metadata"]).set("annotations", annotations).build())
        .build();
  }

  void edit_objects() {
    Arena& a = context().arena;
    std::vector<std::vector<Value>> objects(list_.items().size());
    for (const auto& set : compilation_.sets) {
      const std::size_t index = origins_[set->document].index;
      std::vector<Value>& to = index == kNoItem ? generated_ : objects[index];
      enumerate(set->plan, set->world, [&](const Description& d, const Instance& n) {
        to.push_back(instantiate(d.tree, n, set->world, a));
        return true;
      });
    }
    for (std::size_t i = 0; i < objects.size(); ++i)
      if (driver::kind_of(list_.items()[i]) == driver::DocumentKind::kSet || is_source(list_.items()[i]))
        list_.replace(i, std::move(objects[i]));
    MappingBuilder warning(a);
    warning.set("message", Value::string("mode `objects` is for review: the operator makes these objects itself; apply "
                                         "the PodCliqueSets"));
    results_.push_back(warning.set("severity", Value::string("warning")).build());
  }

  void report() {
    for (const Context* c : compilation_.contexts())
      for (const Diagnostic& d : c->diags.all()) {
        failed_ |= d.severity == Severity::kError || (options_.fail_on_warning && d.severity == Severity::kWarning);
        results_.push_back(result_of(d, *c));
      }
  }

  Value result_of(const Diagnostic& d, const Context& from) {
    Arena& a = context().arena;
    auto text = [&](std::string_view t) { return Value::string(a.copy(t)); };
    MappingBuilder out(a);
    const Value* item = &from == &context() ? item_of(d) : nullptr;
    std::string message = d.message + " [" + code_text(d.info->code) + "]";
    if (item && is_source(*item) && d.at != kNowhere) {
      const grovec::Origin& o = from.origins[d.at];
      const Position p = from.sources.position(o.source, o.begin);
      message = std::string(from.sources.name(o.source)) + ':' + std::to_string(p.line) + ':' +
                std::to_string(p.column) + ": " + message;
    }
    out.set("message", text(message));
    out.set("severity", text(d.severity == Severity::kError     ? "error"
                             : d.severity == Severity::kWarning ? "warning"
                                                                : "info"));
    if (!d.path.empty()) out.set("field", MappingBuilder(a).set("path", text(d.path)).build());
    if (item) add_item(*item, out);
    return out.build();
  }

  // The reader does not know of items: what stands in the list belongs to the last item that begins before it.
  const Value* item_of(const Diagnostic& d) {
    const auto& origins = context().origins;
    const std::span<const Value> items = list_.items();
    if (d.at == kNowhere || items.empty() || origins[d.at].source != origins[items[0].at()].source)
      return d.document < origins_.size() ? origins_[d.document].item : nullptr;
    const Value* found = nullptr;
    for (const Value& item : items)
      if (origins[item.at()].begin <= origins[d.at].begin) found = &item;
    return found;
  }

  void add_item(const Value& item, MappingBuilder& out) {
    Arena& a = context().arena;
    MappingBuilder ref(a);
    for (std::string_view key : {"apiVersion", "kind"}) ref.set(key, item[key]);
    for (std::string_view key : {"name", "namespace"})
      if (const Value* v = item.find("metadata", key)) ref.set(key, *v);
    out.set("resourceRef", ref.build());
    const ItemFile file = file_of(item);
    if (file.path.empty()) return;
    MappingBuilder to(a);
    to.set("path", Value::string(file.path));
    std::int64_t index = 0;
    for (char c : file.index.substr(0, 9)) index = c >= '0' && c <= '9' ? index * 10 + (c - '0') : index;
    if (!file.index.empty()) to.set("index", Value::integer(index));
    out.set("file", to.build());
  }

  driver::Compilation& compilation_;
  ResourceList& list_;
  KrmOptions options_;
  std::vector<LoadedDocument> documents_;
  std::vector<Origin> origins_;       // of the documents
  std::vector<std::size_t> sources_;  // items that are GroveSources
  std::vector<Value> results_, generated_;
  bool failed_ = false;
};

int print(std::string_view text) {
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(text);
  Result<Done> done = out.finish();
  return done ? kClean : fail(done.error());
}

int run(const Options& options) {
  if (!options.operands().empty()) return fail(kUsage, "`krm` reads a ResourceList from standard input");
  Result<std::string> text = driver::read_input({"-"});
  if (!text) return fail(text.error());
  driver::Compilation compilation;
  Context& context = *compilation.files.emplace_back(std::make_unique<Context>());
  Result<ResourceList> list = ResourceList::read(context, std::move(*text));
  if (!list) return fail(list.error());
  Result<KrmOptions> krm = krm_options(list->function_config());
  if (!krm) return fail(krm.error());
  if (Result<Done> project = driver::add_project(krm->request, {"."}, {}); !project) return fail(project.error());
  Function function(compilation, *list, std::move(*krm));
  Result<Done> done = function.run();
  if (!done) return fail(done.error());
  std::string findings;
  for (const Context* c : compilation.contexts()) render_all(*c, {}, findings);
  print_error(findings);
  list->append(function.generated());
  const int printed = print(list->text(context.arena, function.results()));
  return printed != kClean ? printed : function.failed() ? kFound : kClean;
}

}  // namespace

extern const Command kKrmCommand;
constinit const Command kKrmCommand{
    "krm",
    "be a KRM function: check the sets of a ResourceList, turn .grove into YAML",
    "grovec krm < RESOURCELIST",
    "  kustomize build --enable-alpha-plugins --enable-exec .    with a function that runs `grovec krm`\n",
    {},
    run};

}  // namespace grovec::cli
