#include <fmt/format.h>

#include "store/sqlite/chunks.hpp"
#include "store/sqlite/mutations.hpp"
#include "store/sqlite/rows.hpp"

namespace lethe::store::sqlite {

namespace {

Error no_load(Connection& db, LoadNumber load) {
  return db.error(Error::Kind::not_found,
                  fmt::format("the contacts of load {} are no longer here; submit the job again", load.value));
}

Result<void> insert_chunk(Unit& unit, LoadNumber load, std::int64_t first, const ChunkWriter& chunk) {
  Statement insert(unit.db, "INSERT INTO chunk (load, first, count, contacts) VALUES (?1, ?2, ?3, ?4)", load, first,
                   chunk.count(), Blob{chunk.bytes()});
  return insert.run();
}

}  // namespace

Result<LoadNumber> begin_load(Unit& unit) {
  Statement insert(unit.db, "INSERT INTO load (contacts, touched_at) VALUES (0, ?1)", unit.real_now);
  if (auto inserted = insert.run(); !inserted) return std::unexpected(inserted.error());
  return LoadNumber{unit.db.last_row()};
}

Result<void> append_contacts(Unit& unit, LoadNumber load, const ContactBlock& contacts) {
  Statement known(unit.db, "SELECT contacts FROM load WHERE number = ?1", load);
  const auto loaded = read_number(known);
  if (!loaded) return std::unexpected(loaded.error());
  if (!*loaded) return std::unexpected(no_load(unit.db, load));
  std::int64_t first = **loaded;
  ChunkWriter chunk;
  for (std::size_t i = 0; i < contacts.count(); ++i) {
    const std::string_view contact = contacts.at(i);
    if (chunk.add(contact)) continue;
    if (auto inserted = insert_chunk(unit, load, first, chunk); !inserted) return inserted;
    first += chunk.count();
    chunk.clear();
    chunk.add(contact);
  }
  if (chunk.count() > 0) {
    if (auto inserted = insert_chunk(unit, load, first, chunk); !inserted) return inserted;
    first += chunk.count();
  }
  Statement touch(unit.db, "UPDATE load SET contacts = ?2, touched_at = ?3 WHERE number = ?1", load, first,
                  unit.real_now);
  return touch.run();
}

Result<bool> erase_piece(Unit& unit, LoadNumber load) {
  // Without its row in load the contacts are an accepted job's, which only the job's end erases.
  Statement open(unit.db, "SELECT number FROM load WHERE number = ?1", load);
  const auto number = read_number(open);
  if (!number) return std::unexpected(number.error());
  if (!*number) return false;
  const auto more = empty_chunks(unit, load);
  if (!more || *more) return more;
  Statement forget(unit.db, "DELETE FROM load WHERE number = ?1", load);
  if (auto forgotten = forget.run(); !forgotten) return std::unexpected(forgotten.error());
  return false;
}

}  // namespace lethe::store::sqlite
