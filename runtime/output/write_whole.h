/// \file One `write` that does not give up half-way.
#pragma once

#include <cstddef>

namespace grovec::driver {

/// Writes everything to a descriptor, through short writes, EINTR, and EAGAIN of a shared one. 0, or the errno of the
/// failure.
int write_whole(int fd, const char* data, std::size_t size);

}  // namespace grovec::driver
