/// \file Ctrl-C while files are being written: finish the current step, remove what is half-made, then die of the
/// signal.
#pragma once

namespace grovec::driver {

/// From here on SIGINT, SIGTERM and SIGHUP only set a flag. Called by writers that have something to clean up.
void defer_interrupts();
/// Whether one of them came.
bool interrupted();
/// Dies of the signal that came, if one did; called when everything is cleaned up.
void reraise_interrupt();

}  // namespace grovec::driver
