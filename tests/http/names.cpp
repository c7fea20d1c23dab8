#include "http/names.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>

namespace {

std::atomic<int> asked = 0;
std::atomic<int> answered = 0;

using Resolve = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

int resolve_address(const char* address, const char* service, const addrinfo* hints, addrinfo** result) {
  static const auto real = reinterpret_cast<Resolve>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  addrinfo plain = *hints;
  plain.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  return real(address, service, &plain, result);
}

int resolve_two(const char* service, const addrinfo* hints, addrinfo** result) {
  if (const int failed = resolve_address("127.0.0.2", service, hints, result); failed != 0) {
    return failed;
  }
  addrinfo* last = *result;
  while (last->ai_next != nullptr) {
    last = last->ai_next;
  }
  return resolve_address("127.0.0.1", service, hints, &last->ai_next);
}

}  // namespace

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  ++asked;
  const std::string_view name = node;
  if (name == "slow.test") {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
  }
  int failed = EAI_NONAME;
  if (name == "rogue.test" || name == "a.rogue.test" || name == "slow.test") {
    failed = resolve_address("127.0.0.1", service, hints, result);
  } else if (name == "two.test") {
    failed = resolve_two(service, hints, result);
  }
  ++answered;
  return failed;
}

namespace lethe::http::test {

int names_asked() {
  return asked;
}

int names_answered() {
  return answered;
}

}  // namespace lethe::http::test
