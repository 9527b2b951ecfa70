#include "runtime/cli/testing/run_case.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "ir/base/render.h"
#include "runtime/cli/compiling.h"
#include "runtime/output/emit.h"
#include "runtime/output/output.h"
#include "runtime/terminal/text_diff.h"
#include "runtime/view/names.h"
#include "runtime/view/set.h"

namespace grovec::cli {

namespace {

using driver::Compilation;

constexpr std::uint64_t kMostObjects = 100'000;  // of a golden
constexpr std::size_t kLongestDiff = 8 * 1024;

std::int64_t count_of(const Compilation& c, std::string_view what) {
  std::uint64_t n = 0;
  if (what == "sets") n = c.sets.size();
  for (const auto& set : c.sets) {
    const ir::Totals t = ir::totals_of(set->world);
    if (what == "pods") n += t.pods;
    if (what == "gangs") n += t.base_gangs + t.scaled_gangs;
    if (what == "podCliques") n += t.pod_cliques;
    if (what == "scalingGroups") n += t.scaling_groups;
    if (what == "objects") n += t.objects;
    if (what != "gpus") continue;
    const driver::SetView view(set->world, *set->directory);
    n += static_cast<std::uint64_t>(driver::sums_of(view, driver::outline(view, {})).resources.gpus());
  }
  return static_cast<std::int64_t>(n);
}

std::pair<std::int64_t, std::string> longest_name(const Compilation& c) {
  std::pair<std::int64_t, std::string> out;
  for (const auto& set : c.sets)
    for (const driver::NameRow& row : driver::name_rows(set->plan, set->world))
      if (row.section == driver::NameRow::Section::kObject && static_cast<std::int64_t>(row.used) > out.first)
        out = {static_cast<std::int64_t>(row.used), row.text};
  return out;
}

// What `compile` prints, in a file of the memory.
Result<std::string> compiled_text(const Compilation& c) {
  const int fd = ::memfd_create("golden", MFD_CLOEXEC);
  if (fd < 0) return Error{"no memory for the compiled objects"};
  Result<Done> done = [&] {
    driver::FdWriter out(fd, "the compiled objects");
    driver::ObjectStream stream(out, driver::OutputFormat::kYaml);
    for (const driver::LoadedDocument& d : c.foreign) stream.tree(d.document.root);
    for (const ir::Value& topology : c.topologies) stream.tree(topology);
    for (const auto& set : c.sets) stream.plan(set->plan, set->world, true);
    stream.finish();
    return out.finish();
  }();
  struct stat st {};
  std::string text;
  if (done && ::fstat(fd, &st) == 0) text.resize(static_cast<std::size_t>(st.st_size));
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = ::pread(fd, text.data() + at, text.size() - at, static_cast<off_t>(at));
    if (n <= 0) break;
    at += static_cast<std::size_t>(n);
  }
  ::close(fd);
  if (!done) return done.error();
  return text;
}

/// One run.
class CaseRun {
 public:
  CaseRun(const TestFile& file, const TestCase& test, bool update) : file_(file), test_(test), update_(update) {}

  CaseResult run() {
    driver::CompileRequest request = test_.request;
    request.max_objects = kMostObjects;
    if (Result<Done> project = add_project(request); !project) {
      fail(test_.at, project.error().message);
      result_.exit_code = 1;
      return std::move(result_);
    }
    Result<std::unique_ptr<Compilation>> compiled = driver::compile(request);
    if (!compiled) {
      fail(test_.at, compiled.error().message);
      result_.exit_code = compiled.error().kind == Error::kIo ? 3 : 1;
      return std::move(result_);
    }
    const Compilation& c = **compiled;
    check_diagnostics(c);
    if (c.failed()) {
      if (!test_.golden.empty() || !test_.counts.empty() || !test_.names.empty())
        fail(test_.at, "there is nothing to compare: the input has mistakes");
    } else {
      for (const Bound& b : test_.counts)
        if (const std::int64_t n = count_of(c, b.what); !b.holds(n))
          fail(b.at, "`counts." + b.what + "` is " + std::to_string(n) + ", expected " + b.text());
      for (const Bound& b : test_.names)
        if (const auto [n, name] = longest_name(c); !b.holds(n))
          fail(b.at, "the longest name `" + name + "` has " + std::to_string(n) + " characters, expected " + b.text());
      if (!test_.golden.empty()) check_golden(c);
    }
    if (!result_.failures.empty()) result_.exit_code = std::max(result_.exit_code, 1);
    return std::move(result_);
  }

 private:
  void fail(OriginId at, const std::string& what) { result_.failures.push_back(file_.place(at) + what); }

  void check_diagnostics(const Compilation& c) {
    std::set<std::string> found, unexpected;
    std::string text;
    const std::set<std::string> expected =
        test_.diagnostics ? std::set(test_.diagnostics->begin(), test_.diagnostics->end()) : std::set<std::string>();
    for (const Context* context : c.contexts())
      for (const Diagnostic& d : context->diags.all()) {
        const std::string code = code_text(d.info->code);
        found.insert(code);
        const bool counts = test_.diagnostics || d.severity == Severity::kError;
        if (counts && !expected.contains(code)) render(d, *context, {}, text);
      }
    if (!text.empty())
      fail(test_.diagnostics_at == kNowhere ? test_.at : test_.diagnostics_at, "not expected:\n" + text);
    for (const std::string& code : expected)
      if (!found.contains(code)) fail(test_.diagnostics_at, code + " was expected and does not occur");
  }

  void check_golden(const Compilation& c) {
    Result<std::string> text = compiled_text(c);
    if (!text) return broken(text.error());
    std::string old;
    const bool exists = ::access(test_.golden.c_str(), F_OK) == 0;
    if (exists) {
      Result<std::string> read = driver::read_input({test_.golden});
      if (!read) return broken(read.error());
      old = std::move(*read);
    }
    if (exists && old == *text) return;
    if (update_) {
      result_.updated = true;
      if (Result<Done> done = write(*text); !done) broken(done.error());
      return;
    }
    if (!exists) return fail(test_.golden_at, "there is no `" + test_.golden + "`; `grovec test --update` writes it");
    std::string diff = unified_diff(old, *text, test_.golden, "compiled");
    if (diff.size() > kLongestDiff) diff = diff.substr(0, diff.rfind('\n', kLongestDiff) + 1) + "...\n";
    fail(test_.golden_at, "`" + test_.golden + "` is not what the input compiles to:\n" + diff);
  }

  Result<Done> write(const std::string& text) const {
    for (std::size_t slash = test_.golden.find('/', 1); slash != std::string::npos;
         slash = test_.golden.find('/', slash + 1))
      ::mkdir(test_.golden.substr(0, slash).c_str(), 0777);  // what fails here fails below, too
    return driver::write_file_atomically(test_.golden, text);
  }

  void broken(const Error& error) {
    fail(test_.golden_at, error.message);
    result_.exit_code = 3;
  }

  const TestFile& file_;
  const TestCase& test_;
  const bool update_;
  CaseResult result_;
};

}  // namespace

CaseResult run_case(const TestFile& file, const TestCase& test, bool update) {
  return test.plan_old ? run_plan_case(file, test) : CaseRun(file, test, update).run();
}

}  // namespace grovec::cli
