// show scale: what can be scaled, within which bounds, by whom, and how.
#include "runtime/cli/showing.h"
#include "runtime/view/scale.h"

namespace grovec::cli {

using namespace driver;

namespace {

std::string number_text(std::optional<std::int64_t> n) { return n ? std::to_string(*n) : "none"; }

// Members of scaling groups come and go with the group, so `--all` lists them, too.
void text(const std::vector<ScaleTarget>& targets, bool all, FdWriter& out) {
  Table table(out, {{"KIND"}, {"NAME"}, {"CURRENT", true}, {"MINIMUM", true}, {"MAXIMUM", true}, {"OWNER"}, {"SCALE"}});
  table.print([&](Table& t) {
    for (const ScaleTarget& s : targets)
      t.row({s.kind, s.count > 1 && !all ? s.range : s.name, std::to_string(s.current), std::to_string(s.minimum),
             number_text(s.maximum), s.owner, s.command});
  });
}

void json(const std::vector<ScaleTarget>& targets, const SetView& view, JsonStream& j) {
  j.begin_object().member("name", view.set().name).member("namespace", view.set().namespace_);
  j.key("targets").begin_list();
  for (const ScaleTarget& s : targets) {
    j.begin_object().member("kind", s.kind).member("name", s.name).member("current", s.current);
    j.member("minimum", s.minimum);
    if (s.maximum) j.member("maximum", *s.maximum);
    j.member("owner", s.owner).member("command", s.command).end_object();
  }
  j.end_list().end_object();
}

}  // namespace

int show_scale(const ShowRequest& request, FdWriter& out) {
  const std::vector<std::unique_ptr<SetView>> views = selected_views(request);
  const std::vector<OutsideScaler> outside = outside_scalers(*request.compilation);
  const bool all = request.all || request.is_json;
  std::string buffer;
  JsonStream j(buffer, &out);
  if (request.is_json) j.begin_object().member("format_version", 1).key("sets").begin_list();
  for (const auto& view : views) {
    const std::vector<ScaleTarget> targets = scale_targets(*view, request.selection, outside, all);
    if (request.is_json) {
      json(targets, *view, j);
      continue;
    }
    if (view != views.front()) out.write("\n");
    text(targets, request.all, out);
  }
  if (!request.is_json) return kClean;
  j.end_list().end_object().flush();
  out.write("\n");
  return kClean;
}

}  // namespace grovec::cli
