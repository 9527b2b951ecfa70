// What `plan -o html` prints.
#include "runtime/cli/plan/planning.h"
#include "runtime/cli/plan/wording.h"

namespace grovec::cli {

std::string plan_html(const Planned& p) { return plan_text(p, false); }

}  // namespace grovec::cli
