#include "tests/simulator/story.h"

#include <cstdio>

namespace grovec::simulator {

using simulate::Change;
using simulate::Instant;
using simulate::Kind;
using simulate::Object;
using simulate::Written;

void Story::line(std::string_view who, const std::string& what, const std::string& why, Instant now) {
  if (!told_) return;
  char time[32];
  std::snprintf(time, sizeof time, "%9.3f", static_cast<double>(now.ns - start_.ns) / 1e9);
  std::string text =
      std::string(time) + "  " + std::string(who) + std::string(who.size() < 10 ? 10 - who.size() : 1, ' ') + what;
  if (!why.empty()) text += std::string(text.size() < 76 ? 76 - text.size() : 1, ' ') + " # " + why;
  text_ += text + "\n";
}

std::string Story::object_text(const Object& object) const {
  return std::string(simulate::facts_of(object.key.kind).name) + " " +
         (object.key.kind == Kind::kPod ? aliases_->of(object) : object.key.name);
}

void Story::people(const std::string& what, const std::string& remark, Instant now) {
  line("people", what, remark, now);
}

void Story::said(const std::string& what, Instant now) { line("event", aliases_->in_text(what), "", now); }

void Story::wrote(const Written& write, Instant now) {
  const decide::Action& a = write.action;
  const std::string kind(ir::info_of(a.key.kind).kind);
  std::string why = aliases_->in_text(decide::text_of(a.why));
  if (!write.answer.ok() || write.answer.code == 0)
    why += "; answer " + std::to_string(write.answer.code) + " " + write.answer.message;
  const bool is_new_pod = a.verb == decide::Verb::kCreate && write.answer.object && a.key.kind == decide::Kind::kPod;
  const std::string name = is_new_pod ? Aliases::slot_of(*write.answer.object) : aliases_->in_text(a.key.name);
  line("operator", std::string(decide::name_of(a.verb)) + " " + kind + " " + name, why, now);
  if (write.answer.object) written_.insert(write.answer.object->key);
}

void Story::changed(const Change& change, Instant now) {
  if (!told_) return;
  const Object& object = change.object();
  if (written_.erase(object.key) > 0) return;
  if (!change.after) return line("cluster", object_text(object) + " is gone", "", now);
  if (change.is_deletion_mark()) return line("cluster", object_text(object) + " is marked for deletion", "", now);
  if (!change.before || object.key.kind != Kind::kPod) return;
  const auto* before = change.before->as<decide::LivePod>();
  const auto* after = change.after->as<decide::LivePod>();
  if (!before || !after) return;
  if (after->has_node && !before->has_node)
    line("scheduler", object_text(object) + " to node " + std::string(object.spec()["nodeName"].as_string()), "", now);
  else if (after->ready != before->ready)
    line("kubelet", object_text(object) + (after->ready ? " is Ready" : " is not Ready any more"), "", now);
  else if (after->phase != before->phase && after->is_finished())
    line("kubelet", object_text(object) + " has finished", "", now);
}

}  // namespace grovec::simulator
