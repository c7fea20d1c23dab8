// Forms the bodies of all operations that the one job of a store will become, as the daemon forms them, decodes each
// and prints its contacts, one a line. What it found out goes to stderr: how many operations, and the largest body.
// Usage: bench_bodies STORE JOB MOST_CONTACTS

#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

#include "cloud/messages.hpp"
#include "core/batching.hpp"
#include "store/store.hpp"

namespace {

using namespace lethe;

struct Formed {
  cloud::Submission submission;
  std::string body;
};

Formed form(store::Store& store, const core::Job& job, std::int64_t cursor, std::int64_t most) {
  Formed formed{.submission = {job.action, job.selector, {}, {}}, .body = {}};
  core::Batch batch(job.selector, most, cloud::submission_envelope(job.action, job.selector));
  const auto read = store.contacts(job.number, cursor, job.contacts - cursor, [&](std::string_view contact) {
    if (!batch.add(contact)) return false;
    formed.submission.contacts.emplace_back(contact);
    return true;
  });
  if (!read) throw std::runtime_error(read.error().what);
  formed.body = cloud::submission_body(formed.submission);
  return formed;
}

void print_decoded(const std::string& body) {
  const auto json = boost::json::parse(body);
  for (const auto& value : json.as_object().at("values").as_array()) std::cout << value.as_string().c_str() << '\n';
}

int run(const std::string& path, const std::string& id, std::int64_t most) {
  store::OpenSettings opening;
  opening.path = path;
  const auto store = store::open_store(opening);
  if (!store) throw std::runtime_error(store.error().what);
  const auto job = (*store)->job(std::string_view(id));
  if (!job || !*job) throw std::runtime_error("there is no such job");
  std::size_t largest = 0;
  std::int64_t operations = 0;
  for (std::int64_t cursor = 0; cursor < (*job)->contacts; ++operations) {
    const Formed formed = form(**store, **job, cursor, most);
    largest = std::max(largest, formed.body.size());
    print_decoded(formed.body);
    cursor += static_cast<std::int64_t>(formed.submission.contacts.size());
  }
  std::cerr << operations << " " << largest << "\n";
  return largest < core::most_bytes_per_request ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int count, char** arguments) {
  std::ios::sync_with_stdio(false);
  try {
    if (count == 4) return run(arguments[1], arguments[2], std::stoll(arguments[3]));
    std::cerr << "usage: bench_bodies STORE JOB MOST_CONTACTS\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
  return EXIT_FAILURE;
}
