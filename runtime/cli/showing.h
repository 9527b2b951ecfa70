/// \file What the views of `grovec show` share. To add a view: a file show_<name>.cpp and a row in cmd_show.cpp.
#pragma once

#include <memory>

#include "runtime/cli/compiling.h"
#include "runtime/output/json_stream.h"
#include "runtime/terminal/table.h"
#include "runtime/view/set.h"

namespace grovec::cli {

/// What a view is given.
struct ShowRequest {
  const driver::Compilation* compilation = nullptr;
  driver::Selection selection;
  std::vector<std::string> pods;  ///< `show env FILE POD...`
  bool is_json = false;
  bool all = false;   ///< --all: never summarise
  bool peers = true;  ///< env: with the addresses of the other pods
};

/// Writes the report; returns the exit code of a clean end.
using View = int (*)(const ShowRequest& request, driver::FdWriter& out);
int show_tree(const ShowRequest& request, driver::FdWriter& out);
int show_env(const ShowRequest& request, driver::FdWriter& out);
int show_startup(const ShowRequest& request, driver::FdWriter& out);
int show_gangs(const ShowRequest& request, driver::FdWriter& out);
int show_names(const ShowRequest& request, driver::FdWriter& out);
int show_scale(const ShowRequest& request, driver::FdWriter& out);
/// What .grove files declare; needs no compilation.
int show_params(const Options& options, const std::vector<std::string>& files);

/// Runs longer than this are summarised in text: the first in full, one line for the others.
inline constexpr std::uint32_t kLongestRun = 3;
inline constexpr std::uint32_t kMostPodsListed = 8;

/// Where a loop over `rows` rows that differ in their indices begins: at the last to measure them, unless counts
/// differ.
inline std::uint32_t first_row(const driver::SetView& view, const Table& table, std::uint32_t rows) {
  return view.world().population.empty() ? table.first_of(rows) : 0;
}

/// A view of each selected set, in input order.
std::vector<std::unique_ptr<driver::SetView>> selected_views(const ShowRequest& request);

/// `{"cpu":{"requests":1.5,"limits":2},...}`; a resource without a limit has none.
void write_resources(driver::JsonStream& json, const driver::Resources& resources);

}  // namespace grovec::cli
