#include "runtime/initc/wait.h"

#include <algorithm>

#include "ir/labels.h"

namespace grovec::initc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstDelay{800};
constexpr milliseconds kLastDelay{30'000};
constexpr seconds kCalm{120};  // after so long without trouble, delays begin anew
constexpr int kPage = 20;      // pods: a page is read whole
constexpr size_t kMaxPage = 32 << 20;
constexpr size_t kMaxLine = 3 << 20;  // etcd takes no larger object
constexpr size_t kMaxMessage = 64 << 10;
// Shorter than what balancers cut without a word; a bookmark comes about every minute.
constexpr int kWatchFrom = 150;
constexpr int kWatchSpread = 70;
constexpr seconds kQuiet{130};
constexpr milliseconds kShortWatch{1'000};  // one that ends sooner is trouble

std::string escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

/// Cuts a stream into lines.
class Lines {
 public:
  /// Calls `each` for every whole line; returns false if it did, or if a line is too long.
  bool add(std::string_view data, const std::function<bool(std::string_view)>& each) {
    rest_ += data;
    size_t begin = 0;
    for (size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      if (end > begin && !each(std::string_view(rest_).substr(begin, end - begin))) return false;
    }
    rest_.erase(0, begin);
    return rest_.size() <= kMaxLine;
  }

 private:
  std::string rest_;
};

class Waiting {
 public:
  Waiting(Tally& tally, const Place& place, Transport& transport, const World& world)
      : tally_(tally), place_(place), transport_(transport), world_(world), back_off_(world) {
    base_ = "/api/v1/namespaces/" + escaped(place.namespace_name) +
            "/pods?labelSelector=" + escaped(std::string(ir::keys::kPodGang) + "=" + place.gang);
  }

  void run() {
    while (!tally_.is_done()) {
      if (version_.empty() && !list()) continue;
      if (tally_.is_done()) break;
      if (!said_) {
        say("waiting for Ready pods of PodGang " + place_.namespace_name + "/" + place_.gang + ": " + tally_.text());
        said_ = true;
      }
      watch();
    }
    say("done: " + tally_.text());
  }

 private:
  void say(const std::string& text) { world_.log(text); }

  /// A failed attempt: said unless it is what was said last, then a delay.
  bool trouble(const std::string& text, seconds at_least = seconds(0)) {
    if (text != last_trouble_) say(text + "; trying again");
    last_trouble_ = text;
    world_.sleep(back_off_.next(std::min(at_least, seconds(60))));
    return false;
  }

  bool refused(const Answer& answer, const std::string& body) {
    if (answer.status == 0) return trouble(answer.error);
    std::string text = "the API server answers " + std::to_string(answer.status);
    std::string message = read_status_message(body);
    if (!message.empty()) text += ": " + message;
    return trouble(text, answer.retry_after);
  }

  Result<Get> request(const std::string& more, seconds idle) {
    Result<std::string> token = world_.token();
    if (!token) return token.error();
    return Get{base_ + more, *token, idle};
  }

  bool list() {
    tally_.forget();
    std::string more;
    std::string version;
    do {
      std::string query = "&limit=" + std::to_string(kPage);
      if (!more.empty()) query += "&continue=" + escaped(more);
      Result<Get> get = request(query, seconds(30));
      if (!get) return trouble(get.error().message);
      std::string body;
      Answer answer = transport_.get(*get, [&](int, std::string_view data) {
        body += data;
        return body.size() <= kMaxPage;
      });
      if (answer.status != 200) return refused(answer, body);
      if (!answer.error.empty()) return trouble(answer.error);
      std::optional<Page> page =
          answer.stopped ? std::nullopt : read_page(body, [&](const Pod& pod) { tally_.put(pod); });
      if (!page) return trouble("the API server's list of pods cannot be read");
      more = page->more;
      version = page->version;
    } while (!more.empty());
    version_ = version;
    last_trouble_.clear();
    return true;
  }

  void watch() {
    int limit = kWatchFrom + static_cast<int>(world_.random() * kWatchSpread);
    Result<Get> get = request("&watch=1&allowWatchBookmarks=true&resourceVersion=" + escaped(version_) +
                                  "&timeoutSeconds=" + std::to_string(limit),
                              kQuiet);
    if (!get) {
      trouble(get.error().message);
      return;
    }
    auto begun = world_.now();
    Lines lines;
    std::string body;
    std::string wrong;
    Answer answer = transport_.get(*get, [&](int status, std::string_view data) {
      if (status != 200) {
        body += data.substr(0, kMaxMessage - std::min(kMaxMessage, body.size()));
        return body.size() < kMaxMessage;
      }
      bool all = lines.add(data, [&](std::string_view line) { return take(line, wrong); });
      if (!all && wrong.empty() && !tally_.is_done() && !version_.empty()) wrong = "an event has more than 3 MiB";
      return all;
    });
    after(answer, body, wrong, world_.now() - begun);
  }

  /// One event. False ends the watch: done, to be listed again, or `wrong` says what is.
  bool take(std::string_view line, std::string& wrong) {
    std::optional<Event> event = read_event(line);
    if (!event) {
      version_.clear();
      wrong = "the API server sends what is no event";
      return false;
    }
    if (event->kind == Event::kError) {
      version_.clear();
      if (event->code != 410)
        wrong = "the API server ends the watch with " + std::to_string(event->code) + ": " + event->message;
      return false;
    }
    last_trouble_.clear();
    version_ = event->version;
    if (event->kind == Event::kPut) tally_.put(event->pod);
    if (event->kind == Event::kDeleted) tally_.remove(event->pod.uid);
    return !tally_.is_done();
  }

  void after(const Answer& answer, const std::string& body, const std::string& wrong,
             std::chrono::steady_clock::duration took) {
    if (tally_.is_done()) return;
    if (answer.status == 410) version_.clear();
    if (!wrong.empty()) {
      trouble(wrong);
    } else if (answer.status != 200 && answer.status != 410) {
      refused(answer, body);
    } else if (took < kShortWatch) {
      world_.sleep(back_off_.next(milliseconds(0)));
    }
  }

  Tally& tally_;
  const Place& place_;
  Transport& transport_;
  const World& world_;
  BackOff back_off_;
  std::string base_;
  std::string version_;  ///< where a watch begins; empty: list first
  std::string last_trouble_;
  bool said_ = false;
};

}  // namespace

milliseconds BackOff::next(milliseconds floor) {
  auto now = world_.now();
  if (now - last_ > kCalm) delay_ = kFirstDelay;
  last_ = now;
  auto jittered =
      milliseconds(static_cast<milliseconds::rep>(static_cast<double>(delay_.count()) * (1 + world_.random())));
  delay_ = std::min(delay_ * 2, kLastDelay);
  return std::max(jittered, floor);
}

void wait_for(Tally& tally, const Place& place, Transport& transport, const World& world) {
  Waiting(tally, place, transport, world).run();
}

}  // namespace grovec::initc
