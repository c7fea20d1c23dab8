// The test's own name service: getaddrinfo is replaced in this program, so that no test asks the network.
//   rogue.test, a.rogue.test 127.0.0.1 · two.test 127.0.0.2, then 127.0.0.1 · slow.test 127.0.0.1 after 700 ms ·
//   anything else unknown
#pragma once

namespace lethe::http::test {

/// How many names were asked for since the program began.
int names_asked();
/// How many of them were answered.
int names_answered();

}  // namespace lethe::http::test
