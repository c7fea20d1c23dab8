// Which contacts of which jobs leave in one operation, by count and by bytes of the body as it is really encoded; and
// what a refusal does to the jobs that left together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/job.hpp"
#include "core/operation.hpp"

namespace lethe::core {

inline constexpr std::int64_t most_contacts_per_operation = 1'000'000;  ///< documented
inline constexpr std::size_t most_bytes_per_request = 4'000'000;        ///< documented as 4 MB

/// Bytes that a contact takes in the body's `values`: a JSON string with quotes and escapes, or an integer as it is.
std::size_t encoded_size(Selector selector, std::string_view contact);

/// Counts contacts into one request until a limit would be passed. `envelope`: the bytes of the body around the values.
class Batch {
 public:
  Batch(Selector selector, std::int64_t most_contacts, std::size_t envelope);
  /// False: this contact doesn't fit any more, and was not counted. A first contact always fits.
  bool add(std::string_view contact);
  std::int64_t contacts() const { return contacts_; }
  std::size_t bytes() const { return bytes_; }

 private:
  Selector selector_;
  std::int64_t most_contacts_;
  std::int64_t contacts_ = 0;
  std::size_t bytes_;
};

/// May they leave in one operation? Lists leave alone.
bool may_share(const Job& one, const Job& other);

/// How many jobs share an operation at most: forming moves a row or two of each within one transaction, which may hold
/// the store's write lock for 100 ms.
inline constexpr std::size_t most_jobs_per_operation = 1'000;

/// Contacts [first, first + count) of a job, in its order.
struct Portion {
  JobNumber job;
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// Gathers the contacts of one job after the other into one request. A contact that two jobs bring is sent once and
/// counts for both.
class Gathering {
 public:
  Gathering(Selector selector, std::int64_t most_contacts, std::size_t envelope);
  /// What add() gives from here on are the contacts of this job from `first` on.
  void begin(JobNumber job, std::int64_t first);
  /// False: this contact doesn't fit any more. One that another job brought takes no room, so it always fits.
  bool add(std::string_view contact);
  /// Of each job that brought something, in the order of begin().
  std::vector<Portion> portions() const;
  /// What is to be sent, each once; nothing is left here.
  std::vector<std::string> take_contacts();

 private:
  Batch batch_;
  std::vector<Portion> portions_;
  std::deque<std::string> contacts_;            ///< stay where they are while others arrive
  std::unordered_set<std::string_view> known_;  ///< views into them; filled from the second job on, since a job holds
                                                ///< none twice
};

/// What becomes of an operation that the cloud refused.
enum class AfterRefusal : std::uint8_t {
  reject,  ///< the job stands alone: it was meant
  halve,   ///< one of several jobs was meant: each half is tried by itself
  pause,   ///< the one before was refused too, for other jobs: perhaps nothing is wrong with any of them
};
/// `jobs` that the operation carries; `unrelated`: no operation was accepted since the last refusal, and that one was
/// about none of them.
AfterRefusal after_refusal(std::int64_t jobs, bool unrelated);

/// Of so many jobs, how many go into the first half.
std::int64_t first_half(std::int64_t jobs);

/// Counts contacts into as many requests as they need.
class Packing {
 public:
  /// `empty`: a request without contacts.
  explicit Packing(const Batch& empty) : empty_(empty), batch_(empty) {}
  void add(std::string_view contact);
  std::int64_t operations() const { return full_ + (batch_.contacts() > 0 ? 1 : 0); }
  /// Of all bodies together.
  std::int64_t bytes() const;

 private:
  Batch empty_;
  Batch batch_;
  std::int64_t full_ = 0;
  std::int64_t full_bytes_ = 0;
};

}  // namespace lethe::core
