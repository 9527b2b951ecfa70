// test: what users expect of their own workloads, from *.grovetest.yaml.
#include <sys/stat.h>
#include <unistd.h>

#include "ir/base/utf8.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/testing/run_case.h"
#include "runtime/driver/project_file.h"
#include "runtime/output/interrupt.h"
#include "runtime/output/output.h"
#include "runtime/output/xml.h"

namespace grovec::cli {

namespace {

constexpr OptionSpec kOptions[] = {
    {"--output", "-o", "FORMAT", "how to print", "text|junit"},
    {"--update", {}, {}, "write the goldens that differ", {}},
    {"--filter", {}, "TEXT", "only tests whose name has this text", {}},
};

constexpr std::string_view kEnding = ".grovetest.yaml";

struct Finished {
  std::string file, name;
  CaseResult result;
};

struct Tally {
  std::vector<Finished> cases;
  std::vector<Error> broken;  // files
  std::size_t failed() const {
    std::size_t n = broken.size();
    for (const Finished& f : cases) n += !f.result.failures.empty();
    return n;
  }
};

Result<std::vector<std::string>> test_files(const Options& options) {
  std::vector<std::string> operands = options.operands(), out;
  if (operands.empty()) operands.push_back(".");
  for (const std::string& operand : operands) {
    struct stat st {};
    const bool is_folder = ::stat(operand.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
    Result<std::vector<driver::Input>> found = driver::expand_project({operand}, {.recursive = true, .tests = true});
    if (!found) return found.error();
    for (const driver::Input& input : *found) {
      if (!input.path.ends_with(kEnding) && !is_folder)
        return Error{"`" + printable(input.path) + "` is no test; tests are files named *" + std::string(kEnding),
                     Error::kUsage};
      if (input.path.ends_with(kEnding))
        out.push_back(input.path.starts_with("./") ? input.path.substr(2) : input.path);
    }
  }
  if (out.empty()) return Error{"there is no file named *" + std::string(kEnding), Error::kContent};
  return out;
}

void run_file(const std::string& path, const Options& options, Tally& tally) {
  TestFile file;
  file.path = path;
  if (Result<Done> done = read_test_file(file); !done) {
    tally.broken.push_back(done.error());
    return;
  }
  for (const TestCase& test : file.cases) {
    if (test.name.find(options.get("--filter")) == std::string::npos) continue;
    tally.cases.push_back({path, test.name, run_case(file, test, options.has("--update"))});
    driver::reraise_interrupt();
  }
}

std::string text_report(const Tally& tally) {
  std::string out;
  for (const Error& e : tally.broken) out += e.message + (e.message.ends_with('\n') ? "" : "\n");
  for (const Finished& f : tally.cases) {
    out += (!f.result.failures.empty() ? "FAIL     "
            : f.result.updated         ? "updated  "
                                       : "ok       ") +
           f.file + ": " + f.name + "\n";
    for (const std::string& failure : f.result.failures) out += failure + (failure.ends_with('\n') ? "" : "\n");
  }
  const std::size_t passed = tally.cases.size() + tally.broken.size() - tally.failed();
  return out + std::to_string(passed) + " passed, " + std::to_string(tally.failed()) + " failed\n";
}

std::string junit_report(const Tally& tally) {
  std::string cases;
  for (const Finished& f : tally.cases) {
    cases +=
        "    <testcase classname=\"" + driver::xml_escaped(f.file) + "\" name=\"" + driver::xml_escaped(f.name) + "\"";
    cases += f.result.failures.empty() ? "/>\n" : ">\n";
    for (const std::string& failure : f.result.failures)
      cases += "      <failure message=\"" + driver::xml_escaped(failure.substr(0, failure.find('\n'))) + "\">" +
               driver::xml_escaped(failure) + "</failure>\n";
    if (!f.result.failures.empty()) cases += "    </testcase>\n";
  }
  for (const Error& e : tally.broken)
    cases += "    <testcase classname=\"grovec.test\" name=\"" +
             driver::xml_escaped(e.message.substr(0, e.message.find(':'))) + "\">\n      <error message=\"" +
             driver::xml_escaped(e.message) + "\"/>\n    </testcase>\n";
  const std::string counts = " tests=\"" + std::to_string(tally.cases.size() + tally.broken.size()) + "\" failures=\"" +
                             std::to_string(tally.failed() - tally.broken.size()) + "\" errors=\"" +
                             std::to_string(tally.broken.size()) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts + ">\n  <testsuite name=\"grovec test\"" +
         counts + ">\n" + cases + "  </testsuite>\n</testsuites>\n";
}

int run(const Options& options) {
  Result<std::vector<std::string>> files = test_files(options);
  if (!files) return fail(files.error());
  Tally tally;
  for (const std::string& path : *files) run_file(path, options, tally);
  if (tally.cases.empty() && tally.broken.empty()) return fail(kUsage, "no test has a name with this text");
  driver::FdWriter out(STDOUT_FILENO, "standard output");
  out.write(options.get("--output") == "junit" ? junit_report(tally) : text_report(tally));
  if (Result<Done> done = out.finish(); !done) return fail(done.error());
  int code = tally.failed() > 0 ? kFound : kClean;
  for (const Finished& f : tally.cases) code = std::max(code, f.result.exit_code);
  for (const Error& e : tally.broken) code = std::max(code, static_cast<int>(exit_code_of(e.kind)));
  return code;
}

}  // namespace

extern const Command kTestCommand;
constinit const Command kTestCommand{"test",
                                     "run the tests of *.grovetest.yaml files",
                                     "grovec test [OPTIONS] [FILE|DIR...]",
                                     "  grovec test                      all tests below this folder\n"
                                     "  grovec test --update             write the goldens that differ\n"
                                     "  grovec test -o junit > tests.xml\n",
                                     kOptions,
                                     run};

}  // namespace grovec::cli
