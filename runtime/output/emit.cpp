#include "runtime/output/emit.h"

#include <optional>

namespace grovec::driver {

using namespace ir;

namespace {

constexpr int kListDepth = 2;  // items of a List stand two levels deep

Format text_format(OutputFormat format) {
  switch (format) {
    case OutputFormat::kYaml:
      return Format::kYaml;
    case OutputFormat::kJson:
      return Format::kJsonPretty;
    case OutputFormat::kNdjson:
      return Format::kJson;
  }
  return Format::kYaml;
}

struct Frame {
  std::string_view first, next, end;  // before the first object, before each other one, behind each
};

Frame frame_of(OutputFormat format) {
  switch (format) {
    case OutputFormat::kYaml:
      return {"", "---\n", ""};
    case OutputFormat::kJson:
      return {"{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n        ", ",\n        ", ""};
    case OutputFormat::kNdjson:
      return {"", "", "\n"};
  }
  return {};
}

}  // namespace

ObjectStream::ObjectStream(FdWriter& out, OutputFormat format) : out_(out), format_(format) {}

void ObjectStream::separate() {
  const Frame frame = frame_of(format_);
  out_.write(first_ ? frame.first : frame.next);
  first_ = false;
}

void ObjectStream::tree(const Value& value) {
  separate();
  std::string text;
  PlainSink sink(text);
  write(value, text_format(format_), sink, format_ == OutputFormat::kJson ? kListDepth : 0);
  out_.write(text);
  out_.write(frame_of(format_).end);
}

void ObjectStream::plan(const ObjectPlan& plan, const World& world, bool with_pods) {
  const Frame frame = frame_of(format_);
  // Rendered when first met: what is not printed costs nothing.
  std::vector<std::optional<backends::Splice>> splices(plan.descriptions.size());
  enumerate(plan, world, [&](const Description& d, const Instance& n) {
    if (d.kind == ObjectKind::kPod && !with_pods) return true;
    std::optional<backends::Splice>& splice = splices[static_cast<std::size_t>(&d - &*plan.descriptions.begin())];
    if (!splice)
      splice.emplace(d.tree, text_format(format_), format_ == OutputFormat::kJson ? kListDepth : 0, std::string_view(),
                     frame.end);
    out_.write(first_ ? frame.first : frame.next);
    first_ = false;
    if (splice->is_bounded() && splice->most_bytes() <= FdWriter::kLargestReserve) {
      char* begin = out_.reserve(splice->most_bytes());
      out_.commit(static_cast<std::size_t>(splice->write(begin, n, world) - begin));
    } else {
      splice->stream(n, world, [&](const char* data, std::size_t size) { out_.write({data, size}); });
    }
    return out_.ok();
  });
}

void ObjectStream::finish() {
  if (format_ != OutputFormat::kJson) return;
  if (first_)
    out_.write("{\n    \"apiVersion\": \"v1\",\n    \"items\": [],\n    \"kind\": \"List\"\n}\n");
  else
    out_.write("\n    ],\n    \"kind\": \"List\"\n}\n");
}

std::string object_text(const Description& description, const Instance& instance, const Counter& counter,
                        OutputFormat format) {
  std::string text;
  PlainSink sink(text, instance, &counter);
  write(description.tree, text_format(format), sink, format == OutputFormat::kJson ? kListDepth : 0);
  text += frame_of(format).end;
  return text;
}

}  // namespace grovec::driver
