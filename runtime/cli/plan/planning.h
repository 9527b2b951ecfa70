/// \file Everything `grovec plan` reads, paired by namespace and name, and what it makes of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/cli/plan/dump.h"
#include "runtime/driver/compile.h"
#include "runtime/plan/plan.h"
#include "runtime/plan/recompile.h"
#include "runtime/terminal/options.h"

namespace grovec::cli {

/// What has been planned, with totals and the gates that stop it.
struct Planned {
  std::vector<plan::SetPlan> sets;                ///< by namespace and name
  std::vector<const driver::CompiledSet*> drawn;  ///< NEW of each of them, OLD of one that goes; of these:
  std::unique_ptr<driver::Compilation> older, newer;
  std::vector<std::unique_ptr<plan::Recompiled>> kept;  ///< NEW where a count is kept
  std::vector<std::string> notes;                       ///< of the run
  plan::Amount restarts, added, removed, down_at_once;
  std::uint64_t gangs_down = 0;
  std::vector<std::string> gates;  ///< why the exit code is 1, one sentence each
  bool is_forbidden() const;
  bool changes_anything() const;
};

/// What a cluster answered: lists and objects, each with the name that messages call it by.
using LiveTexts = std::vector<std::pair<std::string, std::string>>;

struct PlanInputs {
  driver::CompileRequest older, newer;
  std::string old_ref, dump;
  /// Instead of a dump: looks at what lives of these sets.
  std::function<Result<LiveTexts>(const driver::Compilation& next)> look = {};

  /// Counts of sets that stay as they live, whatever NEW says, by namespace and name.
  std::map<std::pair<std::string, std::string>, std::int64_t> kept_counts = {};

  /// OLD is what lives.
  bool is_live() const { return look || !dump.empty(); }
  bool has_old = true;            ///< OLD is an operand
  std::string* errors = nullptr;  ///< takes what keeps a plan from being made, instead of standard error
};

/// Null if the command is to end with `exit_code`; what is wrong has been said on standard error, or in `errors`.
std::unique_ptr<Planned> make_plan(const Options& options, const PlanInputs& inputs, int& exit_code);

/// Of the options of `plan` those that can be wrong by themselves.
Result<Done> check_plan_options(const Options& options);
/// Prints as the options say, and the gates that stop it on standard error; the exit code.
int finish_plan(const Options& options, Planned& plan);

std::string plan_text(const Planned& plan, bool color);
std::string plan_json(const Planned& plan);      ///< schemas/output/plan.schema.json
std::string plan_markdown(const Planned& plan);  ///< at most kLongestMarkdown characters
std::string plan_html(const Planned& plan);      ///< one page, nothing to load

/// "restarts 24 pods, 192 GPUs, at most 32 GPUs down at once".
std::string headline_of(const Planned& plan);
/// The one word for what happens to a set, by the worst of all sets.
plan::Action worst_of(const Planned& plan);

}  // namespace grovec::cli
