/// \file Findings as text for a terminal: `file:line:column: error: message [GV2104]`, the line, a caret, notes, fixes.
#pragma once

#include <string>

#include "ir/base/context.h"

namespace grovec {

struct RenderOptions {
  bool color = false;
};

/// Appends one finding. Without a place only the message is printed.
void render(const Diagnostic& diagnostic, const Context& context, const RenderOptions& options, std::string& out);

/// All findings in order.
void render_all(const Context& context, const RenderOptions& options, std::string& out);

/// "GV" and four digits.
std::string code_text(std::uint16_t code);

}  // namespace grovec
