// The parts of status that goldens show only a few cases of: scheduler messages, selectors, lines.
#include <gtest/gtest.h>

#include "ir/value/value.h"
#include "runtime/status/report.h"
#include "runtime/status/scheduler_text.h"

namespace grovec::status {
namespace {

using ir::Member;
using ir::Value;

TEST(SchedulerSentence, SaysWhatNodesLack) {
  EXPECT_EQ(scheduler_sentence("0/1 nodes are available: 1 Insufficient cpu."),
            "no node of 1 fits: 1 has too little cpu");
  EXPECT_EQ(scheduler_sentence("0/3 nodes are available: 1 Too many pods, 2 node(s) didn't match Pod's node "
                               "affinity/selector. preemption: 0/3 nodes are available: 3 No preemption victims."),
            "no node of 3 fits: 1 has no place for another pod; 2 do not match its node selector or affinity");
}

TEST(SchedulerSentence, TaintsMayHoldCommasAndValues) {
  EXPECT_EQ(
      scheduler_sentence("0/2 nodes are available: 1 node(s) had untolerated taint {a: b, c}, 1 Insufficient memory."),
      "no node of 2 fits: 1 has the taint `a=b, c`, which it does not tolerate; 1 has too little memory");
  EXPECT_EQ(scheduler_sentence("0/2 nodes are available: 2 node(s) had untolerated taint {dedicated: }."),
            "no node of 2 fits: 2 have the taint `dedicated`, which it does not tolerate");
}

TEST(SchedulerSentence, WithoutNodes) {
  EXPECT_EQ(scheduler_sentence("0/0 nodes are available"), "there is no node");
  EXPECT_EQ(scheduler_sentence("no nodes available to schedule pods"),
            "the scheduler says: no nodes available to schedule pods");
}

TEST(SchedulerSentence, WhatIsNotKnownStaysAsItIs) {
  EXPECT_EQ(scheduler_sentence("0/2 nodes are available: 2 node(s) are sleepy."),
            "no node of 2 fits: 2 node(s) are sleepy");
  EXPECT_EQ(scheduler_sentence("12"), "the scheduler says: 12");
  EXPECT_EQ(scheduler_sentence("0/99999999999999999999 nodes are available"),
            "the scheduler says: 0/99999999999999999999 nodes are available");
}

TEST(OneLine, IsNoCommandForATerminalAndEnds) {
  EXPECT_EQ(one_line("a\n\tb\x1b[31mc \x7f"), "a b [31mc");
  const std::string cut = one_line(std::string(kLongestSentence - 4, 'x') + "ää" + std::string(100, 'y'));
  EXPECT_LE(cut.size(), kLongestSentence);
  EXPECT_TRUE(cut.ends_with("x…")) << cut;
  EXPECT_EQ(one_line(std::string(kLongestSentence, 'x')).size(), kLongestSentence);
}

TEST(Selector, OfLabels) {
  const Member members[] = {{"app", {}, Value::string("llm")}, {"team", {}, Value::string("chat")}};
  const Value labels = Value::mapping(members);
  for (const char* yes : {"", "app=llm", "app==llm", "team", "!stage", "app!=web", "stage!=x", "app=llm,team=chat"}) {
    Result<bool> r = is_selected(yes, labels);
    EXPECT_TRUE(r && *r) << yes;
  }
  for (const char* no : {"app=web", "stage", "!app", "app!=llm", "app=llm,team=other"}) {
    Result<bool> r = is_selected(no, labels);
    EXPECT_TRUE(r && !*r) << no;
  }
  for (const char* bad : {"=x", "app in (a)", "!app=x", "a=b,,c"}) EXPECT_FALSE(is_selected(bad, labels)) << bad;
}

}  // namespace
}  // namespace grovec::status
