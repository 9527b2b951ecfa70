// Steps in words.
#include <algorithm>

#include "tests/simulator/explore/state.h"

namespace grovec::simulator {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x | 32) : x; });
  return out;
}

std::string kind_word(Kind kind) { return lower(simulate::facts_of(kind).name); }

}  // namespace

std::string word_of(const Choice& c) {
  constexpr const char* kClasses[] = {"cluster", "operator", "former", "start", "catch up", "release",
                                      "clock",   "",         "slow",   "",      "second",   "",
                                      "jump",    "edit",     "strip",  "hold",  "",         "storm"};
  constexpr const char* kFates[] = {"done", "refused", "lost", "killed before", "killed after"};
  constexpr const char* kDeeds[] = {"scale", "image", "delete ", "fail", "unready", "hang"};
  switch (c.what) {
    case MoveClass::kDeed:
      return kDeeds[static_cast<std::size_t>(c.deed)] + (c.deed == DeedKind::kDelete ? kind_word(c.key.kind) : "");
    case MoveClass::kFate:
      return kFates[static_cast<std::size_t>(c.fate)];
    case MoveClass::kLag:
      return "lag " + kind_word(static_cast<Kind>(c.number));
    case MoveClass::kBack:
      return "back " + kind_word(static_cast<Kind>(c.number));
    default:
      return kClasses[static_cast<std::size_t>(c.what)];
  }
}

namespace {

std::string object_text(const Key& key) { return std::string(simulate::facts_of(key.kind).name) + " " + key.name; }

std::string deed_text(const Choice& c) {
  std::string kind(simulate::facts_of(c.key.kind).short_name);
  if (kind.empty()) kind = kind_word(c.key.kind);
  switch (c.deed) {
    case DeedKind::kScale:
      return "kubectl scale " + kind + " " + c.key.name + " --replicas=" + std::to_string(c.number);
    case DeedKind::kImage:
      return "the image of every container changes";
    case DeedKind::kDelete:
      return "kubectl delete " + kind + " " + c.key.name + " --wait=false";
    case DeedKind::kFail:
      return "pod status of " + c.key.name + " set by hand: phase Failed, reason Evicted";
    case DeedKind::kUnready:
      return "pod status of " + c.key.name + " set by hand: Ready=False, its container ready=False started=True";
    case DeedKind::kHang:
      return c.key.name + " is not ready any more, and stays so";
  }
  return {};
}

std::string write_text(const simulate::Operator& who) {
  const decide::Action* a = who.next_write();
  if (!a) return "looks";
  return std::string(decide::name_of(a->verb)) + " " + std::string(ir::info_of(a->key.kind).kind) + " " + a->key.name +
         " (" + decide::text_of(a->why) + ")";
}

}  // namespace

std::string Stage::text_of(const Choice& c, const State& before) const {
  constexpr std::string_view kFates[] = {"done", "refused", "done, its answer lost",
                                         "never sent, the operator is killed", "done, the operator is killed"};
  switch (c.what) {
    case MoveClass::kCluster:
      return "the cluster: " + std::string(simulate::name_of(c.move.kind)) +
             (c.move.key.name.empty() ? "" : " " + object_text(c.move.key));
    case MoveClass::kOperator:
      return "the operator: " + write_text(before.leader);
    case MoveClass::kFormer:
      return "the former operator: " + write_text(*before.former);
    case MoveClass::kStart:
      return "the operator is started again";
    case MoveClass::kCatchUp:
      return "the cache catches up";
    case MoveClass::kClock:
    case MoveClass::kSlow:
      return "time passes: " + std::to_string(before.leader.looks_again()->seconds() - before.now.seconds()) +
             " s; the operator looks";
    case MoveClass::kDeed:
      return deed_text(c);
    case MoveClass::kFate:
      return "the operator: " + write_text(before.leader) + ": " +
             std::string(kFates[static_cast<std::size_t>(c.fate)]);
    case MoveClass::kSecond:
      return "a second operator takes over; the first goes on writing";
    case MoveClass::kLag:
      return "the cache of " + std::string(simulate::facts_of(static_cast<Kind>(c.number)).name) + " sees nothing new";
    case MoveClass::kJump:
      return "the clock jumps by " + std::to_string(c.number) + " s";
    case MoveClass::kEdit:
      return "kubectl label " + object_text(c.key) + " app.kubernetes.io/part-of-";
    case MoveClass::kStrip:
      return "somebody takes our finalizer off " + object_text(c.key);
    case MoveClass::kHold:
      return "somebody puts a finalizer on " + object_text(c.key);
    case MoveClass::kRelease:
      return "they take their finalizer off " + object_text(c.key);
    case MoveClass::kBack:
      return "the cache of " + std::string(simulate::facts_of(static_cast<Kind>(c.number)).name) +
             " goes back to what was before the last change";
    case MoveClass::kStorm:
      return "somebody else writes just before the operator does, three times";
  }
  return {};
}

}  // namespace grovec::simulator
