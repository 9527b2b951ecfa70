#include "runtime/driver/check.h"

#include <sys/stat.h>

#include <algorithm>

#include "ir/base/render.h"
#include "passes/admission/admit.h"
#include "passes/admission/check_decode.h"
#include "passes/admission/check_structure.h"
#include "passes/go/go_encode.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/surroundings/identify.h"
#include "passes/surroundings/read_environment.h"
#include "runtime/driver/consequences.h"
#include "runtime/driver/surroundings.h"
#include "runtime/input/git_text.h"

namespace grovec::driver {

using namespace ir;

namespace {

/// What upstream admits is no error here; `compile` is stricter.
void lower_compile_findings(Diagnostics& diags) {
  for (Diagnostic& d : diags.all())
    if (is_admitted_anyway(*d.info)) d.severity = Severity::kWarning;
}

/// One file, on one thread, in a context of its own.
class FileCheck {
 public:
  /// `old_text`: content of the file of `--old`.
  FileCheck(const CheckRequest& request, const Environment& environment, const std::string& old_text,
            const Input& input)
      : request_(request), environment_(environment), old_text_(old_text), input_(input) {}

  CheckedFile run() {
    out_.name = display_name(input_);
    Result<std::string> text = read_input(input_);
    if (!text) return unreadable(text.error());
    Result<std::vector<LoadedDocument>> documents = load_text(context_, out_.name, std::move(*text), request_.language);
    if (!documents) return unreadable(documents.error());
    assign_documents(*documents);
    sets_ = std::count_if(documents->begin(), documents->end(),
                          [](const LoadedDocument& d) { return d.kind == DocumentKind::kSet; });
    if (Result<Done> read = read_old(); !read) return unreadable(read.error());
    for (std::size_t i = 0; i < documents->size(); ++i) document((*documents)[i], static_cast<std::uint32_t>(i));
    if (out_.documents.empty() && context_.diags.errors() > 0)
      out_.documents.push_back({0, {}, {}, {}, Admission::kRejected});
    finish();
    return std::move(out_);
  }

 private:
  CheckedFile unreadable(const Error& error) {
    out_.unreadable = error;
    if (error.exit_code != 3) out_.documents.push_back({0, {}, {}, {}, Admission::kRejected});
    return std::move(out_);
  }

  // What the reader found belongs to the document in whose text it stands.
  void assign_documents(const std::vector<LoadedDocument>& documents) {
    for (Diagnostic& d : context_.diags.all()) {
      const Origin& o = context_.origins[d.at];
      for (std::size_t i = 0; i < documents.size(); ++i) {
        const frontend::Document& doc = documents[i].document;
        if (o.source == doc.source && o.begin >= doc.begin && (o.begin < doc.end || i + 1 == documents.size()))
          d.document = static_cast<std::uint32_t>(i);
      }
    }
  }

  Result<Done> read_old() {
    std::optional<std::string> text;
    std::string name = request_.old_file;
    if (!request_.old_ref.empty()) {
      Result<std::optional<std::string>> at_ref = text_at_ref(input_.path, request_.old_ref);
      if (!at_ref) return at_ref.error();
      text = std::move(*at_ref);
      name = input_.path;
      if (!text) return Done{};  // a new file: its sets are created
    } else if (!request_.old_file.empty()) {
      text = old_text_;
      name = display_name({request_.old_file});
    } else {
      return Done{};
    }
    context_.diags.begin_document(kOldDocument);
    LanguageOptions language = request_.language;
    language.git_ref = request_.old_ref;
    const std::size_t first = context_.sources.size();
    Result<std::vector<LoadedDocument>> documents = load_text(context_, name, std::move(*text), language);
    if (!documents) return documents.error();
    for (std::size_t i = first; !language.git_ref.empty() && i < context_.sources.size(); ++i)
      context_.sources.rename(SourceId(i), language.git_ref + ":" + std::string(context_.sources.name(SourceId(i))));
    for (Diagnostic& d : context_.diags.all())
      if (d.at != kNowhere && !documents->empty() &&
          context_.origins[d.at].source == documents->front().document.source)
        d.document = kOldDocument;
    for (const LoadedDocument& d : *documents) {
      if (d.kind == DocumentKind::kSet) old_.push_back(d.document.root);
    }
    const bool is_broken = has_errors(kOldDocument);
    if (old_.empty() && !is_broken && request_.old_ref.empty()) {
      OriginId at = documents->empty() ? kNowhere : documents->front().document.root.at();
      context_.diags.report(at, diag::OldNotASet, name);
    }
    old_is_unusable_ = has_errors(kOldDocument);
    return Done{};
  }

  /// The object that `root` replaces: the only one, or the one of the same name.
  const Value* old_of(const Value& root, bool is_only_set) const {
    if (old_.size() == 1 && is_only_set && request_.old_ref.empty()) return &old_[0];
    auto key = [&](const Value& v, std::string_view field, std::string_view otherwise) {
      std::string_view text = v["metadata"][field].as_string();
      return text.empty() ? otherwise : text;
    };
    for (const Value& o : old_)
      if (key(o, "name", "") == key(root, "name", "") &&
          key(o, "namespace", environment_.default_namespace) == key(root, "namespace", environment_.default_namespace))
        return &o;
    return nullptr;
  }

  void document(const LoadedDocument& d, std::uint32_t i) {
    context_.diags.begin_document(i);
    const Value& root = d.document.root;
    const Value& metadata = root["metadata"];
    CheckedDocument c{d.document.index, std::string(root["kind"].as_string()),
                      std::string(metadata["namespace"].as_string()), std::string(metadata["name"].as_string()),
                      Admission::kNotChecked};
    out_.has_surroundings |= d.kind == DocumentKind::kBinding || d.kind == DocumentKind::kClaimTemplate;
    bool broken = d.document.broken;
    const passes::KnownKind* kind = broken && root.is_null() ? nullptr : passes::identify(context_, root);
    bool verdict_known = true;
    const std::size_t before = context_.diags.all().size();
    if (kind)
      verdict_known = check_kind(*kind, root, c);
    else if (d.kind == DocumentKind::kClaimTemplate)
      check_claim_template(root);
    drop_consequences(context_, before, d.document);
    if (broken || has_errors(i))
      c.admission = Admission::kRejected;
    else if (kind && verdict_known)
      c.admission = Admission::kAccepted;
    out_.documents.push_back(std::move(c));
  }

  /// False if nobody can say what upstream would: the old object of an update cannot be used.
  bool check_kind(const passes::KnownKind& kind, const Value& root, CheckedDocument& c) {
    bool verdict_known = true;
    if (kind.root == schemas::Root::kPodCliqueSet) {
      static const Value kUnusable;
      passes::AdmitOptions options{.old = old_is_unusable_ ? &kUnusable : old_of(root, sets_ == 1)};
      const std::size_t first = context_.diags.all().size();
      passes::Admitted admitted = passes::admit(context_, root, environment_, options);
      for (std::size_t i = first; i < first + admitted.old_findings; ++i)
        context_.diags.all()[i].document = kOldDocument;
      verdict_known = admitted.old_is_usable && !admitted.verdict_is_open;
      if (c.namespace_.empty()) c.namespace_ = environment_.default_namespace;
    } else if (kind.root == schemas::Root::kClusterTopologyBinding) {
      const std::size_t first = context_.diags.all().size();
      passes::check_binding(context_, root, environment_.config);
      verdict_known = !passes::drop_what_depends_on_broken(context_.diags, first, environment_);
    } else {
      // No webhook looks at these: what the CRD says is all.
      passes::Decoded decoded = passes::check_decode_without_status(context_, root, kind.root);
      Value stored =
          passes::with_crd_defaults(context_.arena, context_.origins, decoded.value, schemas::root(kind.root));
      std::string_view space = stored["metadata"]["namespace"].as_string();
      passes::verify_object_metadata(context_, stored, stored["metadata"],
                                     space.empty() ? environment_.default_namespace : space);
      const Value& replicas = stored["spec"]["replicas"];  // the scale subresource has a rule of its own
      if (kind.root != schemas::Root::kPodGang && replicas.is_int() && replicas.as_int() < 0)
        context_.diags.report(replicas.at(), diag::BelowMinimum, "replicas", replicas.as_int(), 0)
            .path(".spec.replicas");
      if (decoded.broken.empty()) passes::check_structure(context_, stored, kind.root);
      if (c.namespace_.empty()) c.namespace_ = environment_.default_namespace;
    }
    return verdict_known;
  }

  // Grove reads it, so what is wrong with it is said; its own verdict is the API server's to give.
  void check_claim_template(const Value& root) {
    Environment scratch;
    passes::read_environment_object(context_, root, scratch);
  }

  bool has_errors(std::uint32_t document) const {
    const std::vector<Diagnostic>& all = context_.diags.all();
    return std::any_of(all.begin(), all.end(), [&](const Diagnostic& d) {
      return d.document == document && d.info->severity == Severity::kError &&
             (d.info->stage == Stage::kDecode || d.info->stage == Stage::kSchema || d.info->stage == Stage::kWebhook);
    });
  }

  void finish() {
    std::vector<Diagnostic>& all = context_.diags.all();
    lower_compile_findings(context_.diags);
    std::vector<SourceId> sources;
    if (context_.sources.size() > 0) sources.push_back(SourceId{0});
    out_.suppressed =
        apply_suppressions(context_, request_.levels, request_.suppressions, out_.name, sources, out_.entries_seen);
    if (all.empty()) return;
    context_.diags.sort(context_.origins);
    for (const Diagnostic& d : all) out_.findings.push_back(finding(context_, d, request_));
  }

 public:
  static Place place(const Context& context, OriginId at) {
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

  const CheckRequest& request_;
  const Environment& environment_;
  const std::string& old_text_;
  const Input& input_;
  Context context_;
  CheckedFile out_;
  std::vector<Value> old_;
  bool old_is_unusable_ = false;  ///< for all sets: its text cannot be read, or holds none
  std::ptrdiff_t sets_ = 0;       ///< in this file
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
    else if (found.error().exit_code == 2)
      usage = found.error();
    else
      report.errors.push_back(found.error());
  }
  const auto streams = std::count_if(out.begin(), out.end(), [](const Input& i) { return i.path == "-"; });
  if (streams + (request.old_file == "-") > 1) usage = Error{"`-` can be named only once", 2};
  if (streams > 0 && !request.old_ref.empty()) usage = Error{"`--old-ref` needs files, not standard input", 2};
  if (Result<Done> settings = check_settings(request.language); !settings) usage = settings.error();
  return out;
}

/// Standard input cannot be read twice, so a second round reuses what the first one found there.
bool is_readable_again(const Input& input) { return input.path != "-"; }

/// Bindings and claim templates of the input count as objects of the cluster, wherever they stand.
Result<bool> collect_surroundings(const CheckRequest& request, const std::vector<Input>& inputs,
                                  const std::vector<CheckedFile>& files, Context& context, Environment& environment) {
  std::size_t findings = context.diags.all().size();
  bool any = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!files[i].has_surroundings || !is_readable_again(inputs[i])) continue;
    Result<std::string> text = read_input(inputs[i]);
    if (!text) return text.error();
    Result<std::vector<LoadedDocument>> documents =
        load_text(context, inputs[i].path, std::move(*text), request.language);
    if (!documents) return documents.error();
    for (const LoadedDocument& d : *documents)
      if (d.kind == DocumentKind::kBinding || d.kind == DocumentKind::kClaimTemplate) {
        passes::read_environment_object(context, d.document.root, environment);
        any = true;
      }
  }
  // What is wrong with one of them alone, its file's own check reports.
  std::vector<Diagnostic>& all = context.diags.all();
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(findings), all.end(),
                           [](const Diagnostic& d) { return d.info != &diag::EnvironmentObjectTwice; }),
            all.end());
  return any;
}

/// Entries of `.grovec.yaml` that spoke about some file here and silenced nothing.
void report_unused_entries(const CheckRequest& request, CheckReport& report) {
  const SuppressionFile& file = request.suppressions;
  CheckedFile out;
  out.name = file.path;
  for (std::size_t i = 0; i < file.entries.size(); ++i) {
    std::uint8_t seen = 0;
    for (const CheckedFile& f : report.files)
      if (i < f.entries_seen.size()) seen |= f.entries_seen[i];
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

}  // namespace

Result<CheckReport> check(const CheckRequest& request, const Progress& progress) {
  CheckReport report;
  std::optional<Error> usage;
  std::vector<Input> inputs = inputs_of(request, report, usage);
  if (usage) return *usage;
  if (!request.old_ref.empty() && !inputs.empty()) {
    Result<Done> known = check_git_ref(folder_of(inputs[0].path), request.old_ref);
    if (!known) return known.error();
  }
  Context surroundings;
  Environment environment;
  environment.api = request.api;
  if (!request.namespace_.empty()) {
    environment.default_namespace = request.namespace_;
    environment.namespace_is_fixed = true;
  }
  Result<Done> read = read_surroundings(surroundings, request.with, request.operator_config, {}, environment);
  if (!read) return read.error();

  std::string old_text;
  if (!request.old_file.empty()) {
    Result<std::string> old = read_input({request.old_file});
    if (!old) return old.error();
    old_text = std::move(*old);
  }

  std::vector<CheckedFile> files(inputs.size());
  auto work = [&](std::size_t i) { files[i] = FileCheck(request, environment, old_text, inputs[i]).run(); };
  in_parallel(inputs.size(), request.threads, progress, work);
  if (std::any_of(files.begin(), files.end(), [](const CheckedFile& f) { return f.has_surroundings; })) {
    Result<bool> any = collect_surroundings(request, inputs, files, surroundings, environment);
    if (!any) return any.error();
    if (request.operator_config.empty() && !environment.bindings.empty())
      environment.config.topology_aware_scheduling = true;
    auto again = [&](std::size_t i) {
      if (is_readable_again(inputs[i])) work(i);
    };
    if (*any) in_parallel(inputs.size(), request.threads, progress, again);
  }

  if (!surroundings.diags.all().empty()) {
    CheckedFile around;
    lower_compile_findings(surroundings.diags);
    surroundings.diags.sort(surroundings.origins);
    for (const Diagnostic& d : surroundings.diags.all())
      around.findings.push_back(FileCheck::finding(surroundings, d, request));
    report.files.push_back(std::move(around));
  }
  for (CheckedFile& f : files) report.files.push_back(std::move(f));
  report_unused_entries(request, report);
  return report;
}

std::uint64_t CheckReport::count(Severity severity) const {
  std::uint64_t n = 0;
  for (const CheckedFile& f : files)
    for (const Finding& x : f.findings) n += x.severity == severity;
  return n;
}

std::uint64_t CheckReport::count(Admission admission) const {
  std::uint64_t n = 0;
  for (const CheckedFile& f : files)
    for (const CheckedDocument& d : f.documents) n += d.admission == admission;
  return n;
}

std::uint64_t CheckReport::suppressed() const {
  std::uint64_t n = 0;
  for (const CheckedFile& f : files) n += f.suppressed;
  return n;
}

bool CheckReport::is_empty() const {
  return errors.empty() && std::all_of(files.begin(), files.end(), [](const CheckedFile& f) {
           return !f.unreadable && f.documents.empty() && f.findings.empty();
         });
}

int CheckReport::exit_code(bool warnings_count) const {
  int code = 0;
  bool any_document = false;
  auto worst = [&](const Error& e) { code = code == 3 || e.exit_code == 3 ? 3 : e.exit_code; };
  for (const Error& e : errors) worst(e);
  for (const CheckedFile& f : files) {
    any_document |= !f.documents.empty();
    if (f.unreadable) worst(*f.unreadable);
  }
  if (code == 3) return 3;
  if (code != 0 || !any_document || count(Severity::kError) > 0) return 1;
  return warnings_count && count(Severity::kWarning) > 0 ? 1 : 0;
}

std::string_view admission_name(Admission admission) {
  switch (admission) {
    case Admission::kAccepted:
      return "accepted";
    case Admission::kRejected:
      return "rejected";
    case Admission::kNotChecked:
      return "not-checked";
  }
  return "";
}

}  // namespace grovec::driver
