// The readers of the cloud's two lists, on any body. No exception; a page has no more rows than its text has room for,
// each with an operationID above zero; a fault is short and quotes nothing.
#include "cloud/messages_lists.hpp"
#include "fuzz/contract.hpp"

namespace {

using namespace lethe;
using fuzz::require;

void check(const std::expected<cloud::ListPage, std::string>& page, std::size_t size) {
  if (!page) return fuzz::require_plain_line(page.error());
  require(page->rows.size() <= size / 2, "a row takes room in the text");
  for (const auto& row : page->rows) {
    require(row.id.value > 0, "an operationID is above zero");
    require(row.contacts.value_or(1) > 0, "a count that is known is above zero");
    require(!row.created_by || !row.created_by->empty(), "a creator that is known has a name");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = fuzz::text_of(data, size);
  check(cloud::read_delete_requests(body), size);
  check(cloud::read_delete_operations(body), size);
  return 0;
}
