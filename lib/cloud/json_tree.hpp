// A JSON text as a tree that keeps what a lookup table would hide: a name that occurs twice. The field readers are
// tolerant (names in any case, numbers and booleans as strings), and name the field where they can't be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lethe::cloud::json {

inline constexpr std::size_t most_depth = 64;
inline constexpr std::size_t most_values = 1'000'000;  ///< bounds the memory that a body can claim

struct Member;

struct Node {
  using Array = std::vector<Node>;
  using Object = std::vector<Member>;
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value;

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const Object* object() const { return std::get_if<Object>(&value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }
};

struct Member {
  std::string name;
  Node node;
};

/// The error is one line without anything of the text in it.
std::expected<Node, std::string> parse(std::string_view text);

bool same_name(std::string_view one, std::string_view other);

/// The member of that name: the first spelt exactly so, else the first without regard to case. Null: none, or the node
/// is no object.
const Node* find(const Node& node, std::string_view name);

/// All members of that name, without regard to case.
std::vector<const Node*> find_all(const Node& node, std::string_view name);

/// A field that decides something. Absent, null or an empty string: no value. An error names the field: it holds
/// something else than its type, or it is there twice and says two things.
template <typename T>
using Field = std::expected<std::optional<T>, std::string>;
Field<std::int64_t> integer(const Node& object, std::string_view name);
Field<bool> boolean(const Node& object, std::string_view name);
Field<std::string> text(const Node& object, std::string_view name);
/// An object or an array behind a name; no value where it is absent or null. Whether it is one, the caller sees.
Field<const Node*> child(const Node& object, std::string_view name);

/// An integer however it is written: 2038, "2038" or 2038.0.
std::optional<std::int64_t> as_integer(const Node& node);
/// true or "True".
std::optional<bool> as_boolean(const Node& node);

}  // namespace lethe::cloud::json
