/// \file A report as text, JSON (schemas/output/status.schema.json) and Markdown.
#pragma once

#include "runtime/output/json_stream.h"
#include "runtime/status/report.h"

namespace grovec::status {

struct TextOptions {
  bool all = false;    ///< every row, also those that are ready
  bool color = false;  ///< states in colours
};

/// Ends with a line break; nothing in it is taken for a command by a terminal.
std::string report_text(const Report& report, const TextOptions& options);
void write_json(const Report& report, driver::JsonStream& json);
/// At most driver::kLongestMarkdown characters: the reasons of all sets, then as much of the trees as there is room
/// for.
std::string report_markdown(const Report& report);

/// `default/wl: unavailable, 1 of 2 replicas available`.
std::string headline(const SetReport& set);
/// `wl-0-a-x7k2q and 2 more`.
std::string objects_text(const GroupedReason& reason);

}  // namespace grovec::status
