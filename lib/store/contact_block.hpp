// Contacts one behind the other in one piece of memory, as a load takes them: a long list costs no object for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lethe::store {

class ContactBlock {
 public:
  ContactBlock() = default;
  /// Also where a caller has them one by one.
  ContactBlock(const std::vector<std::string>& contacts) {
    for (const std::string& contact : contacts) add(contact);
  }

  void add(std::string_view contact) {
    bytes_.append(contact);
    ends_.push_back(bytes_.size());
  }
  bool empty() const { return ends_.empty(); }
  std::size_t count() const { return ends_.size(); }
  std::size_t bytes() const { return bytes_.size(); }
  std::string_view at(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(bytes_).substr(begin, ends_[index] - begin);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace lethe::store
