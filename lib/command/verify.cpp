#include "command/verify.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace lethe::command {

namespace {

constexpr std::size_t most_breaks = 100;

}  // namespace

Outcome<Verification> verify(store::Store& store) {
  Verification verification;
  auto head = store.verify([&verification](const std::string& found) {
    if (verification.breaks.size() < most_breaks) verification.breaks.push_back(found);
    ++verification.breaks_total;
  });
  if (!head) return std::unexpected(failure(head.error()));
  verification.head = std::move(*head);
  return verification;
}

std::string verification_text(const Verification& verification) {
  const std::string head =
      fmt::format("{} transitions, the newest one's hash is {}\n", verification.head.seq, verification.head.hash);
  if (verification.breaks_total == 0) return "whole: " + head;
  std::string text;
  for (const std::string& found : verification.breaks) text += found + "\n";
  const std::size_t unnamed = verification.breaks_total - verification.breaks.size();
  if (unnamed > 0) text += fmt::format("and {} more\n", unnamed);
  return text + "NOT whole: " + head;
}

std::string verification_json(const Verification& verification) {
  boost::json::array breaks;
  for (const std::string& found : verification.breaks) breaks.emplace_back(found);
  const boost::json::object object{{"whole", verification.breaks_total == 0},
                                   {"transitions", verification.head.seq},
                                   {"hash", verification.head.hash},
                                   {"breaks_total", verification.breaks_total},
                                   {"breaks", std::move(breaks)}};
  return boost::json::serialize(object);
}

}  // namespace lethe::command
