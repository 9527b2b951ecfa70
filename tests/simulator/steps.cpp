#include "tests/simulator/steps.h"

#include <cmath>
#include <regex>
#include <sstream>

namespace grovec::simulator {

namespace {

using Match = std::smatch;
using Fill = void (*)(const Match& m, Step& step);

struct Rule {
  std::regex pattern;
  Fill fill;
};

std::int64_t number(const Match& m, std::size_t group) { return std::stoll(m[group].str()); }

void of_object(const Match& m, Step& step, StepKind kind) {
  step.kind = kind;
  step.kind_word = m[1];
  step.object = m[2];
}

void until(Step& step, Until what) {
  if (step.kind != StepKind::kWaitUntil) step.kind = StepKind::kWaitUntil;
  step.until = what;
}

const std::vector<Rule>& conditions() {
  static const std::vector<Rule> kRules = {
      {std::regex("every pod is ready and nothing changes"),
       [](const Match&, Step& s) { until(s, Until::kReadyAndQuiet); }},
      {std::regex("nothing changes"), [](const Match&, Step& s) { until(s, Until::kQuiet); }},
      {std::regex("every object is gone"), [](const Match&, Step& s) { until(s, Until::kEverythingGone); }},
      {std::regex("the PodCliqueSet is gone"), [](const Match&, Step& s) { until(s, Until::kSetGone); }},
      {std::regex("(\\d+) pods? runs?"),
       [](const Match& m, Step& s) {
         until(s, Until::kPodsRun);
         s.number = number(m, 1);
       }},
      {std::regex("status\\.updateProgress\\.updateEndedAt is set"),
       [](const Match&, Step& s) { until(s, Until::kUpdateEnded); }},
      {std::regex("group (\\S+) has selected a replica to update"),
       [](const Match& m, Step& s) {
         until(s, Until::kReplicaSelected);
         s.object = m[1];
       }},
      {std::regex("(\\S+) has selected a pod to update"),
       [](const Match& m, Step& s) {
         until(s, Until::kPodSelected);
         s.object = m[1];
       }},
      {std::regex("(\\S+) has one pod done"),
       [](const Match& m, Step& s) {
         until(s, Until::kPodDone);
         s.object = m[1];
       }},
      {std::regex("replica (\\d+) is being updated"),
       [](const Match& m, Step& s) {
         until(s, Until::kReplicaUpdated);
         s.number = number(m, 1);
       }},
  };
  return kRules;
}

const std::vector<Rule>& steps() {
  static const std::vector<Rule> kRules = {
      {std::regex("kubectl (?:create|apply) -f (\\S+)"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kCreate;
         s.text = m[1];
       }},
      {std::regex("kubectl scale (\\S+) (\\S+) --replicas=(-?\\d+)"),
       [](const Match& m, Step& s) {
         of_object(m, s, StepKind::kScale);
         s.number = number(m, 3);
       }},
      {std::regex("kubectl patch (\\S+) (\\S+) --type=(json|merge) -p '(.*)'"),
       [](const Match& m, Step& s) {
         of_object(m, s, StepKind::kPatch);
         s.merge = m[3] == "merge";
         s.text = m[4];
       }},
      {std::regex("kubectl (?:annotate) (\\S+) (\\S+) (?:--overwrite )?(\\S+)"),
       [](const Match& m, Step& s) {
         of_object(m, s, StepKind::kMetadata);
         s.text = m[3];
       }},
      {std::regex("kubectl (?:label) (\\S+) (\\S+) (?:--overwrite )?(\\S+)"),
       [](const Match& m, Step& s) {
         of_object(m, s, StepKind::kMetadata);
         s.text = m[3];
         s.merge = true;
       }},
      {std::regex("kubectl delete (\\S+) (\\S+)(?: --wait=false)?"),
       [](const Match& m, Step& s) { of_object(m, s, StepKind::kDelete); }},
      {std::regex("Eviction API \\(policy/v1\\) for (pod) (\\S+)"),
       [](const Match& m, Step& s) { of_object(m, s, StepKind::kEvict); }},
      {std::regex("kubectl cordon <node of (\\S+)>"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kCordon;
         s.object = m[1];
       }},
      {std::regex("kubectl uncordon <node of (\\S+)>"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kUncordon;
         s.object = m[1];
       }},
      {std::regex("kubectl cordon <all nodes of the pool>"), [](const Match&, Step& s) { s.kind = StepKind::kCordon; }},
      {std::regex("kubectl uncordon <all nodes of the pool>"),
       [](const Match&, Step& s) { s.kind = StepKind::kUncordon; }},
      {std::regex("kubectl uncordon <(\\d+) nodes? of the pool>"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kUncordonSome;
         s.number = number(m, 1);
       }},
      {std::regex("(\\d+) nodes in the pool(?:, (\\d+) of them cordoned)?"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kNodes;
         s.number = number(m, 1);
         s.text = m[2].matched ? m[2].str() : "0";
       }},
      {std::regex("pod status of (\\S+) set by hand: (.*)"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kPodStatus;
         s.object = m[1];
         s.text = m[2];
       }},
      {std::regex("cliques re-ordered to ([^(]+?)(?: \\(.*)?"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kReorder;
         s.text = m[1];
       }},
      {std::regex("the operator is killed.*"), [](const Match&, Step& s) { s.kind = StepKind::kKill; }},
      {std::regex("the operator is started again"), [](const Match&, Step& s) { s.kind = StepKind::kStart; }},
      {std::regex("the operator is ready"), [](const Match&, Step& s) { s.kind = StepKind::kOperatorReady; }},
      {std::regex("wait ([0-9.]+) s.*"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kWait;
         s.number = std::llround(std::stod(m[1].str()) * 1000);
       }},
      {std::regex("the scheduler places (gangs|pods one by one)"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kScheduler;
         s.text = m[1];
       }},
      {std::regex("pods of (\\S+) (become ready after .*|crash .*)"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kBehaviour;
         s.object = m[1];
         s.text = m[2];
       }},
      {std::regex("expect (.*)"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kExpect;
         s.text = m[1];
       }},
      {std::regex("watch from here"), [](const Match&, Step& s) { s.kind = StepKind::kWatch; }},
      {std::regex("remember the pods as (\\S+)"),
       [](const Match& m, Step& s) {
         s.kind = StepKind::kRemember;
         s.text = m[1];
       }},
  };
  return kRules;
}

bool fill(const std::vector<Rule>& rules, const std::string& text, Step& step) {
  Match m;
  for (const Rule& rule : rules)
    if (std::regex_match(text, m, rule.pattern)) {
      rule.fill(m, step);
      return true;
    }
  return false;
}

bool understand(Step& step) {
  static const std::regex kUntil("wait (?:up to (\\d+) s )?until (.*)"), kInVain("waited (\\d+) s in vain until (.*)");
  Match m;
  if (std::regex_match(step.line, m, kInVain)) {
    step.may_fail = true;
    step.patience = number(m, 1) * 1000;
    const std::string condition = m[2];
    return fill(conditions(), condition, step);
  }
  if (std::regex_match(step.line, m, kUntil)) {
    if (m[1].matched) step.patience = number(m, 1) * 1000;
    const std::string condition = m[2];
    return fill(conditions(), condition, step);
  }
  return fill(steps(), step.line, step);
}

bool is_remark(const std::string& line) {
  const std::size_t at = line.find_first_not_of(" \t");
  return at == std::string::npos || line[at] == '#';
}

}  // namespace

Result<std::vector<Step>> parse_steps(const std::string& text) {
  static const std::regex kTimed("\\[(before|([0-9.]+)s)\\] (.*)"), kRefused("\\s+# refused: .*");
  std::vector<Step> out;
  std::istringstream in(text);
  std::string line;
  for (std::uint32_t n = 1; std::getline(in, line); ++n) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (is_remark(line)) {
      if (!out.empty() && std::regex_match(line, kRefused)) out.back().refused = true;
      continue;
    }
    Step step;
    step.number_of_line = n;
    step.line = line;
    if (Match m; std::regex_match(line, m, kTimed)) {
      step.before = m[1] == "before";
      if (!step.before) step.at = std::llround(std::stod(m[2].str()) * 1000);
      step.line = m[3];
    }
    if (!understand(step))
      return Error{"line " + std::to_string(n) + ": there is no step `" + step.line + "`", Error::kContent};
    out.push_back(std::move(step));
  }
  return out;
}

}  // namespace grovec::simulator
