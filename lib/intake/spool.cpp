#include "intake/spool.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "config/toml_file.hpp"
#include "core/job.hpp"

namespace lethe::intake {
namespace {

using support::Fault;

/// Two changes within one tick of the file system's clock look like one.
constexpr std::chrono::nanoseconds settling = std::chrono::seconds{2};

constexpr std::chrono::nanoseconds tidying = std::chrono::hours{1};
constexpr std::chrono::nanoseconds keeping_rejected = std::chrono::days{7};

/// A list that is still to be moved.
bool lies_here(const SpoolFolder& folder, const std::filesystem::path& list) {
  return !list.empty() && !SpoolFolder::is_settled(list) && folder.has_file(list);
}

std::optional<std::int64_t> change_time(const std::filesystem::path& directory) {
  struct stat status{};
  if (::stat(directory.c_str(), &status) != 0) return std::nullopt;
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

/// The file system's stamps are in real time, whatever clock the program runs on.
std::int64_t real_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string lines(const std::vector<Fault>& faults) {
  std::string text;
  for (const Fault& fault : faults) text += support::to_line(fault) + "\n";
  return text;
}

/// What a file is called stays in logs, as ids do: where its name looks like an address, they have other words for it.
std::string without_addresses(std::string text, const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (!core::looks_like_email(name)) return text;
  constexpr std::string_view instead = "(a file whose name looks like an e-mail address)";
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + instead.size())) {
    text.replace(at, name.size(), instead);
  }
  return text;
}

std::string first_and_count(const std::vector<Fault>& faults) {
  std::string text = without_addresses(support::to_line(faults.front()), faults.front().file);
  if (faults.size() > 1) text += fmt::format(" (and {} more)", faults.size() - 1);
  return text;
}

}  // namespace

Spool::Spool(const std::filesystem::path& directory, const core::Settings& settings, store::Store& store,
             support::DigestKey key, support::Clock& clock, std::function<void(const Notice&)> notify)
    : directory_(std::filesystem::absolute(directory)),
      settings_(settings),
      store_(store),
      key_(key),
      clock_(clock),
      notify_(std::move(notify)) {}

std::expected<void, std::string> Spool::prepare() {
  return make_folders(directory_);
}

bool Spool::may_have_work() {
  const auto changed_at = change_time(directory_);
  if (!scanned_ || store_refused_ || changed_at != changed_at_) return true;
  if (!changed_at) return false;
  const std::int64_t age = real_now() - *changed_at;
  return age >= 0 && age < settling.count();
}

boost::asio::awaitable<bool> Spool::take_all() {
  scanned_ = true;
  store_refused_ = false;
  changed_at_ = change_time(directory_);
  const auto folder = SpoolFolder::open(directory_);
  if (!folder) {
    notify("", false, folder.error());
    co_return true;
  }
  const auto names = folder->job_files();
  if (!names) {
    notify("", false, names.error());
    co_return true;
  }
  for (const std::string& name : *names) {
    const Taken taken = co_await take(*folder, name);
    if (taken != Taken::store_refused) continue;
    store_refused_ = true;
    co_return false;
  }
  co_return true;
}

boost::asio::awaitable<Spool::Taken> Spool::take(const SpoolFolder& folder, std::string name) {
  const std::filesystem::path file = directory_ / name;
  const auto text = config::read_text(file, most_job_bytes, config::Links::refused);
  if (!text) {
    const std::vector faults{text.error()};
    co_return reject(folder, name, faults);
  }
  auto parsed = parse_job(*text, file, settings_);
  if (!parsed) {
    for (const auto& list : lists_named(*text)) reject_list(folder, list);
    co_return reject(folder, name, parsed.error());
  }
  JobRequest request = std::move(*parsed);
  find_moved_list(folder, request);
  Taking taking;
  taking.account = core::find_account(settings_, request.account);
  const auto accepted = co_await accept(store_, key_, request, directory_, clock_.now(), std::move(taking));
  if (accepted) {
    const Taken taken = co_await settle(folder, name, std::move(request), *accepted);
    co_return taken;
  }
  if (accepted.error().store) {
    notify(name, false, support::to_line(accepted.error().fault));
    co_return Taken::store_refused;
  }
  reject_list(folder, request.contacts.named);
  const std::vector faults{accepted.error().fault};
  co_return reject(folder, name, faults);
}

void Spool::find_moved_list(const SpoolFolder& folder, JobRequest& request) {
  ContactSource& source = request.contacts;
  if (source.named.empty() || folder.has_file(source.named)) return;
  const std::filesystem::path moved = SpoolFolder::name(SpoolFolder::Place::accepted) / source.named.filename();
  // Only for a known id, which never takes a list: an older list of this name must not become another job's.
  const auto known = store_.job(std::string_view(request.id));
  if (!known || !known->has_value() || !folder.has_file(moved)) return;
  source.named = moved;
  source.file = directory_ / moved;
}

boost::asio::awaitable<Spool::Taken> Spool::settle(const SpoolFolder& folder, std::string name, JobRequest request,
                                                   store::Acceptance acceptance) {
  store::AcceptedFile file{.job = acceptance.job.number, .directory = directory_, .name = {}};
  if (lies_here(folder, request.contacts.named)) {
    file.kind = store::AcceptedFile::Kind::list;
    const Taken list = co_await keep(folder, request.contacts.named, file);
    if (list == Taken::store_refused) co_return list;
  }
  file.kind = store::AcceptedFile::Kind::job;
  const Taken taken = co_await keep(folder, name, std::move(file));
  if (taken == Taken::store_refused) co_return taken;
  notify(name, true,
         acceptance.accepted ? fmt::format("job {}: {} contacts", request.id, acceptance.job.contacts)
                             : fmt::format("job {} is known already: nothing to do", request.id));
  co_return taken;
}

boost::asio::awaitable<Spool::Taken> Spool::keep(const SpoolFolder& folder, std::filesystem::path relative,
                                                 store::AcceptedFile file) {
  while (true) {
    auto target = folder.name_in(SpoolFolder::Place::accepted, relative, clock_.now());
    std::string error;
    if (target) {
      file.name = std::move(*target);
      const auto noted = co_await store_.note_file(file);
      if (!noted) {
        notify(relative.string(), false, fmt::format("can't be moved yet: {}", noted.error().what));
        co_return Taken::store_refused;
      }
      const auto moved = folder.move_to(relative, SpoolFolder::Place::accepted, file.name);
      if (moved && *moved) co_return Taken::moved;
      const auto forgotten = co_await store_.forget_file(file);
      if (!forgotten) co_return Taken::store_refused;
      if (moved) continue;
      error = moved.error();
    } else {
      error = target.error();
    }
    notify(relative.string(), false, std::move(error));
    co_return Taken::stays;
  }
}

Spool::Taken Spool::reject(const SpoolFolder& folder, const std::string& name, const std::vector<Fault>& faults) {
  const auto moved = folder.reject(name, lines(faults), clock_.now());
  if (moved) {
    notify(name, false, first_and_count(faults));
    return Taken::moved;
  }
  notify(name, false, fmt::format("{}; {}", first_and_count(faults), moved.error()));
  return Taken::stays;
}

void Spool::reject_list(const SpoolFolder& folder, const std::filesystem::path& named) {
  // A list that is named like a job may be one: it has a turn of its own.
  if (!lies_here(folder, named) || SpoolFolder::is_job(named)) return;
  const auto moved = folder.move(named, SpoolFolder::Place::rejected, clock_.now());
  if (!moved) notify(named.string(), false, moved.error());
}

void Spool::tidy() {
  const std::int64_t now = real_now();
  if (tidied_at_ && now - *tidied_at_ < tidying.count()) return;
  tidied_at_ = now;
  const auto folder = SpoolFolder::open(directory_);
  if (!folder) return;  // take_all() says so
  const auto removed = folder->remove_rejected(now - keeping_rejected.count());
  if (!removed) notify("", false, removed.error());
}

void Spool::notify(const std::string& name, bool accepted, std::string what) {
  const std::string told = without_addresses(name, name);
  notify_({.file = directory_ / told, .accepted = accepted, .what = without_addresses(std::move(what), name)});
}

}  // namespace lethe::intake
