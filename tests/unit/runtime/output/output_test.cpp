// Where bytes go: pipes, files, readers that leave, devices that are full.
#include "runtime/output/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/unit/support/folder.h"

namespace grovec::driver {
namespace {

// Lines of different lengths, so that blocks end anywhere.
std::string numbered_text(std::size_t at_least) {
  std::string text;
  for (int n = 0; text.size() < at_least; ++n) text += std::to_string(n) + std::string(n % 97, '.') + "\n";
  return text;
}

std::string read_all(int fd, std::size_t step) {
  std::string text, buffer(step, '\0');
  while (ssize_t n = ::read(fd, buffer.data(), step)) {
    if (n < 0) break;
    text.append(buffer, 0, static_cast<std::size_t>(n));
  }
  return text;
}

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_in_pieces(FdWriter& out, std::string_view text) {
  std::size_t piece = 1;
  while (!text.empty()) {
    out.write(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    piece = piece * 3 % 70001;
  }
}

using testing::Folder;

TEST(FdWriter, SlowReaderOfPipeGetsEveryByteInOrder) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string text = numbered_text(3 << 20);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::string got;
  std::thread reader([&] { got = read_all(ends[0], 777); });
  {
    FdWriter out(ends[1], "pipe");
    write_in_pieces(out, text);
    EXPECT_TRUE(out.finish());
  }
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  EXPECT_EQ(got.size(), text.size());
  EXPECT_TRUE(got == text);
}

TEST(FdWriter, ReservedRoomAndWritesMix) {
  Folder folder;
  const std::string path = folder.path + "/file";
  const std::string text = numbered_text(2 << 20);
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  {
    FdWriter out(fd, path);
    std::string_view rest = text;
    for (std::size_t n = 0; !rest.empty(); ++n) {
      const std::string_view piece = rest.substr(0, n * 7919 % FdWriter::kLargestReserve + 1);
      if (n % 2 == 0) {
        char* room = out.reserve(FdWriter::kLargestReserve);  // more than is used
        piece.copy(room, piece.size());
        out.commit(piece.size());
      } else {
        out.write(piece);
      }
      rest.remove_prefix(piece.size());
    }
    EXPECT_TRUE(out.finish());
  }
  ::close(fd);
  EXPECT_TRUE(file_text(path) == text);
}

TEST(FdWriter, WhatIsLargerThanTheBufferArrivesWhole) {
  Folder folder;
  const std::string path = folder.path + "/file";
  const std::string text = numbered_text(3 * FdWriter::kCapacity);
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  {
    FdWriter out(fd, path);
    out.write("head\n");
    out.write(text);
    out.write("tail\n");
    EXPECT_TRUE(out.finish());
  }
  ::close(fd);
  EXPECT_TRUE(file_text(path) == "head\n" + text + "tail\n");
}

TEST(FdWriter, ShortWritesAreContinued) {
  // A socket takes what fits into its small buffer.
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  int small = 4096;
  ::setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  const std::string text = numbered_text(1 << 20);
  std::string got;
  std::thread reader([&] { got = read_all(ends[0], 1000); });
  {
    FdWriter out(ends[1], "socket");
    write_in_pieces(out, text);
    EXPECT_TRUE(out.finish());
  }
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  EXPECT_TRUE(got == text);
}

TEST(FdWriter, NonBlockingPipeIsWaitedFor) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  ::fcntl(ends[0], F_SETFL, 0);
  const std::string text = numbered_text(1 << 20);
  std::string got;
  std::thread reader([&] {
    ::usleep(20'000);  // the pipe is full before anything is read
    got = read_all(ends[0], 4096);
  });
  {
    FdWriter out(ends[1], "pipe");
    write_in_pieces(out, text);
    EXPECT_TRUE(out.finish());
  }
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  EXPECT_TRUE(got == text);
}

TEST(FdWriter, ReaderThatWentAwayIsNoFailure) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  FdWriter out(ends[1], "pipe");
  out.write(numbered_text(FdWriter::kCapacity + 1));
  EXPECT_FALSE(out.ok());
  EXPECT_TRUE(out.reader_gone());
  EXPECT_TRUE(out.finish());
  ::close(ends[1]);
}

TEST(FdWriter, FullDeviceIsToldWithItsName) {
  int fd = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(fd, 0);
  FdWriter out(fd, "standard output");
  out.write("a line\n");  // fits the buffer: nothing has failed yet
  EXPECT_TRUE(out.ok());
  Result<Done> done = out.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "cannot write standard output: No space left on device");
  EXPECT_FALSE(out.reader_gone());
  ::close(fd);
}

TEST(FdWriter, NothingIsWrittenAfterAFailure) {
  int fd = ::open("/dev/full", O_WRONLY);
  FdWriter out(fd, "device");
  out.write(numbered_text(FdWriter::kCapacity));
  EXPECT_FALSE(out.ok());
  Folder folder;
  const std::string path = folder.path + "/later";
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  ::dup2(file, fd);  // the device has room again
  out.write(numbered_text(FdWriter::kCapacity));
  EXPECT_FALSE(out.finish());
  EXPECT_EQ(file_text(path), "");
  ::close(fd);
  ::close(file);
}

TEST(FdWriter, ClosedDescriptorIsAFailure) {
  FdWriter out(-1, "standard output");
  out.write("x");
  Result<Done> done = out.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "cannot write standard output: Bad file descriptor");
}

TEST(WriteFileAtomically, ReplacesTextAndKeepsMode) {
  Folder folder;
  const std::string path = folder.path + "/file";
  ASSERT_TRUE(write_file_atomically(path, "old"));
  ::chmod(path.c_str(), 0640);
  ASSERT_TRUE(write_file_atomically(path, "new"));
  EXPECT_EQ(file_text(path), "new");
  struct stat st;
  ::stat(path.c_str(), &st);
  EXPECT_EQ(st.st_mode & 07777, 0640u);
}

TEST(WriteFileAtomically, WritesWhereALinkLeads) {
  Folder folder;
  const std::string file = folder.path + "/file", link = folder.path + "/link";
  ASSERT_TRUE(write_file_atomically(file, "old"));
  ASSERT_EQ(::symlink("file", link.c_str()), 0);
  ASSERT_TRUE(write_file_atomically(link, "new"));
  EXPECT_EQ(file_text(file), "new");
  struct stat st;
  ASSERT_EQ(::lstat(link.c_str(), &st), 0);
  EXPECT_TRUE(S_ISLNK(st.st_mode));
}

TEST(WriteFileAtomically, LeavesPipesAndDevicesWhereTheyAre) {
  Folder folder;
  const std::string pipe = folder.path + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int fd = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_TRUE(write_file_atomically(pipe, "text"));
  char read[8] = {};
  EXPECT_EQ(::read(fd, read, sizeof read), 4);
  ::close(fd);
  struct stat st;
  ASSERT_EQ(::lstat(pipe.c_str(), &st), 0);
  EXPECT_TRUE(S_ISFIFO(st.st_mode));
}

TEST(WriteFileAtomically, MissingFolderIsAFailure) {
  Folder folder;
  EXPECT_FALSE(write_file_atomically(folder.path + "/none/file", "x"));
}

}  // namespace
}  // namespace grovec::driver
