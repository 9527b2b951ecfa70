#include "runtime/output/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace grovec::driver {

namespace {
volatile std::sig_atomic_t received = 0;
void on_signal(int signal) { received = signal; }
}  // namespace

void defer_interrupts() {
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action = {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;  // nohup
    action = {};
    action.sa_handler = on_signal;
    ::sigaction(signal, &action, nullptr);
  }
}

bool interrupted() { return received != 0; }

void reraise_interrupt() {
  if (received == 0) return;
  int signal = received;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace grovec::driver
