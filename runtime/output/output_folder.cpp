#include "runtime/output/output_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ir/base/utf8.h"
#include "runtime/output/interrupt.h"
#include "runtime/output/write_whole.h"

namespace grovec::driver {

namespace {

constexpr char kWork[] = ".grovec-new";
// In kWork while files are moved: the names of all that are ours, each ended by a zero byte.
constexpr char kOurs[] = ".ours", kOursInPart[] = ".ours-in-part";

/// Nothing that leads out of the folder, whatever an index says.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name != kWork && name.find('/') == std::string_view::npos;
}

/// The text of a regular file; nothing, and 0 in `error`, if it is missing; else the errno of the failure there.
std::optional<std::string> text_of(int folder, const std::string& name, int& error) {
  error = 0;
  const int fd = ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    if (errno != ENOENT) error = errno;
    return std::nullopt;
  }
  struct stat st;
  if (::fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) error = EINVAL;
  std::string text(error == 0 ? static_cast<std::size_t>(st.st_size) : 0, '\0');
  std::size_t have = 0;
  while (error == 0 && have < text.size()) {
    const ssize_t n = ::read(fd, text.data() + have, text.size() - have);
    if (n < 0 && errno != EINTR) error = errno;
    if (n == 0) break;
    if (n > 0) have += static_cast<std::size_t>(n);
  }
  ::close(fd);
  text.resize(have);
  return error == 0 ? std::optional(std::move(text)) : std::nullopt;
}

/// All files directly below an open folder but the list of ours.
void remove_files(int folder) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* dir = copy < 0 ? nullptr : ::fdopendir(copy);
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir))
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0 &&
        std::strcmp(entry->d_name, kOurs) != 0)
      ::unlinkat(folder, entry->d_name, 0);
  ::closedir(dir);
}

}  // namespace

Result<Done> OutputFolder::failed(std::string_view name, int error) const {
  return Error{"cannot write `" + printable(path_) + (name.empty() ? "" : "/") + printable(name) +
               "`: " + std::strerror(error)};
}

Result<Done> OutputFolder::make_folders() {
  for (std::size_t slash = path_.find('/', 1); !path_.empty(); slash = path_.find('/', slash + 1)) {
    const std::string part = path_.substr(0, slash);
    if (::mkdir(part.c_str(), 0777) == 0)
      made_.push_back(part);
    else if (errno != EEXIST && slash == std::string::npos)
      return failed({}, errno);
    if (slash == std::string::npos) break;
  }
  return Done{};
}

Result<Done> OutputFolder::open_folder() {
  struct stat st;
  if (::stat(path_.c_str(), &st) == 0 && !S_ISDIR(st.st_mode))
    return Error{"output `" + printable(path_) + "` exists and is no directory"};
  Result<Done> made = make_folders();
  if (!made) return made;
  folder_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) return failed({}, errno);
  if (::flock(folder_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)  // other failures: no locks here
    return Error{"another run writes into `" + printable(path_) + "`"};
  return Done{};
}

Result<Done> OutputFolder::open_work() {
  if (::mkdirat(folder_, kWork, 0700) != 0 && errno != EEXIST) return failed({}, errno);
  work_ = ::openat(folder_, kWork, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  return work_ < 0 ? failed(kWork, errno) : Done{};
}

Result<Done> OutputFolder::read_old_names(const ReadIndex& read_index) {
  int error = 0;
  if (std::optional<std::string> text = text_of(folder_, index_name_, error)) {
    std::optional<std::set<std::string>> names = read_index(std::move(*text));
    if (!names) return Error{"`" + printable(path_) + "/" + index_name_ + "` is not grovec's; name another directory"};
    ours_.merge(*names);
    ours_.insert(index_name_);
  } else if (error != 0) {
    return Error{"cannot read `" + printable(path_) + "/" + index_name_ + "`: " + std::strerror(error)};
  }
  if (const std::optional<std::string> list = text_of(work_, kOurs, error))
    for (std::size_t begin = 0, end; (end = list->find('\0', begin)) != std::string::npos; begin = end + 1)
      ours_.insert(list->substr(begin, end - begin));
  remove_files(work_);
  return Done{};
}

Result<std::unique_ptr<OutputFolder>> OutputFolder::create(const std::string& path, std::string index_name,
                                                           const ReadIndex& read_index) {
  std::unique_ptr<OutputFolder> folder(new OutputFolder);
  folder->path_ = path;
  while (folder->path_.size() > 1 && folder->path_.back() == '/') folder->path_.pop_back();
  folder->index_name_ = std::move(index_name);
  defer_interrupts();
  Result<Done> done = folder->open_folder();
  if (done) done = folder->open_work();
  if (done) done = folder->read_old_names(read_index);
  if (!done) return done.error();
  return folder;
}

OutputFolder::~OutputFolder() {
  if (work_ >= 0 && !is_moving_) remove_files(work_);
  if (work_ >= 0) ::close(work_);
  if (folder_ >= 0) {
    ::unlinkat(folder_, kWork, AT_REMOVEDIR);  // stays if a failure left files in it, or there was an interrupted run
    ::close(folder_);
  }
  if (is_moving_) return;
  for (auto it = made_.rbegin(); it != made_.rend(); ++it) ::rmdir(it->c_str());
}

Result<Done> OutputFolder::write_new(const std::string& name, std::string_view text) {
  const int fd = ::openat(work_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return failed(name, errno);
  int error = write_whole(fd, text.data(), text.size());
  struct stat st;  // somebody may have changed the mode of a file
  if (::fstatat(folder_, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
      ::fchmod(fd, st.st_mode & 07777) != 0 && error == 0)
    error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  return error == 0 ? Result<Done>(Done{}) : failed(name, error);
}

Result<Done> OutputFolder::add(const std::string& name, std::string_view text) {
  if (interrupted()) return Error{"interrupted; nothing was written"};
  Result<Done> done = write_new(name, text);
  if (done) added_.push_back(name);
  return done;
}

Result<Done> OutputFolder::check_names() const {
  for (const std::string& name : added_) {
    struct stat st;
    if (::fstatat(folder_, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISDIR(st.st_mode) || !ours_.contains(name))
      return Error{"`" + printable(path_) + "/" + printable(name) +
                   "` is not grovec's; move it away or name another directory"};
  }
  return Done{};
}

Result<Done> OutputFolder::write_list_of_ours() {
  std::string list;
  for (const std::string& name : ours_) list += name + '\0';
  for (const std::string& name : added_) list += name + '\0';
  list += index_name_ + '\0';
  Result<Done> done = write_new(kOursInPart, list);
  if (done && ::renameat(work_, kOursInPart, work_, kOurs) != 0) return failed(kOurs, errno);
  return done;
}

Result<Done> OutputFolder::move_in(const std::string& name) {
  return ::renameat(work_, name.c_str(), folder_, name.c_str()) == 0 ? Result<Done>(Done{}) : failed(name, errno);
}

Result<Done> OutputFolder::commit(std::string_view index) {
  Result<Done> done = check_names();
  if (done) done = write_new(index_name_, index);
  if (done && interrupted()) done = Error{"interrupted; nothing was written"};
  if (done) done = write_list_of_ours();
  if (!done) return done;
  is_moving_ = true;
  for (const std::string& name : added_) {
    done = move_in(name);
    if (!done) return done;
    ours_.erase(name);
  }
  for (const std::string& name : ours_)
    if (is_plain_name(name) && name != index_name_) ::unlinkat(folder_, name.c_str(), 0);
  done = move_in(index_name_);
  if (done) ::unlinkat(work_, kOurs, 0);
  return done;
}

}  // namespace grovec::driver
