/// \file The one place that keeps secrets out of everything people see: errors, log lines, warnings.
#pragma once

#include <string>
#include <string_view>

namespace grovec::kube {

/// From now on this text is hidden wherever it appears. Texts shorter than 6 bytes are not kept: hiding them would
/// garble everything else. Thread-safe. PEM blocks are kept line by line.
void keep_secret(std::string_view text);

/// `text` without kept secrets, bearer tokens, JSON web tokens, private keys, values of `data`, `stringData` and of the
/// annotation last-applied-configuration in JSON; control characters as \xNN (line ends too). At most `most` bytes.
std::string redact(std::string_view text, std::size_t most = 4096);

/// Control characters as \xNN, nothing hidden.
std::string escape_controls(std::string_view text);

}  // namespace grovec::kube
