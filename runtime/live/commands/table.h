/// \file The commands of grovec-live, by name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace grovec::live {

struct Entry {
  std::string_view name, summary;
  int (*run)(std::span<const std::string> args);  ///< without the name
};
std::span<const Entry> commands();

}  // namespace grovec::live
