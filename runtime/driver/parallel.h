/// \file Independent pieces of work on several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace grovec::driver {

/// Called from the calling thread, now and then, with the pieces that are done and all there are.
using Progress = std::function<void(std::size_t done, std::size_t all)>;

/// Runs `work(i)` once for each 0 <= i < count, in no certain order, and returns when all are done. `threads` 0 means
/// one for each processor; fewer than nine pieces get no threads, which would cost more than they save. `work` must not
/// throw.
void in_parallel(std::size_t count, unsigned threads, const Progress& progress,
                 const std::function<void(std::size_t)>& work);

}  // namespace grovec::driver
