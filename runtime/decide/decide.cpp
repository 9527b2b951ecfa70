// The order of the rules. Each subject has its own file; this one only calls them.
#include "runtime/decide/decide.h"

#include "runtime/decide/live_view.h"
#include "runtime/decide/termination.h"
#include "runtime/decide/updates.h"
