// A test with a `plan`: what the edit restarts, and how much is down at once.
#include <algorithm>
#include <map>

#include "runtime/cli/compiling.h"
#include "runtime/cli/plan/planning.h"
#include "runtime/cli/testing/run_case.h"

namespace grovec::cli {

namespace {

// Pods that restart, by PodClique. Names are those of a namespace; a test has one.
std::map<std::string, std::int64_t> restarts_of(const Planned& planned) {
  std::map<std::string, std::int64_t> out;
  for (const plan::SetPlan& s : planned.sets)
    for (const plan::CliquePods& c : s.podcliques) out[c.name] += static_cast<std::int64_t>(c.pods);
  return out;
}

void compare(const TestFile& file, const TestCase& test, const Planned& planned, std::vector<std::string>& failures) {
  auto fail = [&](OriginId at, const std::string& what) { failures.push_back(file.place(at) + what); };
  if (test.restarts) {
    std::map<std::string, std::int64_t> found = restarts_of(planned);
    for (const Bound& b : *test.restarts) {
      const std::int64_t n = found[b.what];
      if (!b.holds(n))
        fail(b.at,
             "`" + b.what + "` restarts " + std::to_string(n) + (n == 1 ? " pod" : " pods") + ", expected " + b.text());
      found.erase(b.what);
    }
    for (const auto& [name, n] : found)
      fail(test.restarts_at,
           "`" + name + "` restarts " + std::to_string(n) + (n == 1 ? " pod" : " pods") + ", which is not expected");
  }
  if (!test.gpus_down) return;
  const auto gpus = static_cast<std::int64_t>(planned.down_at_once.gpus);
  if (!test.gpus_down->holds(gpus))
    fail(test.gpus_down->at, "`gpusDownAtOnce` is " + std::to_string(gpus) + ", expected " + test.gpus_down->text());
}

}  // namespace

CaseResult run_plan_case(const TestFile& file, const TestCase& test) {
  CaseResult out;
  std::string errors;
  PlanInputs inputs;
  inputs.older = *test.plan_old;
  inputs.newer = test.request;
  inputs.errors = &errors;
  for (driver::CompileRequest* request : {&inputs.older, &inputs.newer})
    if (Result<Done> project = add_project(*request); !project) {
      out.failures.push_back(file.place(test.at) + project.error().message);
      out.exit_code = 1;
      return out;
    }
  int code = 0;
  const std::unique_ptr<Planned> planned = make_plan({}, inputs, code);
  if (!planned)
    out.failures.push_back(file.place(test.at) + "there is no plan:\n" + errors);
  else if (planned->is_forbidden())
    out.failures.push_back(file.place(test.at) + "the edit is refused:\n" + errors);
  else
    compare(file, test, *planned, out.failures);
  if (!out.failures.empty()) out.exit_code = std::max(code, 1);
  return out;
}

}  // namespace grovec::cli
