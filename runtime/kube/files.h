/// \file Small files and encodings that credentials come in. Internal to `runtime/kube`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace grovec::kube {

/// At most 1 MiB; kIo if it is missing, no regular file, or larger.
Result<std::string> read_small_file(const std::string& path);
bool exists(const std::string& path);
/// Whether group or others may read it; false if it is not there.
bool others_can_read(const std::string& path);
/// Standard base64, line breaks ignored; nothing if it is malformed.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);
std::string without_space_around(std::string_view text);

}  // namespace grovec::kube
