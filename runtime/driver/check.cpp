#include "runtime/driver/check.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "frontend/dsl/lower/lower.h"
#include "ir/base/check.h"
#include "ir/base/render.h"
#include "passes/lint/lint.h"
#include "passes/surroundings/identify.h"
#include "passes/surroundings/read_environment.h"
#include "runtime/driver/check_object.h"
#include "runtime/driver/compile_set.h"
#include "runtime/driver/consequences.h"
#include "runtime/driver/environments.h"
#include "runtime/driver/names_of_sets.h"
#include "runtime/driver/old_sets.h"
#include "runtime/driver/parallel.h"
#include "runtime/driver/project_file.h"
#include "runtime/driver/surroundings.h"
#include "runtime/input/git_text.h"
#include "runtime/input/walked.h"

namespace grovec::driver {

using namespace ir;

namespace {

/// Files that one `.grovec.yaml` serves, and what surrounds them.
struct Scope {
  SuppressionFile file;
  Context context;
  ClusterFacts facts;
  Environment environment{facts};
};

Result<std::string> text_of(const CheckRequest& request, const Input& input) {
  if (request.texts)
    if (auto it = request.texts->find(input.path); it != request.texts->end()) return it->second;
  return read_input(input);
}

/// One file, in a context of its own. First it is loaded; what surrounds sets is then known for all files; then it is
/// checked; names that meet in other files are found; then it is finished. Different files may be on different threads.
class FileCheck {
 public:
  /// `old_text`: content of the file of `--old`.
  FileCheck(const CheckRequest& request, const Scope& scope, const std::string& old_text,
            const std::vector<OldSet>& old_sets, const Input& input, const std::string* patch, std::size_t number)
      : number_(number),
        request_(request),
        scope_(scope),
        environment_(scope.environment),
        old_text_(old_text),
        old_sets_(old_sets),
        input_(input),
        patch_(patch) {}

  void load() {
    out_.name = display_name(input_);
    Result<std::string> text = text_of(request_, input_);
    if (!text) return unreadable(text.error());
    Result<std::vector<LoadedDocument>> documents = load_text(context_, out_.name, std::move(*text), language());
    if (!documents) return unreadable(documents.error());
    if (is_walked() && skips_whole_file(*documents)) {
      is_over_ = true;
      return;
    }
    documents_ = std::move(*documents);
    out_.is_grove = documents_.empty() || documents_.front().is_grove;
  }

  /// Adds what may surround a set.
  void add_surroundings(std::vector<LoadedDocument>& out) const {
    for (const LoadedDocument& d : documents_)
      if (d.kind != DocumentKind::kSet && !is_skipped(d)) out.push_back(d);
  }

  /// What reading the surroundings found here: that an object is given twice, if `is_first`; what is wrong with one of
  /// them alone, its document's own check says.
  void keep_repeats(std::size_t findings, bool is_first) {
    std::vector<Diagnostic>& all = context_.diags.all();
    all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(findings), all.end(),
                             [&](const Diagnostic& d) { return !is_first || d.info != &diag::EnvironmentObjectTwice; }),
              all.end());
  }
  std::size_t findings() const { return context_.diags.all().size(); }

  void check() {
    if (is_over_) return;
    assign_documents(documents_);
    if (Result<Done> read = read_old(documents_); !read) return unreadable(read.error());
    for (std::size_t i = 0; i < documents_.size(); ++i) document(documents_[i], static_cast<std::uint32_t>(i));
    if (out_.documents.empty() && context_.diags.errors() > 0)
      out_.documents.push_back({0, {}, {}, {}, Admission::kRejected});
  }

  const passes::ScalingFacts& scaling() const { return out_.scaling; }
  /// Lints the scalers of this file; `facts` are those of the whole input, since sets may stand elsewhere.
  void lint_scalers(const passes::ScalingFacts& facts) {
    for (const passes::Scaler& s : out_.scaling.scalers) {
      const auto i = static_cast<std::uint32_t>(s.order);
      context_.diags.begin_document(i);
      passes::lint_scaler(context_, documents_[i].document.root, s, facts);
    }
  }

  const std::vector<std::unique_ptr<CompiledSet>>& sets() const { return sets_; }
  bool is_grove() const { return out_.is_grove; }
  bool is_unreadable() const { return out_.unreadable.has_value(); }

  CheckedFile finish() {
    if (!is_over_) make_findings();
    return std::move(out_);
  }

  /// Whether anything refuses the set, or its output.
  static bool has_any_error(const CompiledSet& set) {
    const std::vector<Diagnostic>& all = set.module.context.diags.all();
    return !set.accepted || std::any_of(all.begin(), all.end(), [&](const Diagnostic& d) {
      return d.document == set.document && d.severity == Severity::kError;
    });
  }

 private:
  LanguageOptions language() const {
    LanguageOptions out = request_.language;
    if (!input_.env.empty()) out.env = input_.env;
    return out;
  }

  bool is_walked() const { return input_.is_walked || request_.only_manifests; }
  bool is_skipped(const LoadedDocument& d) const {
    return is_walked() && !d.document.broken && !reason_to_skip(d.document.root).empty();
  }

  /// What a walk met and what is no manifest as a whole: a patch, or a template that YAML cannot read.
  bool skips_whole_file(const std::vector<LoadedDocument>& documents) {
    std::string reason = patch_ ? *patch_ : std::string();
    const bool is_text = !frontend::is_grove_path(out_.name);
    if (reason.empty() && is_text && context_.diags.errors() > 0 && context_.sources.size() > 0 &&
        is_helm_template(context_.sources.text(SourceId{0}))) {
      reason = "a template of Helm";
      out_.is_template = true;
    }
    if (reason.empty()) return false;
    const std::size_t n = std::max<std::size_t>(documents.size(), 1);
    for (std::size_t i = 0; i < n; ++i) {
      const Value& root = i < documents.size() ? documents[i].document.root : none();
      out_.documents.push_back({static_cast<std::uint32_t>(i), std::string(root["kind"].as_string()),
                                std::string(root["metadata"]["namespace"].as_string()),
                                std::string(root["metadata"]["name"].as_string()), Admission::kNotChecked, input_.env,
                                reason});
      if (out_.is_template) break;
    }
    return true;
  }

  static const Value& none() {
    static const Value kNone;
    return kNone;
  }

  void unreadable(const Error& error) {
    is_over_ = true;
    out_.unreadable = error;
    if (error.kind == Error::kContent || error.kind == Error::kUsage)
      out_.documents.push_back({0, {}, {}, {}, Admission::kRejected});
  }

  // What the reader found belongs to the document in whose text it stands.
  void assign_documents(const std::vector<LoadedDocument>& documents) {
    // Documents of one text follow each other; the items of a `v1` List share its span, and the last one is meant.
    std::vector<std::size_t> of_source;
    for (std::size_t i = 0; i < documents.size(); ++i)
      if (documents[i].document.source == documents[0].document.source) of_source.push_back(i);
    read_with_errors_.resize(documents.size());
    for (Diagnostic& d : context_.diags.all()) {
      const Origin& o = context_.origins[d.at];
      if (documents.empty() || o.source != documents[0].document.source) continue;
      auto behind = std::upper_bound(of_source.begin(), of_source.end(), o.begin,
                                     [&](std::uint32_t at, std::size_t i) { return at < documents[i].document.begin; });
      if (behind == of_source.begin()) continue;
      const std::size_t i = *--behind;
      if (o.begin < documents[i].document.end || i + 1 == documents.size()) d.document = static_cast<std::uint32_t>(i);
    }
    for (const Diagnostic& d : context_.diags.all())
      if (d.document < documents.size() && is_verdict(d)) read_with_errors_[d.document] = true;
  }

  /// The old texts that concern this file: that of `--old`; or, of the commit, the same path and wherever sets of these
  /// names stood.
  Result<Done> read_old(const std::vector<LoadedDocument>& documents) {
    if (!request_.old_file.empty()) return read_old_text(display_name({request_.old_file}), old_text_, true);
    if (request_.old_ref.empty()) return Done{};
    Result<std::optional<std::string>> same = text_at_ref(input_.path, request_.old_ref);
    if (!same) return same.error();
    if (*same)
      if (Result<Done> read = read_old_text(input_.path, std::move(**same), true); !read) return read;
    std::set<std::string> read_already;
    for (const LoadedDocument& d : documents) {
      if (d.kind != DocumentKind::kSet || old_of(d.document.root)) continue;
      for (const OldSet& o : old_sets_) {
        if (o.name != name_of(d.document.root) || space_of(o.namespace_) != space_of(namespace_of(d.document.root)) ||
            !read_already.insert(o.path).second)
          continue;
        Result<std::optional<std::string>> text = text_at_ref(o.path, request_.old_ref);
        if (!text) return text.error();
        if (!*text) continue;
        if (Result<Done> read = read_old_text(o.path, std::move(**text), false); !read) return read;
      }
    }
    return Done{};
  }

  /// `is_expected`: what is wrong with the text is a finding, since it is the old version of this very file.
  Result<Done> read_old_text(const std::string& name, std::string text, bool is_expected) {
    context_.diags.begin_document(kOldDocument);
    LanguageOptions old = language();
    old.git_ref = request_.old_ref;
    const std::size_t first = context_.sources.size(), findings = context_.diags.all().size();
    Result<std::vector<LoadedDocument>> documents = load_text(context_, name, std::move(text), old);
    if (!documents) return documents.error();
    for (std::size_t i = first; !old.git_ref.empty() && i < context_.sources.size(); ++i)
      context_.sources.rename(SourceId(i), old.git_ref + ":" + std::string(context_.sources.name(SourceId(i))));
    if (!is_expected)
      context_.diags.all().erase(context_.diags.all().begin() + static_cast<std::ptrdiff_t>(findings),
                                 context_.diags.all().end());
    for (Diagnostic& d : context_.diags.all())
      if (d.at != kNowhere && !documents->empty() &&
          context_.origins[d.at].source == documents->front().document.source)
        d.document = kOldDocument;
    for (const LoadedDocument& d : *documents)
      if (d.kind == DocumentKind::kSet) old_.push_back(d.document.root);
    if (old_.empty() && !has_errors(kOldDocument, 0) && request_.old_ref.empty()) {
      OriginId at = documents->empty() ? kNowhere : documents->front().document.root.at();
      context_.diags.report(at, diag::OldNotASet, name);
    }
    old_is_unusable_ = has_errors(kOldDocument, 0);
    return Done{};
  }

  static std::string_view name_of(const Value& root) { return root["metadata"]["name"].as_string(); }
  static std::string_view namespace_of(const Value& root) { return root["metadata"]["namespace"].as_string(); }
  std::string_view space_of(std::string_view name) const {
    return name.empty() ? std::string_view(environment_.default_namespace) : name;
  }

  /// The object that `root` replaces: the one of its namespace and name.
  const Value* old_of(const Value& root) const {
    for (const Value& o : old_)
      if (name_of(o) == name_of(root) && space_of(namespace_of(o)) == space_of(namespace_of(root))) return &o;
    return nullptr;
  }

  void document(const LoadedDocument& d, std::uint32_t i) {
    context_.diags.begin_document(i);
    const std::size_t first = context_.diags.all().size();
    const Value& root = d.document.root;
    const Value& metadata = root["metadata"];
    CheckedDocument c{d.document.index,
                      std::string(root["kind"].as_string()),
                      std::string(metadata["namespace"].as_string()),
                      std::string(metadata["name"].as_string()),
                      Admission::kNotChecked,
                      input_.env};
    const bool broken = d.document.broken;
    if (is_walked() && !broken && !(c.reason = reason_to_skip(root)).empty()) {
      out_.documents.push_back(std::move(c));
      return;
    }
    const passes::KnownKind* kind = broken && root.is_null() ? nullptr : passes::identify(context_, root);
    bool verdict_known = true;
    const std::size_t before = context_.diags.all().size();
    if (kind && kind->root == schemas::Root::kPodCliqueSet) {
      verdict_known = check_set(d, i, c);
    } else {
      if (kind)
        verdict_known = check_object(context_, *kind, root, environment_);
      else if (d.kind == DocumentKind::kClaimTemplate)
        check_claim_template(root);
      else if (!broken && passes::is_scaler(root))
        out_.scaling.scalers.push_back(passes::scaler_of(root, environment_.default_namespace, (number_ << 32) + i));
      drop_consequences(context_, before, d.document);
    }
    if (c.namespace_.empty() && kind && kind->root != schemas::Root::kClusterTopologyBinding)
      c.namespace_ = environment_.default_namespace;
    if (broken || read_with_errors_[i] || has_errors(i, first))
      c.admission = Admission::kRejected;
    else if (kind && verdict_known)
      c.admission = Admission::kAccepted;
    if (c.admission == Admission::kNotChecked)
      c.reason = kind ? "its verdict depends on what could not be read" : "no kind of Grove's";
    out_.grove_documents += kind != nullptr || c.admission == Admission::kRejected;
    out_.documents.push_back(std::move(c));
  }

  /// False if nobody can say what upstream would: the old object of an update cannot be used, or what surrounds it.
  bool check_set(const LoadedDocument& d, std::uint32_t i, CheckedDocument& c) {
    static const Value kUnusable;
    CompileOptions options{.api = environment_.api,
                           .default_namespace = environment_.default_namespace,
                           .namespace_is_fixed = environment_.namespace_is_fixed,
                           .until = CompileUntil::kVerified,
                           .old = old_is_unusable_ ? &kUnusable : old_of(d.document.root),
                           .document = &d.document};
    c.is_new = !options.old && (!request_.old_file.empty() || !request_.old_ref.empty());
    const std::size_t first = context_.diags.all().size();
    Result<std::unique_ptr<CompiledSet>> set = compile_set(context_, d.document.root, scope_.facts, options);
    GROVEC_CHECK(bool(set));  // it has findings, no errors
    for (std::size_t k = first; k < first + (*set)->old_findings; ++k) context_.diags.all()[k].document = kOldDocument;
    (*set)->document = i;
    const bool verdict_known = (*set)->old_is_usable && !(*set)->verdict_is_open;
    lint((*set)->module.spec, first);
    sets_.push_back(std::move(*set));
    return verdict_known;
  }

  // What the webhook refuses can be linted all the same; what does not decode or fit the schema cannot.
  void lint(const PodCliqueSet& set, std::size_t first) {
    const std::vector<Diagnostic>& all = std::as_const(context_.diags).all();
    const auto hides_fields = [](const Diagnostic& d) {
      return d.severity == Severity::kError && (d.info->stage == Stage::kDecode || d.info->stage == Stage::kSchema);
    };
    if (std::any_of(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(), hides_fields)) return;
    passes::lint_set(context_, set, environment_);
    out_.scaling.sets.push_back(passes::scaled_set(set, environment_.default_namespace));
  }

  // Grove reads it, so what is wrong with it is said; its own verdict is the API server's to give.
  void check_claim_template(const Value& root) {
    ClusterFacts scratch;
    passes::read_environment_object(context_, root, environment_.default_namespace, scratch);
  }

  static bool is_verdict(const Diagnostic& d) {
    return d.info->severity == Severity::kError &&
           (d.info->stage == Stage::kDecode || d.info->stage == Stage::kSchema || d.info->stage == Stage::kWebhook);
  }

  /// Whether a finding from `first` on refuses the document.
  bool has_errors(std::uint32_t document, std::size_t first) const {
    const std::vector<Diagnostic>& all = context_.diags.all();
    return std::any_of(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(),
                       [&](const Diagnostic& d) { return d.document == document && is_verdict(d); });
  }

  void make_findings() {
    std::vector<Diagnostic>& all = context_.diags.all();
    std::vector<SourceId> sources;
    if (context_.sources.size() > 0) sources.push_back(SourceId{0});
    std::optional<std::string> base;
    if (!request_.config_ref.empty() && input_.path != "-")
      if (Result<std::optional<std::string>> text = text_at_ref(input_.path, request_.config_ref))
        base = text->value_or(std::string());
    out_.suppressed = apply_suppressions(context_, request_.levels, scope_.file, out_.name, sources, out_.entries_seen,
                                         base ? &*base : nullptr);
    if (all.empty()) return;
    context_.diags.sort(context_.origins);
    for (const Diagnostic& d : all) out_.findings.push_back(finding(context_, d, request_));
  }

 public:
  static Location place(const Context& context, OriginId at) {
    if (at == kNowhere) return {};
    const Origin& o = context.origins[at];
    return {std::string(context.sources.name(o.source)), context.sources.position(o.source, o.begin),
            context.sources.position(o.source, o.end)};
  }

  static Finding finding(const Context& context, const Diagnostic& d, const CheckRequest& request) {
    Finding f{d.info, d.severity, d.message, d.path, place(context, d.at), {}, {}, {}};
    for (const Note& n : d.notes) f.notes.push_back({n.message, place(context, n.at)});
    for (const Fix& x : d.fixes) f.fixes.push_back({place(context, x.at), x.replacement});
    if (request.render_text) render(d, context, {.color = request.color}, f.text);
    return f;
  }

 private:
  static constexpr std::uint32_t kOldDocument = 0xFFFFFFFE;

  std::uint64_t number_;  ///< of the file in the input
  const CheckRequest& request_;
  const Scope& scope_;
  const Environment& environment_;
  const std::string& old_text_;
  const std::vector<OldSet>& old_sets_;
  const Input& input_;
  const std::string* patch_;  ///< why the file is a patch, or nullptr
  Context context_;
  CheckedFile out_;
  bool is_over_ = false;  ///< unreadable, or no manifest: nothing more to find
  std::vector<LoadedDocument> documents_;
  std::vector<std::unique_ptr<CompiledSet>> sets_;
  std::vector<bool> read_with_errors_;  ///< by document
  std::vector<Value> old_;
  bool old_is_unusable_ = false;  ///< for all sets: its text cannot be read, or holds none
};

/// Operands one by one, so that a missing file does not hide the others.
std::vector<Input> inputs_of(const CheckRequest& request, CheckReport& report, std::optional<Error>& usage) {
  std::vector<Input> out;
  std::vector<std::vector<std::string>> groups;
  if (request.operands.empty()) groups.push_back({});
  for (const std::string& operand : request.operands) groups.push_back({operand});
  InputOptions options = request.input;
  options.unreadable = &report.errors;
  for (const std::vector<std::string>& group : groups) {
    Result<std::vector<Input>> found = expand_inputs(group, options);
    if (found)
      out.insert(out.end(), found->begin(), found->end());
    else if (found.error().kind == Error::kUsage)
      usage = found.error();
    else
      report.errors.push_back(found.error());
  }
  const auto streams = std::count_if(out.begin(), out.end(), [](const Input& i) { return i.path == "-"; });
  if (streams + (request.old_file == "-") > 1) usage = Error{"`-` can be named only once", Error::kUsage};
  if (streams > 0 && !request.old_ref.empty())
    usage = Error{"`--old-ref` needs files, not standard input", Error::kUsage};
  if (Result<Done> settings = check_settings(request.language); !settings) usage = settings.error();
  return out;
}

/// Entries of `.grovec.yaml` that spoke about some file here and silenced nothing.
void report_unused_entries(const CheckRequest& request, const SuppressionFile& file, std::size_t scope,
                           CheckReport& report) {
  CheckedFile out;
  out.name = file.path;
  for (std::size_t i = 0; i < file.entries.size(); ++i) {
    std::uint8_t seen = 0;
    for (const CheckedFile& f : report.files)
      if (f.scope == scope && i < f.entries_seen.size()) seen |= f.entries_seen[i];
    if (seen != kEntryApplies) continue;
    std::string code = code_text(file.entries[i].code);
    const DiagArg arg[] = {DiagArg(code)};
    Finding f{&diag::SuppressionUnused,
              Severity::kWarning,
              format_diagnostic(diag::SuppressionUnused.text, arg),
              {},
              {file.path, file.entries[i].begin, file.entries[i].end},
              {},
              {},
              {}};
    if (request.render_text)
      f.text = file.path + ":" + std::to_string(f.place.begin.line) + ":" + std::to_string(f.place.begin.column) +
               ": warning: " + f.message + " [" + code_text(f.info->code) + "]\n";
    out.findings.push_back(std::move(f));
  }
  if (!out.findings.empty()) report.files.push_back(std::move(out));
}

const std::string& config_of(const CheckRequest& request, const SuppressionFile& file) {
  return request.operator_config.empty() ? file.operator_config : request.operator_config;
}

/// The project file as it is in the commit of `--config-ref`; says what the working tree adds to it.
Result<SuppressionFile> at_config_ref(const CheckRequest& request, SuppressionFile now, CheckReport& report) {
  if (request.config_ref.empty() || now.path.empty()) return now;
  Result<std::optional<std::string>> text = text_at_ref(now.path, request.config_ref);
  if (!text) return text.error();
  SuppressionFile base;
  base.path = now.path;
  if (*text) {
    Result<SuppressionFile> read = read_suppression_text(now.path, std::move(**text));
    if (!read) return read.error();
    base = std::move(*read);
  }
  auto has = [&](const IgnoreEntry& e) {
    return std::any_of(base.entries.begin(), base.entries.end(),
                       [&](const IgnoreEntry& b) { return b.code == e.code && b.files == e.files; });
  };
  for (const IgnoreEntry& e : now.entries)
    if (!has(e)) report.added_suppressions.push_back(now.path + ": suppresses " + code_text(e.code));
  for (const auto& [code, level] : now.levels)
    if (auto b = base.levels.find(code); b == base.levels.end() || b->second != level)
      report.added_suppressions.push_back(now.path + ": changes the level of " + code_text(code));
  for (const std::string& glob : now.exclude)
    if (std::find(base.exclude.begin(), base.exclude.end(), glob) == base.exclude.end())
      report.added_suppressions.push_back(now.path + ": excludes `" + glob + "`");
  return base;
}

std::unique_ptr<Scope> make_scope(const CheckRequest& request, SuppressionFile file) {
  auto scope = std::make_unique<Scope>();
  scope->file = std::move(file);
  Environment& environment = scope->environment;
  environment.api = request.api;
  const std::string& space = request.namespace_.empty() ? scope->file.namespace_ : request.namespace_;
  if (!space.empty()) {
    environment.default_namespace = space;
    environment.namespace_is_fixed = !request.namespace_.empty();
  }
  return scope;
}

/// A scope for each `.grovec.yaml`; files that it excludes go. The first scope serves files without one.
Result<Done> make_scopes(const CheckRequest& request, std::vector<Input>& inputs, CheckReport& report,
                         std::vector<std::unique_ptr<Scope>>& scopes, std::vector<std::size_t>& scope_of) {
  std::map<std::string, std::size_t> by_path;
  std::map<std::string, std::string> by_folder;
  auto add = [&](SuppressionFile file) -> Result<Done> {
    Result<SuppressionFile> base = at_config_ref(request, std::move(file), report);
    if (!base) return base.error();
    scopes.push_back(make_scope(request, std::move(*base)));
    return Done{};
  };
  if (Result<Done> first = add(request.suppressions); !first) return first;
  std::vector<Input> kept;
  for (Input& input : inputs) {
    std::size_t scope = 0;
    if (request.suppressions.path.empty()) {
      auto [known, is_new] = by_folder.emplace(folder_of(input.path) + "\n" + input.operand, std::string());
      if (is_new) known->second = find_project_file(input.path, input.operand.empty() ? input.path : input.operand);
      if (!known->second.empty()) {
        auto [place, is_first] = by_path.emplace(known->second, scopes.size());
        if (is_first) {
          Result<SuppressionFile> file = read_project_file(known->second);
          if (!file) return file.error();
          if (Result<Done> made = add(std::move(*file)); !made) return made;
        }
        scope = place->second;
      }
    }
    const std::vector<std::string>& exclude = scopes[scope]->file.exclude;
    if (input.is_walked && std::any_of(exclude.begin(), exclude.end(),
                                       [&](const std::string& glob) { return matches_path(glob, input.path); }))
      continue;
    scope_of.push_back(scope);
    kept.push_back(std::move(input));
  }
  inputs = std::move(kept);
  return Done{};
}

using FileChecks = std::vector<std::unique_ptr<FileCheck>>;

/// What surrounds the sets of each scope; objects of the input count as objects of the cluster, wherever they stand.
Result<Done> read_scopes(const CheckRequest& request, const FileChecks& checks,
                         const std::vector<std::unique_ptr<Scope>>& scopes) {
  std::vector<LoadedDocument> documents;
  for (const auto& c : checks) c->add_surroundings(documents);
  for (const auto& scope : scopes) {
    std::vector<std::size_t> findings;
    for (const auto& c : checks) findings.push_back(c->findings());
    const std::vector<std::string>& with = request.with.empty() ? scope->file.with : request.with;
    Result<Done> read = read_surroundings(scope->context, with, config_of(request, scope->file), documents,
                                          scope->environment.default_namespace, scope->facts);
    if (!read) return read;
    for (std::size_t i = 0; i < checks.size(); ++i) checks[i]->keep_repeats(findings[i], scope == scopes.front());
  }
  return Done{};
}

/// Sets that are called the same, and objects of different sets that are. Of one environment: in another one, the sets
/// of the same file are there instead.
void find_names(const FileChecks& checks, const std::vector<Input>& inputs) {
  std::map<std::string, std::vector<CompiledSet*>> of_environment;
  for (std::size_t i = 0; i < checks.size(); ++i)
    for (const auto& set : checks[i]->sets()) of_environment[inputs[i].env].push_back(set.get());
  Arena arena;
  for (auto& [env, sets] : of_environment) {
    std::stable_sort(sets.begin(), sets.end(),
                     [](const CompiledSet* a, const CompiledSet* b) { return comes_before(*a, *b); });
    find_equal_sets(sets);
    std::erase_if(sets, [](const CompiledSet* set) { return FileCheck::has_any_error(*set); });
    find_names_across_sets(arena, sets);
  }
}

/// Old sets of the input's files and folders that no document is called any more.
std::vector<std::string> removed_sets(const CheckRequest& request, const std::vector<OldSet>& old_sets,
                                      const std::vector<CheckedFile>& files, const std::vector<std::unique_ptr<Scope>>& scopes) {
  std::set<std::pair<std::string, std::string>> now;
  // The namespace that the project file above the old place gives; without one, the default.
  auto space_of = [&](const OldSet& o) {
    if (!o.namespace_.empty()) return o.namespace_;
    const Scope* nearest = scopes.front().get();
    std::size_t longest = 0;
    for (const auto& scope : scopes) {
      const std::string folder = scope->file.path.empty() ? "" : real_path(folder_of(scope->file.path));
      if (folder.size() <= longest || !o.path.starts_with(folder + "/")) continue;
      longest = folder.size();
      nearest = scope.get();
    }
    return nearest->environment.default_namespace;
  };
  const std::string fallback = scopes.front()->environment.default_namespace;
  for (const CheckedFile& f : files)
    for (const CheckedDocument& d : f.documents)
      if (d.kind == "PodCliqueSet") now.emplace(d.namespace_.empty() ? fallback : d.namespace_, d.name);
  std::vector<std::string> out;
  for (const OldSet& o : old_sets)
    if (!now.contains({space_of(o), o.name}) && is_below(o.path, request.operands))
      out.push_back(space_of(o) + "/" + o.name + " (" + o.shown + ")");
  return out;
}

}  // namespace

Result<CheckReport> check(const CheckRequest& request, const Progress& progress) {
  CheckReport report;
  report.may_be_empty = request.allow_none || request.only_manifests;
  std::optional<Error> usage;
  std::vector<Input> inputs = inputs_of(request, report, usage);
  if (usage) return *usage;
  if (request.env_all) inputs = with_environments(inputs, request.language);
  if (!request.old_ref.empty() && !inputs.empty()) {
    Result<Done> known = check_git_ref(folder_of(inputs[0].path), request.old_ref);
    if (!known) return known.error();
  }
  std::vector<std::unique_ptr<Scope>> scopes;
  std::vector<std::size_t> scope_of;
  Result<Done> made = make_scopes(request, inputs, report, scopes, scope_of);
  if (!made) return made.error();

  std::string old_text;
  if (!request.old_file.empty()) {
    Result<std::string> old = read_input({request.old_file});
    if (!old) return old.error();
    old_text = std::move(*old);
  }

  std::vector<OldSet> old_sets;
  if (!request.old_ref.empty() && !inputs.empty()) {
    Result<std::vector<OldSet>> found = sets_at_ref(folder_of(inputs[0].path), request.old_ref, request.language);
    if (!found) return found.error();
    old_sets = std::move(*found);
  }

  const std::map<std::string, std::string> patches = patches_of(inputs);
  FileChecks checks;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto patch = patches.find(inputs[i].path);
    checks.push_back(std::make_unique<FileCheck>(request, *scopes[scope_of[i]], old_text, old_sets, inputs[i],
                                                 patch == patches.end() ? nullptr : &patch->second, i));
  }
  in_parallel(inputs.size(), request.threads, {}, [&](std::size_t i) { checks[i]->load(); });
  const bool any_read = std::any_of(checks.begin(), checks.end(), [](const auto& c) { return !c->is_unreadable(); });
  const bool any_language = std::any_of(checks.begin(), checks.end(), [](const auto& c) { return c->is_grove(); });
  if (Result<Done> used = check_used(request.language, any_language || !any_read); !used) return used.error();
  if (Result<Done> read = read_scopes(request, checks, scopes); !read) return read.error();
  in_parallel(inputs.size(), request.threads, progress, [&](std::size_t i) { checks[i]->check(); });
  find_names(checks, inputs);
  passes::ScalingFacts scaling;
  for (const auto& c : checks) scaling.add(c->scaling());
  if (!scaling.empty())
    for (const auto& c : checks) c->lint_scalers(scaling);
  std::vector<CheckedFile> files(inputs.size());
  in_parallel(inputs.size(), request.threads, {}, [&](std::size_t i) {
    files[i] = checks[i]->finish();
    files[i].scope = scope_of[i];
  });

  for (const auto& scope : scopes) {
    if (scope->context.diags.all().empty()) continue;
    CheckedFile around;
    scope->context.diags.sort(scope->context.origins);
    for (const Diagnostic& d : scope->context.diags.all())
      around.findings.push_back(FileCheck::finding(scope->context, d, request));
    report.files.push_back(std::move(around));
  }
  if (request.env_all) say_common_findings_once(inputs, files);
  report.removed = removed_sets(request, old_sets, files, scopes);
  const bool is_walk = std::any_of(inputs.begin(), inputs.end(), [](const Input& i) { return i.is_walked; });
  const bool any_grove =
      std::any_of(files.begin(), files.end(), [](const CheckedFile& f) { return f.grove_documents > 0; });
  if (is_walk && !any_grove && !request.allow_none && !request.only_manifests)
    for (const std::string& operand : request.operands)
      report.none_below += (report.none_below.empty() ? "" : ", ") + operand;
  for (CheckedFile& f : files) report.files.push_back(std::move(f));
  for (std::size_t i = 0; i < scopes.size(); ++i) report_unused_entries(request, scopes[i]->file, i, report);
  return report;
}

}  // namespace grovec::driver
