// Which contacts of a list came before in it, found by reading the list several times: memory stays bounded however
// long it is, and nothing of it is written anywhere.
//
// A short list is read once: its hashes fit into a table. In a long one a reading sieves out the few hashes that may
// come again, and whoever reads the list next compares these alone. Where too many come again for that, each further
// reading looks at one part of all hashes.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "intake/contact_hash.hpp"
#include "intake/contact_list.hpp"
#include "intake/hash_sieve.hpp"
#include "intake/job_file.hpp"
#include "intake/list_file.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

/// The few contacts that may come again; whether they do shows when the list is read once more.
class Candidates {
 public:
  Candidates(const HashKey& key, HashTable table);
  /// To be asked of every contact, in their order.
  bool came_before(std::string_view contact);

 private:
  HashKey key_;
  HashTable table_;
  std::vector<bool> met_;  ///< of each place in the table
};

/// The finding: a mark for each place of the list, counted from 0, or what is left to be compared.
struct Repeats {
  std::vector<bool> again;               ///< this contact came before; may end early where no further one does
  std::optional<Candidates> candidates;  ///< instead of marks
  std::int64_t contacts = 0;             ///< in the list, the repeated ones too
  std::int64_t bytes = 0;                ///< of all of them
  ListStamp list;                        ///< of the file that it holds for

  /// To be asked of every contact of the list, in their order, once.
  bool came_before(std::int64_t place, std::string_view contact);
  /// How many different ones there are; without candidates exactly so many.
  std::int64_t distinct_at_most() const;
};

/// How much memory a search may take; smaller in tests.
struct RepeatLimits {
  std::size_t hashes = 1'500'000;    ///< in a table
  std::size_t candidates = 390'000;  ///< in a table beside the sieve
};

class RepeatSearch {
 public:
  /// The request outlives the search. `beneath` as in open_contacts().
  RepeatSearch(const JobRequest& request, std::optional<std::filesystem::path> beneath, const HashKey& key,
               RepeatLimits limits = {});

  /// Reads some thousands of contacts, checking each; true: the end.
  std::expected<bool, support::Fault> step();
  /// Read in all readings together, for who watches.
  std::int64_t contacts_read() const { return read_; }
  /// At the end, once.
  Repeats take() { return std::move(found_); }

 private:
  enum class Reading : std::uint8_t { whole, sieve, part };

  std::expected<void, support::Fault> open();
  void look_at(std::string_view contact);
  void sieve(const Hash128& hash);
  void sieve_gathered();
  void insert(const Hash128& hash);
  void mark();
  bool end_reading();
  bool after_sieve();
  bool after_part();

  const JobRequest& request_;
  std::optional<std::filesystem::path> beneath_;
  HashKey key_;
  RepeatLimits limits_;
  Reading reading_ = Reading::whole;
  std::unique_ptr<ContactReader> reader_;
  std::optional<HashSieve> sieve_;
  std::vector<Hash128> gathered_;  ///< for the sieve, which their order is all the same to
  std::optional<HashTable> table_;
  bool too_many_ = false;  ///< for the table
  std::uint64_t parts_ = 1;
  std::uint64_t part_ = 0;
  std::int64_t place_ = 0;
  std::int64_t read_ = 0;
  bool first_reading_ = true;
  Repeats found_;
};

/// The fault of a list that is another one than before.
support::Fault changed_list(const JobRequest& request);

}  // namespace lethe::intake
