// JSON: everything, row by row.
#include "runtime/status/render.h"

namespace grovec::status {

using driver::JsonStream;

namespace {

void write_reason(JsonStream& json, const Reason& r) {
  json.begin_object().member("cause", cause_name(r.cause)).member("sentence", one_line(r.sentence)).end_object();
}

void write_counts(JsonStream& json, const Counts& c) {
  json.member("wanted", c.wanted).member("minimum", c.minimum).member("pods", c.pods).member("gated", c.gated);
  json.member("scheduled", c.scheduled).member("ready", c.ready).member("updated", c.updated);
  json.member("restarts", c.restarts);
}

void write_row(JsonStream& json, const Row& row) {
  json.begin_object().member("kind", row_kind_name(row.kind)).member("name", row.name).member("state", row.state);
  if (!row.gang.empty()) json.member("gang", row.gang);
  if (row.kind == RowKind::kPod) {
    json.member("restarts", row.counts.restarts).member("updated", row.counts.updated > 0);
  } else {
    json.member("available", row.is_available);
    write_counts(json, row.counts);
  }
  json.key("reasons").begin_list();
  for (const Reason& r : row.reasons) write_reason(json, r);
  json.end_list();
  if (row.kind != RowKind::kPod) {
    json.key("children").begin_list();
    for (const Row& c : row.children) write_row(json, c);
    json.end_list();
  }
  json.end_object();
}

void write_update(JsonStream& json, const UpdateReport& u) {
  json.key("update").begin_object().member("open", u.is_open).member("started", decide::time_text(u.started));
  if (u.ended) json.member("ended", decide::time_text(*u.ended));
  if (u.replica) json.member("replica", *u.replica);
  json.member("updated_cliques", u.updated_cliques).member("total_cliques", u.total_cliques);
  json.member("updated_groups", u.updated_groups).member("total_groups", u.total_groups).end_object();
}

void write_set(JsonStream& json, const SetReport& set) {
  json.begin_object().member("name", set.name).member("namespace", set.namespace_).member("state", set.state);
  json.member("healthy", set.is_healthy()).member("replicas", set.replicas).member("available", set.available);
  json.member("updated", set.updated).member("old_pods", set.old_pods);
  json.key("pods").begin_object();
  write_counts(json, set.counts);
  json.end_object();
  if (set.update) write_update(json, *set.update);
  json.key("why").begin_list();
  for (const GroupedReason& g : set.why) {
    json.begin_object().member("cause", cause_name(g.reason.cause)).member("sentence", one_line(g.reason.sentence));
    json.member("count", g.count).key("objects").begin_list();
    for (const std::string& o : g.objects) json.value(o);
    json.end_list().end_object();
  }
  json.end_list().key("gangs").begin_list();
  for (const GangRow& g : set.gangs) {
    json.begin_object().member("name", g.name).member("role", g.base.empty() ? "base" : "scaled");
    if (!g.base.empty()) json.member("waits_for", g.base);
    json.member("initialized", g.is_initialized).member("groups", g.groups);
    json.member("groups_scheduled", g.groups_scheduled).end_object();
  }
  json.end_list().key("tree").begin_list();
  for (const Row& r : set.rows) write_row(json, r);
  json.end_list().end_object();
}

}  // namespace

void write_json(const Report& report, JsonStream& json) {
  json.begin_object().member("format_version", 1).member("healthy", report.is_healthy()).key("sets").begin_list();
  for (const SetReport& set : report.sets) write_set(json, set);
  json.end_list().key("assumptions").begin_list();
  for (const Assumption& a : report.assumptions)
    json.begin_object().member("kind", a.kind).member("assumed", a.assumed).end_object();
  json.end_list().end_object();
}

}  // namespace grovec::status
