#include "runtime/kube/items.h"

#include <simdjson.h>

#include "runtime/kube/splitter.h"

namespace grovec::kube {

namespace {

namespace ondemand = simdjson::ondemand;

Error no_json(std::string_view what) { return {"the server sent no JSON: " + std::string(what), Error::kContent}; }

ondemand::document begin(ondemand::parser& parser, std::string_view json) {
  return parser.iterate(simdjson::padded_string_view(json.data(), json.size(), json.size() + kItemPadding));
}

void read_end_mark(ondemand::object annotations, bool& has_mark) {
  for (auto field : annotations) {
    const std::string_view key = field.unescaped_key();
    if (key != "k8s.io/initial-events-end") continue;
    const std::string_view value = field.value().get_string();
    has_mark = value == "true";
  }
}

void read_metadata(ondemand::object metadata, Item& item, bool* end_mark) {
  for (auto field : metadata) {
    const std::string_view key = field.unescaped_key();
    std::string_view* to = key == "name"              ? &item.name
                           : key == "namespace"       ? &item.namespace_
                           : key == "uid"             ? &item.uid
                           : key == "resourceVersion" ? &item.resource_version
                                                      : nullptr;
    if (to) {
      *to = field.value().get_string();
    } else if (end_mark && key == "annotations") {
      ondemand::value annotations = field.value();
      if (annotations.type() == ondemand::json_type::object) read_end_mark(annotations.get_object(), *end_mark);
    }
  }
}

void read_object(ondemand::object object, Event& event, bool knows_type) {
  for (auto field : object) {
    const std::string_view key = field.unescaped_key();
    if (key == "metadata") {
      ondemand::value metadata = field.value();
      if (metadata.type() == ondemand::json_type::object)
        read_metadata(metadata.get_object(), event.item, &event.initial_events_end);
      if (knows_type && event.type != EventType::kError) return;
    } else if (key == "code") {
      ondemand::value code = field.value();
      if (code.type() == ondemand::json_type::number) event.code = static_cast<int>(code.get_int64());
    } else if (key == "message") {
      ondemand::value message = field.value();
      if (message.type() == ondemand::json_type::string) event.message = message.get_string();
    }
  }
}

bool read_type(std::string_view text, EventType& type) {
  constexpr std::pair<std::string_view, EventType> kTypes[] = {{"ADDED", EventType::kAdded},
                                                               {"MODIFIED", EventType::kModified},
                                                               {"DELETED", EventType::kDeleted},
                                                               {"BOOKMARK", EventType::kBookmark},
                                                               {"ERROR", EventType::kError}};
  for (const auto& [name, value] : kTypes)
    if (name == text) {
      type = value;
      return true;
    }
  return false;
}

/// Throws simdjson's error; the callers turn it into an Error, nothing passes them.
Event parse_event(ondemand::parser& parser, std::string_view value, std::string_view object) {
  Event event;
  bool knows_type = false, has_object = false;
  ondemand::document document = begin(parser, value);
  for (auto field : document.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "type") {
      knows_type = read_type(field.value().get_string(), event.type);
    } else if (key == "object" && !has_object) {
      has_object = true;
      read_object(field.value().get_object(), event, knows_type);
      if (knows_type) break;
    }
  }
  event.item.json = object;
  if (!knows_type || !has_object || object.empty()) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
  if (event.type != EventType::kBookmark) event.initial_events_end = false;
  return event;
}

Item parse_item(ondemand::parser& parser, std::string_view json) {
  Item item;
  item.json = json;
  ondemand::document document = begin(parser, json);
  for (auto field : document.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key != "metadata") continue;
    read_metadata(field.value().get_object(), item, nullptr);
    break;
  }
  return item;
}

Result<Done> check_item(const Item& item) {
  if (item.name.empty() || item.resource_version.empty()) return no_json("an object without name or resourceVersion");
  return Done{};
}

ListEnd parse_list_head(ondemand::parser& parser, std::string_view head) {
  ListEnd end;
  ondemand::document document = begin(parser, head);
  for (auto field : document.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key != "metadata") continue;
    for (auto member : field.value().get_object()) {
      const std::string_view name = member.unescaped_key();
      if (name == "resourceVersion") end.resource_version = std::string_view(member.value().get_string());
      if (name == "continue") end.continue_token = std::string_view(member.value().get_string());
    }
    break;
  }
  return end;
}

}  // namespace

struct WatchReader::State {
  explicit State(std::function<void(const Event&)> callback)
      : on_event(std::move(callback)),
        splitter(Splitter::Mode::kStream,
                 [this](std::string_view value, std::string_view object) { return take(value, object); }) {}
  Result<Done> take(std::string_view value, std::string_view object) {
    Event event;
    try {
      event = parse_event(parser, value, object);
    } catch (const simdjson::simdjson_error& e) {
      return no_json(std::string("an event that cannot be understood (") + e.what() + ")");
    }
    if (event.type == EventType::kAdded || event.type == EventType::kModified || event.type == EventType::kDeleted)
      if (Result<Done> done = check_item(event.item); !done) return done;
    if (event.type == EventType::kBookmark && event.item.resource_version.empty())
      return no_json("a bookmark without resourceVersion");
    on_event(event);
    return Done{};
  }
  std::function<void(const Event&)> on_event;
  ondemand::parser parser;
  Splitter splitter;
  std::optional<Error> broken;
};

WatchReader::WatchReader(std::function<void(const Event&)> on_event)
    : state_(std::make_unique<State>(std::move(on_event))) {}
WatchReader::~WatchReader() = default;

Result<Done> WatchReader::feed(std::string_view bytes) {
  if (state_->broken) return *state_->broken;
  Result<Done> done = state_->splitter.feed(bytes);
  if (!done) state_->broken = done.error();
  return done;
}

bool WatchReader::is_between() const { return state_->splitter.is_between(); }

struct ListReader::State {
  explicit State(std::function<void(const Item&)> callback)
      : on_item(std::move(callback)),
        splitter(Splitter::Mode::kList, [this](std::string_view value, std::string_view) { return take(value); }) {}
  Result<Done> take(std::string_view value) {
    Item item;
    try {
      item = parse_item(parser, value);
    } catch (const simdjson::simdjson_error& e) {
      return no_json(std::string("an object that cannot be understood (") + e.what() + ")");
    }
    if (Result<Done> done = check_item(item); !done) return done;
    on_item(item);
    return Done{};
  }
  std::function<void(const Item&)> on_item;
  ondemand::parser parser;
  Splitter splitter;
  std::optional<Error> broken;
};

ListReader::ListReader(std::function<void(const Item&)> on_item)
    : state_(std::make_unique<State>(std::move(on_item))) {}
ListReader::~ListReader() = default;

Result<Done> ListReader::feed(std::string_view bytes) {
  if (state_->broken) return *state_->broken;
  Result<Done> done = state_->splitter.feed(bytes);
  if (!done) state_->broken = done.error();
  return done;
}

Result<ListEnd> ListReader::finish() {
  if (state_->broken) return *state_->broken;
  const std::string_view head = state_->splitter.head();
  if (!state_->splitter.is_between() || head.empty()) return no_json("a list that ends in the middle");
  try {
    ListEnd end = parse_list_head(state_->parser, head);
    if (end.resource_version.empty()) return no_json("a list without resourceVersion");
    return end;
  } catch (const simdjson::simdjson_error& e) {
    return no_json(std::string("a list that cannot be understood (") + e.what() + ")");
  }
}

Result<Item> read_item(std::string_view json) {
  ondemand::parser parser;
  try {
    Item item = parse_item(parser, json);
    // The views must outlive the parser: they are only good where the text has no escapes, which names never have.
    for (std::string_view* view : {&item.uid, &item.resource_version, &item.namespace_, &item.name}) {
      if (view->empty()) continue;
      const std::size_t at = json.find(*view);
      if (at == json.npos) return no_json("an identity with escapes");
      *view = json.substr(at, view->size());
    }
    return item;
  } catch (const simdjson::simdjson_error& e) {
    return no_json(e.what());
  }
}

Result<Written> read_written(std::string_view body) {
  std::string text(body);
  text.append(kItemPadding, ' ');
  ondemand::parser parser;
  try {
    const Item item = parse_item(parser, std::string_view(text).substr(0, body.size()));
    return Written{std::string(item.uid), std::string(item.resource_version), std::string(item.namespace_),
                   std::string(item.name)};
  } catch (const simdjson::simdjson_error& e) {
    return no_json(e.what());
  }
}

}  // namespace grovec::kube
