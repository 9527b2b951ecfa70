#include "runtime/cli/plan/planning.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "ir/base/render.h"
#include "runtime/cli/compiling.h"
#include "runtime/cli/plan/owners.h"
#include "runtime/cli/plan/verdict.h"
#include "runtime/driver/old_sets.h"
#include "runtime/driver/parallel.h"
#include "runtime/input/git_text.h"
#include "runtime/plan/recompile.h"
#include "runtime/plan/repair.h"

namespace grovec::cli {

using driver::CompiledSet;
using driver::LoadedDocument;
using SetName = std::pair<std::string, std::string>;

namespace {

std::string default_namespace(const driver::CompileRequest& r) {
  if (!r.namespace_.empty()) return r.namespace_;
  return r.default_namespace.empty() ? "default" : r.default_namespace;
}

// OLD may break today's rules: it lives in the cluster. What cannot be read at all is an error.
bool is_unreadable(const Diagnostic& d) {
  return d.severity == Severity::kError && (d.info->stage == Stage::kDecode || d.info == &diag::SetDeclaredTwice);
}

class Planning {
 public:
  Planning(const Options& options, const PlanInputs& inputs) : options_(options), inputs_(inputs) {}

  std::unique_ptr<Planned> run(int& exit_code) {
    exit_code = kClean;
    next_ = inputs_.errors ? compile_next(exit_code) : compile_or_report(options_, inputs_.newer, exit_code);
    if (!next_) return nullptr;
    if (next_->sets.empty() && !inputs_.is_live() && !inputs_.old_ref.empty() && !has_any_file()) return nullptr;
    const int read = read_old();
    if (read != kClean) {
      exit_code = read;
      return nullptr;
    }
    auto out = std::make_unique<Planned>();
    pair_up(*out);
    judge_updates();
    scalers_ = driver::outside_scalers(*next_);
    plan_all(*out);
    add_up(*out);
    out->older = std::move(old_);
    out->newer = std::move(next_);
    out->kept = std::move(kept_);
    return out;
  }

 private:
  struct Job {
    SetName name;
    const CompiledSet* old = nullptr;
    CompiledSet* next = nullptr;
    std::optional<decide::Observed> live;
    std::unique_ptr<plan::Recompiled> repaired;
    std::vector<plan::Forbidden> forbidden;
    std::vector<std::string> notes;
    plan::SetPlan plan;
  };

  int stop(const Error& error) const {
    if (!inputs_.errors) return fail(error);
    *inputs_.errors += error.message + "\n";
    return exit_code_of(error.kind);
  }

  void say(const std::vector<const Context*>& contexts) const {
    if (!inputs_.errors) return print_findings(contexts);
    for (const Context* context : contexts)
      for (const Diagnostic& d : context->diags.all())
        if (d.severity == Severity::kError) render(d, *context, {}, *inputs_.errors);
  }

  std::unique_ptr<driver::Compilation> compile_next(int& exit_code) const {
    Result<std::unique_ptr<driver::Compilation>> done = driver::compile(inputs_.newer);
    if (!done) {
      exit_code = stop(done.error());
      return nullptr;
    }
    if (!(*done)->failed()) return std::move(*done);
    say((*done)->contexts());
    exit_code = kFound;
    return nullptr;
  }

  bool has_any_file() const { return !next_->files.empty(); }

  int read_old() {
    if (!inputs_.dump.empty())
      if (Result<Done> read = dump_.read(inputs_.dump); !read) return stop(read.error());
    if (inputs_.look)
      if (Result<Done> read = look(); !read) return stop(read.error());
    if (dump_.context().diags.errors() > 0) {
      say({&dump_.context()});
      return kFound;
    }
    Result<std::unique_ptr<driver::Compilation>> old = !inputs_.old_ref.empty() ? compile_at_ref()
                                                       : inputs_.has_old        ? driver::compile(inputs_.older)
                                                                                : compile_dump();
    if (!old) return stop(old.error());
    old_ = std::move(*old);
    std::vector<const Context*> contexts = old_->contexts();
    contexts.push_back(&dump_.context());
    for (const Context* context : contexts) {
      const std::vector<Diagnostic>& all = context->diags.all();
      if (std::none_of(all.begin(), all.end(), is_unreadable)) continue;
      say({context});
      return kFound;
    }
    return kClean;
  }

  Result<Done> look() {
    Result<LiveTexts> texts = inputs_.look(*next_);
    if (!texts) return texts.error();
    for (auto& [name, text] : *texts)
      if (Result<Done> read = dump_.read_text(name, std::move(text), false); !read) return read;
    return Done{};
  }

  // What it is called where OLD is what lives.
  std::string source() const { return inputs_.look ? "the cluster" : "the dump"; }

  Result<std::unique_ptr<driver::Compilation>> compile_dump() {
    auto c = std::make_unique<driver::Compilation>();
    std::vector<LoadedDocument> documents = dump_.sets();
    add_surroundings(documents);
    Result<Done> done = driver::compile_documents(*c, inputs_.older, documents);
    if (!done) return done.error();
    return c;
  }

  // Bindings and claim templates of NEW surround OLD, too.
  void add_surroundings(std::vector<LoadedDocument>& documents) const {
    for (const LoadedDocument& d : next_->foreign)
      if (d.kind == driver::DocumentKind::kBinding || d.kind == driver::DocumentKind::kClaimTemplate)
        documents.push_back(d);
  }

  Result<std::unique_ptr<driver::Compilation>> compile_at_ref() {
    const std::vector<std::string>& operands = inputs_.newer.operands;
    const std::string folder = folder_of_first(operands);
    if (Result<Done> known = driver::check_git_ref(folder, inputs_.old_ref); !known) return known.error();
    driver::CommitTexts commit(inputs_.old_ref);
    Result<driver::OldSets> sets = driver::sets_at_ref(folder, commit, inputs_.older.language);
    if (!sets) return sets.error();
    std::set<SetName> wanted;
    for (const auto& set : next_->sets) wanted.insert(name_of(*set));
    const auto is_wanted = [&](const driver::OldSet& o) {
      return wanted.contains({o.namespace_.empty() ? default_namespace(inputs_.newer) : o.namespace_, o.name}) ||
             driver::is_below(o.path, operands);
    };
    std::map<std::string, std::string> files;  // path -> shown
    for (const driver::OldSet& o : sets->sets)
      if (is_wanted(o)) files.emplace(o.path, o.shown);
    auto c = std::make_unique<driver::Compilation>();
    std::vector<LoadedDocument> documents;
    for (const auto& [path, shown] : files) {
      Result<std::optional<std::string>> text = commit.text(path);
      if (!text) return text.error();
      if (!*text) continue;
      Context& context = *c->files.emplace_back(std::make_unique<Context>());
      driver::LanguageOptions language = inputs_.older.language;
      language.commit = &commit;
      Result<std::vector<LoadedDocument>> read = driver::load_text(context, path, std::move(**text), language);
      if (!read) return read.error();
      for (std::size_t i = 0; i < context.sources.size(); ++i) {
        const SourceId id = static_cast<SourceId>(i);
        context.sources.rename(id, context.sources.name(id) == path
                                       ? shown
                                       : inputs_.old_ref + ":" + std::string(context.sources.name(id)));
      }
      for (const LoadedDocument& d : *read) {
        const ir::Value& metadata = d.document.root["metadata"];
        const driver::OldSet o{std::string(metadata["namespace"].as_string()),
                               std::string(metadata["name"].as_string()), path, shown};
        if (d.kind != driver::DocumentKind::kSet || is_wanted(o)) documents.push_back(d);
      }
    }
    add_surroundings(documents);
    Result<Done> done = driver::compile_documents(*c, inputs_.older, documents);
    if (!done) return done.error();
    return c;
  }

  static std::string folder_of_first(const std::vector<std::string>& operands) {
    return operands.empty() ? "." : driver::folder_of(operands.front());
  }

  SetName name_of(const CompiledSet& set) const {
    const ir::PodCliqueSet& spec = set.module.spec;
    const ir::Value& metadata = set.module.manifest["metadata"];
    std::string space(spec.namespace_.empty() ? metadata["namespace"].as_string() : spec.namespace_);
    if (space.empty()) space = default_namespace(inputs_.newer);
    return {std::move(space), std::string(spec.name.empty() ? metadata["name"].as_string() : spec.name)};
  }

  void pair_up(Planned& out) {
    std::map<SetName, Job> jobs;
    for (const auto& set : old_->sets) jobs[name_of(*set)].old = set.get();
    for (const auto& set : next_->sets) jobs[name_of(*set)].next = set.get();
    std::size_t only_old = 0, only_new = 0;
    for (auto& [name, job] : jobs) {
      // A dump of a namespace says nothing about sets that NEW does not name.
      if (!job.next && inputs_.is_live()) {
        out.notes.push_back("`" + name.first + "/" + name.second + "` is in " + source() +
                            " only and is left as it is");
        continue;
      }
      only_old += !job.next;
      only_new += !job.old;
      job.name = name;
      keep_count(job);
      jobs_.push_back(std::move(job));
    }
    if (only_old == 1 && only_new == 1 && jobs_.size() == 2)
      out.notes.push_back("OLD and NEW name different sets: a set cannot be renamed, one goes and another one comes");
    for (Job& job : jobs_) {
      if (inputs_.is_live() && job.next) use_dump(job);
      if (job.old && !job.old->is_planned) repair(job);
    }
  }

  void keep_count(Job& job) {
    const auto count = inputs_.kept_counts.find(job.name);
    if (!job.next || count == inputs_.kept_counts.end()) return;
    const ir::Value& tree = job.next->module.manifest;
    Arena arena;
    const ir::Value spec =
        ir::MappingBuilder(arena, tree["spec"]).set("replicas", ir::Value::integer(count->second)).build();
    auto kept = plan::recompile(ir::MappingBuilder(arena, tree).set("spec", spec).build(), *job.next);
    if (!kept) return;
    job.next = kept->set.get();
    kept_.push_back(std::move(kept));
  }

  void use_dump(Job& job) {
    decide::Observed world = dump_.world_of(job.name.first, job.name.second);
    if (!world.set) {
      job.notes.push_back("the set is not in " + source() + (job.old ? ": OLD at rest is assumed" : ": it is new"));
      return;
    }
    const std::vector<std::string> missing = dump_.missing_kinds(world, !job.next->module.spec.groups.empty());
    if (missing.empty()) {
      job.live = std::move(world);
      return;
    }
    std::string text = source() + " has none of the set's ";
    for (std::size_t i = 0; i < missing.size(); ++i)
      text += (i == 0 ? "" : i + 1 == missing.size() ? " and " : ", ") + missing[i];
    job.notes.push_back(text + ": they are assumed to be as the operator makes them");
    assumed_.push_back(plan::filled_up(*(job.old && job.old->is_planned ? job.old : job.next), world));
    job.live = assumed_.back().observed;
  }

  void repair(Job& job) {
    if (job.next) job.repaired = plan::repaired(*job.old, *job.next);
    job.notes.push_back(
        job.repaired || job.live
            ? "today's rules reject OLD; it is taken to live with its pod templates and NEW's structure"
            : "today's rules reject OLD, and nobody can say what of it lives: what it restarts is not known");
  }

  void judge_updates() {
    std::vector<const Context*> contexts;
    for (Job& job : jobs_) {
      if (!job.old || !job.next) continue;
      const std::size_t before = job.next->module.context.diags.errors();
      job.forbidden = forbidden_by_update(*job.old, *job.next);
      Context& context = job.next->module.context;
      if (context.diags.errors() > before && std::find(contexts.begin(), contexts.end(), &context) == contexts.end())
        contexts.push_back(&context);
    }
    if (!contexts.empty()) say(contexts);
    // Line tables are made when they are first asked for; from here on, threads share them.
    for (const auto* c : {old_.get(), next_.get()})
      for (const Context* context : c->contexts())
        for (std::size_t k = 0; k < context->sources.size(); ++k)
          context->sources.position(static_cast<SourceId>(k), 0);
  }

  void plan_all(Planned& out) {
    driver::in_parallel(jobs_.size(), inputs_.newer.threads, {}, [&](std::size_t k) { plan_one(jobs_[k]); });
    for (Job& job : jobs_) {
      job.plan.notes.insert(job.plan.notes.begin(), job.notes.begin(), job.notes.end());
      out.sets.push_back(std::move(job.plan));
      out.drawn.push_back(job.next ? job.next : job.old);
    }
  }

  void plan_one(Job& job) {
    const bool usable = !job.old || job.old->is_planned || job.repaired;
    std::vector<plan::CountOwner> owners;
    if (job.next) owners = count_owners(*job.next, scalers_, inputs_.dump.empty() ? nullptr : &dump_);
    const plan::Pair pair{job.repaired        ? job.repaired->set.get()
                          : usable && job.old ? job.old
                                              : nullptr,
                          job.next, job.live ? &*job.live : nullptr, owners};
    if (!job.forbidden.empty()) {
      job.plan = plan::refused(*job.old, *job.next, std::move(job.forbidden));
    } else if (usable || job.live) {
      job.plan = plan::plan_of(pair);
    } else {
      job.plan.action = plan::Action::kForbidden;
    }
    job.plan.counts = std::move(owners);
    job.plan.namespace_ = job.name.first;
    job.plan.name = job.name.second;
  }

  static void add_up(Planned& out) {
    auto add = [](plan::Amount& to, const plan::Amount& more) {
      to.pods += more.pods;
      to.gpus += more.gpus;
    };
    for (const plan::SetPlan& s : out.sets) {
      add(out.restarts, s.restarts);
      add(out.added, s.added);
      add(out.removed, s.removed);
      add(out.down_at_once, s.down_at_once);
      out.gangs_down += s.gangs_down;
    }
  }

  const Options& options_;
  const PlanInputs& inputs_;
  std::unique_ptr<driver::Compilation> old_, next_;
  Dump dump_;
  std::vector<decide::Settled> assumed_;
  std::vector<driver::OutsideScaler> scalers_;
  std::vector<std::unique_ptr<plan::Recompiled>> kept_;
  std::vector<Job> jobs_;
};

}  // namespace

bool Planned::is_forbidden() const {
  return std::any_of(sets.begin(), sets.end(), [](const auto& s) { return s.action == plan::Action::kForbidden; });
}

bool Planned::changes_anything() const {
  return std::any_of(sets.begin(), sets.end(),
                     [](const auto& s) { return s.action != plan::Action::kNoop || !s.changes.empty(); });
}

plan::Action worst_of(const Planned& p) {
  plan::Action out = plan::Action::kNoop;
  for (const plan::SetPlan& s : p.sets) out = std::max(out, s.action);
  return out;
}

std::unique_ptr<Planned> make_plan(const Options& options, const PlanInputs& inputs, int& exit_code) {
  return Planning(options, inputs).run(exit_code);
}

}  // namespace grovec::cli
