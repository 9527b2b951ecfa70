#include "runtime/driver/fix.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "runtime/driver/replace_file.h"

namespace grovec::driver {

namespace {

using Texts = std::map<std::string, std::string>;

/// A part of a text to replace.
struct Edit {
  std::size_t begin, end;
  std::string text;
};

/// One finding's fix: all of its edits, or none.
struct Candidate {
  std::string file, key;
  bool is_safe = false;
  std::vector<Edit> edits;
  std::size_t begin() const { return edits.front().begin; }
  std::size_t end() const { return edits.back().end; }
};

/// How good an input is; smaller is better.
struct Score {
  std::uint64_t rejected = 0, errors = 0, warnings = 0;
  bool operator<(const Score& o) const {
    return std::tie(rejected, errors, warnings) < std::tie(o.rejected, o.errors, o.warnings);
  }
};

Score score_of(const CheckReport& report) {
  return {report.count(Admission::kRejected), report.count(Severity::kError), report.count(Severity::kWarning)};
}

// Not worse in any respect that counts; warnings may follow from a document that is now understood.
bool is_worse(const Score& now, const Score& before) {
  if (now.rejected > before.rejected || now.errors > before.errors) return true;
  return now.rejected == before.rejected && now.errors == before.errors && now.warnings > before.warnings;
}

std::vector<std::size_t> line_starts(const std::string& text) {
  std::vector<std::size_t> out{0};
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) out.push_back(at + 1);
  return out;
}

bool is_json_value(const std::string& text) {
  return text == "true" || text == "false" || text == "null" || text.find_first_of("\"[{-0123456789") == 0;
}

// In JSON, text stays between quotes.
std::string in_place_of(const std::string& file, std::string_view written, const std::string& replacement) {
  if (!file.ends_with(".json") || written.empty() || written[0] != '"' || is_json_value(replacement))
    return replacement;
  return '"' + replacement + '"';
}

class Fixer {
 public:
  Fixer(CheckRequest& request, const FixOptions& options, const Progress& progress)
      : request_(request), options_(options), progress_(progress) {}

  Result<FixResult> run() {
    Result<CheckReport> first = check(request_, progress_);
    if (!first) return first.error();
    read_files(*first);
    request_.texts = &texts_;
    Result<CheckReport> report = texts_.empty() ? std::move(first) : check(request_, progress_);
    if (!report) return report.error();
    for (std::size_t round = 0; round < kMostRounds; ++round) {
      const std::vector<Candidate> batch = candidates(*report);
      if (batch.empty()) break;
      Result<bool> done = apply(batch, *report);
      if (!done) return done.error();
    }
    return finish(std::move(*report));
  }

 private:
  static constexpr std::size_t kMostRounds = 200, kMostTrials = 2000;

  bool is_wanted(const Finding& f) const { return !f.fixes.empty() && (options_.all || is_safe_fix(*f.info)); }

  void read_files(const CheckReport& report) {
    for (const CheckedFile& f : report.files) {
      if (f.name.empty() || f.documents.empty() || files_.contains(f.name)) continue;
      const bool any =
          std::any_of(f.findings.begin(), f.findings.end(), [&](const Finding& x) { return is_wanted(x); });
      if (!any || f.name == "<stdin>") continue;
      FixedFile file{f.name, {}, {}, 0, {}};
      if (std::string why = why_not_replaced(f.name); !why.empty()) {
        file.skipped = why;
      } else if (Result<std::string> text = read_input({f.name}); text) {
        file.before = *text;
        texts_[f.name] = std::move(*text);
      } else {
        file.skipped = text.error().message;
      }
      files_.emplace(f.name, std::move(file));
    }
  }

  std::optional<Candidate> candidate(const CheckedFile& file, const Finding& f,
                                     const std::vector<std::size_t>& lines) const {
    const std::string& text = texts_.at(file.name);
    Candidate c{file.name, std::to_string(f.info->code) + f.message + f.path, is_safe_fix(*f.info), {}};
    auto offset = [&](const Position& p) {
      return p.line == 0 || p.line > lines.size() ? text.size() + 1 : lines[p.line - 1] + p.byte_column - 1;
    };
    for (const Finding::Fix& x : f.fixes) {
      const std::size_t begin = offset(x.place.begin), end = offset(x.place.end);
      // Never another file: an include is not ours to change.
      if (x.place.file != file.name || begin > end || end > text.size()) return std::nullopt;
      const std::string_view written = std::string_view(text).substr(begin, end - begin);
      std::string replacement = in_place_of(file.name, written, x.replacement);
      if (replacement != written) c.edits.push_back({begin, end, std::move(replacement)});
    }
    std::sort(c.edits.begin(), c.edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < c.edits.size(); ++i)
      if (c.edits[i].begin < c.edits[i - 1].end) return std::nullopt;
    if (c.edits.empty()) return std::nullopt;
    return c;
  }

  /// Fixes that do not touch each other, in the order of their places.
  std::vector<Candidate> candidates(const CheckReport& report) const {
    std::vector<Candidate> out;
    std::set<std::string> seen;
    for (const CheckedFile& f : report.files) {
      if (!texts_.contains(f.name) || !seen.insert(f.name).second) continue;
      const std::vector<std::size_t> lines = line_starts(texts_.at(f.name));
      std::vector<Candidate> own;
      for (const Finding& x : f.findings) {
        if (!is_wanted(x)) continue;
        std::optional<Candidate> c = candidate(f, x, lines);
        if (c && !refused_.contains({c->file, c->key})) own.push_back(std::move(*c));
      }
      std::stable_sort(own.begin(), own.end(),
                       [](const Candidate& a, const Candidate& b) { return a.begin() < b.begin(); });
      std::size_t end = 0;
      for (Candidate& c : own) {
        if (c.begin() < end && end > 0) continue;
        end = c.end();
        out.push_back(std::move(c));
      }
    }
    return out;
  }

  static void edit(std::string& text, const std::vector<Edit>& edits) {
    for (auto e = edits.rbegin(); e != edits.rend(); ++e) text.replace(e->begin, e->end - e->begin, e->text);
  }

  void edit_all(std::span<const Candidate> batch) {
    for (auto c = batch.rbegin(); c != batch.rend(); ++c) edit(texts_[c->file], c->edits);
  }

  /// Tries all at once, and one after the other if that is no gain. True if something was applied.
  Result<bool> apply(const std::vector<Candidate>& batch, CheckReport& report) {
    Result<bool> done = attempt(batch, report);
    if (!done || *done) return done;
    if (batch.size() == 1) {
      refused_.insert({batch[0].file, batch[0].key});
      return false;
    }
    // From the end to the start, so that places before an applied fix stay valid.
    bool any = false;
    for (std::size_t i = batch.size(); i-- > 0;) {
      if (++trials_ > kMostTrials) {
        refused_.insert({batch[i].file, batch[i].key});
        continue;
      }
      Result<bool> one = attempt(std::span(batch).subspan(i, 1), report);
      if (!one) return one;
      if (!*one) refused_.insert({batch[i].file, batch[i].key});
      any |= *one;
    }
    return any;
  }

  Result<bool> attempt(std::span<const Candidate> batch, CheckReport& report) {
    Texts before;
    for (const Candidate& c : batch) before.emplace(c.file, texts_.at(c.file));
    edit_all(batch);
    Result<CheckReport> now = check(request_, {});
    if (!now) return now.error();
    const Score was = score_of(report), is = score_of(*now);
    // A document that is understood at last may show other mistakes; a mistake for a mistake is no gain.
    const bool all_safe = std::all_of(batch.begin(), batch.end(), [](const Candidate& c) { return c.is_safe; });
    if (is_worse(is, was) || (!(is < was) && (!all_safe || ++standstills_ > kMostStandstills))) {
      for (auto& [file, text] : before) texts_[file] = std::move(text);
      return false;
    }
    for (const Candidate& c : batch) ++files_.at(c.file).fixes;
    report = std::move(*now);
    return true;
  }

  Result<FixResult> finish(CheckReport report) {
    FixResult out;
    bool failed = false;
    for (auto& [path, file] : files_) {
      if (auto it = texts_.find(path); it != texts_.end()) file.after = it->second;
      if (file.skipped.empty() && file.after != file.before && !options_.dry_run) {
        Result<Done> written = replace_file(path, file.before, file.after);
        if (!written) {
          out.errors.push_back(written.error());
          file.skipped = written.error().message;
          texts_.erase(path);
          failed = true;
        }
      }
      out.files.push_back(file);
    }
    if (failed) {
      Result<CheckReport> again = check(request_, {});
      if (!again) return again.error();
      report = std::move(*again);
    }
    out.report = std::move(report);
    return out;
  }

  static constexpr std::size_t kMostStandstills = 16;
  CheckRequest& request_;
  const FixOptions& options_;
  const Progress& progress_;
  Texts texts_;
  std::map<std::string, FixedFile> files_;
  std::set<std::pair<std::string, std::string>> refused_;
  std::size_t trials_ = 0, standstills_ = 0;
};

}  // namespace

std::size_t FixResult::fixes() const {
  std::size_t n = 0;
  for (const FixedFile& f : files)
    if (f.skipped.empty()) n += f.fixes;
  return n;
}

bool is_safe_fix(const DiagInfo& info) {
  // Spelling of fields, kinds and values; versions of which there is one; quotes; another way to write a duration.
  for (const DiagInfo* safe :
       {static_cast<const DiagInfo*>(&diag::UnknownField), static_cast<const DiagInfo*>(&diag::WrongType),
        static_cast<const DiagInfo*>(&diag::BadDuration), static_cast<const DiagInfo*>(&diag::NotAllowedValue),
        static_cast<const DiagInfo*>(&diag::WrongVersion), static_cast<const DiagInfo*>(&diag::UnknownKind),
        static_cast<const DiagInfo*>(&diag::DslColonNeedsBlank), static_cast<const DiagInfo*>(&diag::DslUnknownField)})
    if (info.code == safe->code) return true;
  return false;
}

Result<FixResult> check_and_fix(CheckRequest request, const FixOptions& options, const Progress& progress) {
  return Fixer(request, options, progress).run();
}

}  // namespace grovec::driver
