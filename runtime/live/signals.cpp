#include "runtime/live/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace grovec::live {

namespace {

sigset_t both() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Signals::Signals(kube::Loop& loop, std::function<void(int)> on_signal, bool with_hangup) : loop_(loop) {
  sigset_t set = both();
  if (with_hangup) sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  loop_.when_readable(fd_, [this, on_signal = std::move(on_signal)] {
    signalfd_siginfo info;
    if (read(fd_, &info, sizeof info) != sizeof info) return;
    const sigset_t ends = both();
    if (info.ssi_signo != SIGHUP) pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
    on_signal(static_cast<int>(info.ssi_signo));
  });
}

Signals::~Signals() {
  loop_.forget(fd_);
  close(fd_);
}

}  // namespace grovec::live
