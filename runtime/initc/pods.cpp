#include "runtime/initc/pods.h"

#include "ir/labels.h"
#include "runtime/initc/scan.h"

namespace grovec::initc {
namespace {

/// An object's facts, whatever kind it is: pods, and the Status of an error.
struct Object {
  Pod pod;
  std::string version;
  std::string message;
  int code = 0;
};

bool read_owner(Scan& scan, std::string& owner) {
  std::string kind, api, name;
  bool controls = false;
  bool good = scan.members([&](std::string_view key) {
    if (key == "kind") return scan.string_or_skip(kind);
    if (key == "apiVersion") return scan.string_or_skip(api);
    if (key == "name") return scan.string_or_skip(name);
    if (key == "controller") return scan.is_true(controls);
    return scan.skip();
  });
  if (controls && kind == "PodClique" && api.starts_with("grove.io/")) owner = name;
  return good;
}

bool read_metadata(Scan& scan, Object& object) {
  return scan.members([&](std::string_view key) {
    if (key == "uid") return scan.string_or_skip(object.pod.uid);
    if (key == "resourceVersion") return scan.string_or_skip(object.version);
    if (key == "labels" && scan.opens()) {
      return scan.members([&](std::string_view name) {
        return name == ir::keys::kPodClique ? scan.string_or_skip(object.pod.label) : scan.skip();
      });
    }
    if (key == "ownerReferences" && scan.opens()) return scan.items([&] { return read_owner(scan, object.pod.owner); });
    return scan.skip();
  });
}

bool read_condition(Scan& scan, bool& ready) {
  std::string type, status;
  bool good = scan.members([&](std::string_view key) {
    if (key == "type") return scan.string_or_skip(type);
    if (key == "status") return scan.string_or_skip(status);
    return scan.skip();
  });
  if (type == "Ready") ready = status == "True";
  return good;
}

bool read_object(Scan& scan, Object& object) {
  return scan.members([&](std::string_view key) {
    if (key == "metadata") return read_metadata(scan, object);
    if (key == "message") return scan.string_or_skip(object.message);
    if (key == "code") return scan.number(object.code);
    if (key != "status" || !scan.opens()) return scan.skip();  // a Status has a text there
    return scan.members([&](std::string_view part) {
      if (part != "conditions" || !scan.opens()) return scan.skip();
      return scan.items([&] { return read_condition(scan, object.pod.ready); });
    });
  });
}

std::optional<Event::Kind> kind_of(std::string_view type) {
  if (type == "ADDED" || type == "MODIFIED") return Event::kPut;
  if (type == "DELETED") return Event::kDeleted;
  if (type == "BOOKMARK") return Event::kBookmark;
  if (type == "ERROR") return Event::kError;
  return std::nullopt;
}

}  // namespace

std::optional<Event> read_event(std::string_view line) {
  Scan scan(line);
  std::string type;
  Object object;
  bool good = scan.members([&](std::string_view key) {
    if (key == "type") return scan.string_or_skip(type);
    if (key == "object") return read_object(scan, object);
    return scan.skip();
  });
  std::optional<Event::Kind> kind = kind_of(type);
  if (!good || !scan.ended() || !kind) return std::nullopt;
  if (*kind != Event::kError && object.version.empty()) return std::nullopt;
  return Event{*kind, std::move(object.pod), *kind == Event::kError ? "" : std::move(object.version), object.code,
               std::move(object.message)};
}

std::optional<Page> read_page(std::string_view body, const std::function<void(Pod)>& each) {
  Scan scan(body);
  std::string kind;
  Page page;
  bool good = scan.members([&](std::string_view key) {
    if (key == "kind") return scan.string_or_skip(kind);
    if (key == "metadata") {
      return scan.members([&](std::string_view part) {
        if (part == "resourceVersion") return scan.string_or_skip(page.version);
        if (part == "continue") return scan.string_or_skip(page.more);
        return scan.skip();
      });
    }
    if (key != "items" || !scan.opens()) return scan.skip();  // null for none
    return scan.items([&] {
      Object object;
      if (!read_object(scan, object)) return false;
      each(std::move(object.pod));
      return true;
    });
  });
  if (!good || !scan.ended() || kind != "PodList" || page.version.empty()) return std::nullopt;
  return page;
}

std::string read_status_message(std::string_view body) {
  Scan scan(body);
  Object object;
  return read_object(scan, object) ? object.message : std::string();
}

}  // namespace grovec::initc
