// What `plan -o json` prints: schemas/output/plan.schema.json.
#include "runtime/cli/plan/planning.h"
#include "runtime/output/json_stream.h"

namespace grovec::cli {

using driver::JsonStream;

namespace {

void write_amount(JsonStream& json, std::string_view key, const plan::Amount& a) {
  json.key(key).begin_object().member("pods", a.pods).member("gpus", a.gpus).end_object();
}

void write_spot(JsonStream& json, const plan::Spot& s) {
  if (s.line == 0) return;
  json.member("file", std::string_view(s.file)).member("line", s.line).member("column", s.column);
}

void write_change(JsonStream& json, const plan::Change& c) {
  json.begin_object().member("path", std::string_view(c.path));
  json.key("old").raw(c.old_text.empty() ? "null" : c.old_text);
  json.key("new").raw(c.new_text.empty() ? "null" : c.new_text);
  write_spot(json, c.at);
  if (c.old_at.line != 0 && !c.new_text.empty()) {
    json.key("old_at").begin_object();
    write_spot(json, c.old_at);
    json.end_object();
  }
  json.member("effect", plan::name_of(c.effect));
  if (!c.note.empty()) json.member("note", std::string_view(c.note));
  json.end_object();
}

void write_step(JsonStream& json, const plan::RollStep& s) {
  json.begin_object().member("step", s.number).member("action", plan::name_of(s.action));
  json.member("kind", std::string_view(s.kind)).member("name", std::string_view(s.name));
  json.member("pods", s.amount.pods).member("gpus", s.amount.gpus).member("at_once", s.at_once);
  if (s.waits) json.member("waits_for", "capacity");
  json.member("reason", std::string_view(s.reason)).end_object();
}

void write_texts(JsonStream& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_list();
  for (const std::string& t : texts) json.value(std::string_view(t));
  json.end_list();
}

void write_restarts(JsonStream& json, const plan::SetPlan& s) {
  json.key("restarts").begin_object().member("pods", s.restarts.pods).member("gpus", s.restarts.gpus);
  json.key("podcliques").begin_list();
  for (const plan::CliquePods& c : s.podcliques)
    json.begin_object().member("name", std::string_view(c.name)).member("pods", c.pods).end_object();
  json.end_list().end_object();
}

void write_forbidden(JsonStream& json, const plan::SetPlan& s) {
  json.key("forbidden").begin_list();
  for (const plan::Forbidden& f : s.forbidden) {
    json.begin_object().member("path", std::string_view(f.path)).member("code", std::string_view(f.code));
    json.member("instead", std::string_view(f.instead)).member("message", std::string_view(f.message));
    write_spot(json, f.at);
    json.end_object();
  }
  json.end_list();
}

void write_set(JsonStream& json, const plan::SetPlan& s) {
  json.begin_object().member("namespace", std::string_view(s.namespace_)).member("name", std::string_view(s.name));
  json.member("action", plan::name_of(s.action));
  json.key("changes").begin_list();
  for (const plan::Change& c : s.changes) write_change(json, c);
  json.end_list().key("objects").begin_list();
  for (const plan::ObjectChange& o : s.objects) {
    json.begin_object().member("kind", std::string_view(o.kind)).member("name", std::string_view(o.name));
    json.member("action", plan::name_of(o.action)).member("reason", std::string_view(o.reason)).end_object();
  }
  json.end_list();
  write_restarts(json, s);
  write_amount(json, "added", s.added);
  write_amount(json, "removed", s.removed);
  write_amount(json, "pending", s.pending);
  json.key("down_at_once").begin_object().member("pods", s.down_at_once.pods).member("gpus", s.down_at_once.gpus);
  json.member("gangs", s.gangs_down).end_object();
  json.key("steps").begin_list();
  for (const plan::RollStep& step : s.steps) write_step(json, step);
  json.end_list();
  write_forbidden(json, s);
  json.key("counts").begin_list();
  for (const plan::CountOwner& o : s.counts) {
    json.begin_object().member("path", std::string_view(o.path)).member("count", o.count);
    json.member("owner", plan::name_of(o.owner)).member("by", std::string_view(o.by)).end_object();
  }
  json.end_list();
  write_texts(json, "notes", s.notes);
  json.end_object();
}

}  // namespace

std::string plan_json(const Planned& p) {
  std::string out;
  JsonStream json(out);
  json.begin_object().member("format_version", 1).key("sets").begin_list();
  for (const plan::SetPlan& s : p.sets) write_set(json, s);
  json.end_list().key("summary").begin_object();
  write_amount(json, "restarts", p.restarts);
  write_amount(json, "added", p.added);
  write_amount(json, "removed", p.removed);
  json.key("down_at_once").begin_object().member("pods", p.down_at_once.pods).member("gpus", p.down_at_once.gpus);
  json.member("gangs", p.gangs_down).end_object();
  json.member("headline", std::string_view(headline_of(p))).end_object();
  write_texts(json, "gates", p.gates);
  write_texts(json, "notes", p.notes);
  json.end_object();
  return out + "\n";
}

}  // namespace grovec::cli
