#include "cloud/json_tree.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/parse_options.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "core/ascii.hpp"

namespace lethe::cloud::json {

namespace {

using boost::json::error;
using boost::json::error_code;
using Piece = boost::json::string_view;

/// What the parser calls with each value; puts them together to a tree.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  Node take() { return std::move(root_); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& ec) { return open(Node{Node::Object{}}, ec); }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code& ec) { return open(Node{Node::Array{}}, ec); }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(Piece piece, std::size_t, error_code&) { return gather(piece); }
  bool on_key(Piece piece, std::size_t, error_code&) {
    gather(piece);
    key_ = std::exchange(gathered_, {});
    return true;
  }
  bool on_string_part(Piece piece, std::size_t, error_code&) { return gather(piece); }
  bool on_string(Piece piece, std::size_t, error_code& ec) {
    gather(piece);
    return add(Node{std::exchange(gathered_, {})}, ec) != nullptr;
  }
  bool on_number_part(Piece, error_code&) { return true; }
  bool on_int64(std::int64_t number, Piece, error_code& ec) { return add(Node{number}, ec) != nullptr; }
  /// Called only for what is beyond the signed range: as a double it is no integer to the readers.
  bool on_uint64(std::uint64_t number, Piece, error_code& ec) {
    return add(Node{static_cast<double>(number)}, ec) != nullptr;
  }
  bool on_double(double number, Piece, error_code& ec) { return add(Node{number}, ec) != nullptr; }
  bool on_bool(bool truth, error_code& ec) { return add(Node{truth}, ec) != nullptr; }
  bool on_null(error_code& ec) { return add(Node{nullptr}, ec) != nullptr; }
  bool on_comment_part(Piece, error_code&) { return true; }
  bool on_comment(Piece, error_code&) { return true; }

 private:
  bool gather(Piece piece) {
    gathered_.append(piece.data(), piece.size());
    return true;
  }

  Node* add(Node node, error_code& ec) {
    if (++values_ > most_values) {
      ec = error::array_too_large;
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return &root_;
    }
    if (auto* array = std::get_if<Node::Array>(&open_.back()->value)) return &array->emplace_back(std::move(node));
    auto& object = std::get<Node::Object>(open_.back()->value);
    return &object.emplace_back(Member{std::exchange(key_, {}), std::move(node)}).node;
  }

  bool open(Node node, error_code& ec) {
    Node* added = add(std::move(node), ec);
    if (added == nullptr) return false;
    open_.push_back(added);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Node root_;
  std::vector<Node*> open_;  ///< a parent gets no new member while a child of it is open, so these stay in place
  std::string key_;
  std::string gathered_;
  std::size_t values_ = 0;
};

std::optional<std::int64_t> integer_of_text(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> integer_of_double(double number) {
  constexpr double most_exact = 9007199254740992.0;  // 2^53: beyond it a double skips integers
  if (!std::isfinite(number) || std::trunc(number) != number || std::abs(number) > most_exact) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<std::string> as_text(const Node& node) {
  if (const auto* text = node.text()) return *text;
  return std::nullopt;
}

bool is_empty(const Node& node) {
  return node.is_null() || (node.text() != nullptr && node.text()->empty());
}

std::unexpected<std::string> fault(std::string_view name, std::string_view what) {
  return std::unexpected(std::string{name} + ": " + std::string{what});
}

template <typename T, typename Convert>
Field<T> read(const Node& node, std::string_view name, std::string_view type, Convert convert) {
  const auto* object = node.object();
  if (object == nullptr) return std::nullopt;
  std::optional<T> found;
  bool first = true;
  for (const auto& member : *object) {
    if (!same_name(member.name, name)) continue;
    const auto value = is_empty(member.node) ? std::optional<T>{} : convert(member.node);
    if (!value && !is_empty(member.node)) return fault(name, type);
    if (!first && value != found) return fault(name, "is there twice and says two things");
    found = value;
    first = false;
  }
  return found;
}

bool same(const Node& one, const Node& other);

struct Same {
  template <typename T>
  bool operator()(const T& one, const T& other) const {
    return one == other;
  }
  bool operator()(const Node::Array& one, const Node::Array& other) const {
    return std::ranges::equal(one, other, same);
  }
  bool operator()(const Node::Object& one, const Node::Object& other) const {
    return std::ranges::equal(
        one, other, [](const Member& a, const Member& b) { return a.name == b.name && same(a.node, b.node); });
  }
  template <typename T, typename U>
  bool operator()(const T&, const U&) const {
    return false;
  }
};

bool same(const Node& one, const Node& other) {
  return std::visit(Same{}, one.value, other.value);
}

}  // namespace

std::expected<Node, std::string> parse(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  boost::json::parse_options options;
  options.max_depth = most_depth;
  boost::json::basic_parser<Builder> parser(options);
  error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (ec || used != text.size()) return std::unexpected("the answer is no JSON");
  return parser.handler().take();
}

bool same_name(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](char a, char b) { return core::lower(a) == core::lower(b); });
}

const Node* find(const Node& node, std::string_view name) {
  const auto* object = node.object();
  if (object == nullptr) return nullptr;
  const auto exact = std::ranges::find(*object, name, &Member::name);
  if (exact != object->end()) return &exact->node;
  const auto alike = std::ranges::find_if(*object, [&](const Member& member) { return same_name(member.name, name); });
  return alike == object->end() ? nullptr : &alike->node;
}

std::vector<const Node*> find_all(const Node& node, std::string_view name) {
  std::vector<const Node*> found;
  const auto* object = node.object();
  if (object == nullptr) return found;
  for (const auto& member : *object) {
    if (same_name(member.name, name)) found.push_back(&member.node);
  }
  return found;
}

std::optional<bool> as_boolean(const Node& node) {
  if (const auto* truth = std::get_if<bool>(&node.value)) return *truth;
  if (const auto* text = node.text()) {
    if (same_name(*text, "true")) return true;
    if (same_name(*text, "false")) return false;
  }
  return std::nullopt;
}

std::optional<std::int64_t> as_integer(const Node& node) {
  if (const auto* number = std::get_if<std::int64_t>(&node.value)) return *number;
  if (const auto* number = std::get_if<double>(&node.value)) return integer_of_double(*number);
  if (const auto* text = node.text()) return integer_of_text(*text);
  return std::nullopt;
}

Field<std::int64_t> integer(const Node& object, std::string_view name) {
  return read<std::int64_t>(object, name, "is no integer", as_integer);
}

Field<bool> boolean(const Node& object, std::string_view name) {
  return read<bool>(object, name, "is neither true nor false", as_boolean);
}

Field<std::string> text(const Node& object, std::string_view name) {
  return read<std::string>(object, name, "is no text", as_text);
}

Field<const Node*> child(const Node& node, std::string_view name) {
  const auto* object = node.object();
  if (object == nullptr) return std::nullopt;
  const Node* found = nullptr;
  for (const auto& member : *object) {
    if (!same_name(member.name, name)) continue;
    if (found != nullptr && !same(*found, member.node)) return fault(name, "is there twice and says two things");
    found = &member.node;
  }
  if (found == nullptr || found->is_null()) return std::nullopt;
  return found;
}

}  // namespace lethe::cloud::json
