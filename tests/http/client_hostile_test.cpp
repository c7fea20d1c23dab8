// Answers that no honest server gives: too much, encoded, lying about themselves, leading elsewhere.
#include "http/client_fixture.hpp"
#include "http/names.hpp"

namespace lethe::http::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t megabyte = 1024 * 1024;

Script answering(std::string text) {
  return [text](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send(text);
    peer.close();
  };
}

/// Sends `head`, then up to 100 MB of `part`s; `sent` are the bytes that found a taker.
Script flooding(std::string head, std::string part, std::size_t& sent) {
  return [head, part, &sent](Peer& peer) -> asio::awaitable<void> {
    co_await peer.read_request();
    co_await peer.send(head);
    while (sent < 100 * megabyte) {
      const bool taken = co_await peer.send(part);
      if (!taken) break;
      sent += part.size();
    }
    peer.close();
  };
}

// ---- encoded bodies

class EncodedAnswerTest : public ClientTest, public testing::WithParamInterface<const char*> {};

TEST_P(EncodedAnswerTest, of_success_is_unreadable) {
  const Rogue rogue(io, answering(answer("\x1f\x8bsecret", GetParam())));
  expect_failure(post(rogue.url(), "secret"), Kind::protocol, true,
                 "the body is encoded, though that wasn't asked for");
}

TEST_P(EncodedAnswerTest, of_a_refusal_says_its_status_alone) {
  std::string text = answer("\x1f\x8bsecret", GetParam());
  text.replace(text.find("200 OK"), 6, "429 x\r\nRetry-After: 7");
  const Rogue rogue(io, answering(text));
  const auto outcome = post(rogue.url(), "x");
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->status, 429);
  EXPECT_EQ(header(outcome->headers, "Retry-After"), "7");
  EXPECT_EQ(outcome->body, "");
}

INSTANTIATE_TEST_SUITE_P(Encodings, EncodedAnswerTest,
                         testing::Values("Content-Encoding: gzip\r\n", "content-encoding: BR\r\n",
                                         "Content-Encoding: identity, gzip\r\n",
                                         "Content-Encoding: identity\r\nContent-Encoding: deflate\r\n",
                                         "Content-Encoding: nonsense\r\n", "Content-Encoding: \r\n"));

TEST_F(ClientTest, identity_is_no_encoding) {
  const Rogue rogue(io, answering(answer("x", "Content-Encoding: Identity\r\n")));
  EXPECT_EQ(get(rogue.url()).value().body, "x");
}

TEST_F(ClientTest, transfer_that_is_compressed_is_not_taken_for_a_body) {
  const Rogue rogue(io,
                    answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n\x1f\x8b\r\n0\r\n\r\n"));
  const auto outcome = get(rogue.url());
  expect_failure(outcome, Kind::protocol, true, "encoded");
}

TEST_F(ClientTest, trailer_is_no_header) {
  const Rogue rogue(io, answering("HTTP/1.1 429 x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
                                  "Retry-After: 9\r\nContent-Encoding: gzip\r\n\r\n"));
  const auto outcome = get(rogue.url());
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(header(outcome->headers, "Retry-After"), std::nullopt);
  EXPECT_EQ(outcome->body, "x");
}

// ---- floods

TEST_F(ClientTest, announced_flood_is_refused_at_its_head) {
  std::size_t sent = 0;
  const auto head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(100 * megabyte) + "\r\n\r\n";
  const Rogue rogue(io, flooding(head, std::string(megabyte / 4, 'x'), sent));
  expect_failure(post(rogue.url(), "secret"), Kind::protocol, true, "body limit");
  EXPECT_LT(sent, 20 * megabyte) << "no more than the kernel holds for both sides";
}

TEST_F(ClientTest, flood_without_a_length_is_cut_off_at_the_limit) {
  std::size_t sent = 0;
  const Rogue rogue(io, flooding("HTTP/1.1 200 OK\r\n\r\n", std::string(megabyte / 4, 'x'), sent));
  expect_failure(post(rogue.url(), "secret"), Kind::protocol, true, "body limit");
  EXPECT_GE(sent, settings.most_body_bytes / 2);
  EXPECT_LT(sent, settings.most_body_bytes + 20 * megabyte);
}

TEST_F(ClientTest, flood_of_small_chunks_is_cut_off_at_the_limit) {
  std::size_t sent = 0;
  std::string chunks;
  while (chunks.size() < megabyte) chunks += "1;" + std::string(50, 'e') + "\r\nx\r\n";
  settings.most_body_bytes = 100'000;
  const Rogue rogue(io, flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunks, sent));
  expect_failure(post(rogue.url(), "secret"), Kind::protocol, true, "body limit");
  EXPECT_LT(sent, 40 * megabyte);
}

TEST_F(ClientTest, chunk_extension_without_end_is_cut_off) {
  std::size_t sent = 0;
  const Rogue rogue(
      io, flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;e=", std::string(megabyte, 'e'), sent));
  const auto outcome = post(rogue.url(), "secret");
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().request_sent);
  EXPECT_LT(sent, 20 * megabyte);
}

TEST_F(ClientTest, trailer_without_end_is_cut_off) {
  std::size_t sent = 0;
  std::string fields;
  while (fields.size() < megabyte) fields += "X-A: bcdef\r\n";
  const Rogue rogue(io, flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", fields, sent));
  const auto outcome = post(rogue.url(), "secret");
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().request_sent);
  EXPECT_LT(sent, 20 * megabyte);
}

TEST_F(ClientTest, head_that_is_read_in_two_goes_is_held_to_the_limit) {
  settings.most_header_bytes = 1024;
  std::string head = "HTTP/1.1 200 OK\r\n";
  while (head.size() < 1400) head += "X-A: bcdef\r\n";
  const Rogue rogue(io, answering(head + "Content-Length: 0\r\n\r\n"));
  expect_failure(post(rogue.url(), "secret"), Kind::protocol, true, "header limit");
}

TEST_F(ClientTest, flood_of_headers_is_cut_off_at_the_limit) {
  struct Flood {
    std::string head, part;
  };
  const std::string status = "HTTP/1.1 200 OK\r\n";
  // Of the third, what is read ends within a line each time.
  for (const Flood& flood : {Flood{status, "X-A: bcdef\r\n"}, {status, "X"}, {status + "a:\r", "\na:\r"}}) {
    std::size_t sent = 0;
    std::string part;
    while (part.size() < megabyte) part += flood.part;
    const Rogue rogue(io, flooding(flood.head, part, sent));
    expect_failure(post(rogue.url(), "secret"), Kind::protocol, true, "header limit");
    EXPECT_LT(sent, 20 * megabyte);
  }
}

TEST_F(ClientTest, flood_of_interim_answers_is_cut_off) {
  std::size_t sent = 0;
  std::string part;
  while (part.size() < megabyte) part += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const Rogue rogue(io, flooding("", part, sent));
  expect_failure(post(rogue.url(), "secret"), Kind::protocol, true, "interim answers only");
  EXPECT_LT(sent, 20 * megabyte);
}

TEST_F(ClientTest, sixteen_interim_answers_are_passed_over) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const Rogue rogue(io, answering(text + answer("final")));
  EXPECT_EQ(post(rogue.url(), "x").value().body, "final");
}

TEST_F(ClientTest, interim_answer_with_a_body_is_no_http) {
  const Rogue rogue(io, answering("HTTP/1.1 103 Early Hints\r\nContent-Length: 6\r\n\r\nsecret" + answer("final")));
  expect_failure(post(rogue.url(), "secret"), Kind::protocol, true, "version");
}

// ---- lengths that lie

struct Lie {
  const char* name;
  const char* head;
};

class LyingAnswerTest : public ClientTest, public testing::WithParamInterface<Lie> {};

TEST_P(LyingAnswerTest, is_a_failure_after_the_request_was_sent) {
  const Rogue rogue(io, answering(std::string("HTTP/1.1 200 OK\r\n") + GetParam().head));
  const auto outcome = post(rogue.url(), "secret");
  ASSERT_FALSE(outcome) << outcome->body;
  EXPECT_TRUE(outcome.error().request_sent);
  EXPECT_TRUE(outcome.error().kind == Kind::protocol || outcome.error().kind == Kind::broken) << outcome.error().what;
}

INSTANTIATE_TEST_SUITE_P(
    Lies, LyingAnswerTest,
    testing::Values(
        Lie{"length_and_chunks", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"},
        Lie{"chunks_and_length", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1\r\nx\r\n0\r\n\r\n"},
        Lie{"lengths_in_a_list", "Content-Length: 1, 2\r\n\r\nxy"},
        Lie{"length_with_sign", "Content-Length: +1\r\n\r\nx"},
        Lie{"length_in_hexadecimal", "Content-Length: 0x1\r\n\r\nx"}, Lie{"length_empty", "Content-Length: \r\n\r\nx"},
        Lie{"length_too_long", "Content-Length: 3\r\n\r\nxy"}, Lie{"length_too_short", "Content-Length: 1\r\n\r\nxy"},
        Lie{"chunk_too_long", "Transfer-Encoding: chunked\r\n\r\n3\r\nx\r\n0\r\n\r\n"},
        Lie{"chunk_too_short", "Transfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n"},
        Lie{"chunk_of_sixteen_digits", "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"},
        Lie{"chunk_of_seventeen_digits", "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\nx\r\n0\r\n\r\n"},
        Lie{"chunk_negative", "Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n"},
        Lie{"chunk_size_missing", "Transfer-Encoding: chunked\r\n\r\n\r\nx\r\n0\r\n\r\n"},
        Lie{"name_with_space", "Content-Length : 1\r\n\r\nx"}, Lie{"name_missing", ": x\r\n\r\n"},
        Lie{"nul_in_a_name", "X\x01: y\r\n\r\n"}, Lie{"return_in_a_value", "X: a\rb\r\nContent-Length: 0\r\n\r\n"}),
    [](const auto& tested) { return std::string(tested.param.name); });

// ---- elsewhere

TEST_F(ClientTest, token_is_taken_to_no_other_host) {
  const Rogue other(io, answering(answer("stolen")));
  for (const char* status : {"301 x", "302 x", "303 x", "307 x", "308 x", "300 x", "201 x"}) {
    const Rogue rogue(io, answering("HTTP/1.1 " + std::string(status) + "\r\nLocation: " + other.url() +
                                    "/\r\nRefresh: 0; url=" + other.url() + "\r\nContent-Length: 0\r\n\r\n"));
    for (const char* method : {"GET", "POST"}) {
      const auto outcome = exchange({.method = method, .url = rogue.url(), .headers = {{"Authorization", "Bearer x"}}});
      ASSERT_TRUE(outcome) << outcome.error().what;
      EXPECT_EQ(outcome->status, std::stoi(status));
    }
    EXPECT_EQ(rogue.record().requests.size(), 2u);
  }
  EXPECT_EQ(other.record().connections, 0);
}

TEST_F(ClientTest, address_that_would_write_a_request_of_its_own_is_refused) {
  const Rogue rogue(io, answering(answer("x")));
  for (const char* path :
       {"/a\r\nX: secret", "/a b", "/a\nX: secret", "/a\tb", "/\x01", "/a HTTP/1.0", "/\xc3\xa9", "/\x7f"}) {
    expect_failure(get(rogue.url() + path), Kind::refused_url, false, "URL");
  }
  EXPECT_EQ(rogue.record().connections, 0);
}

TEST_F(ClientTest, escaped_line_ends_stay_escaped) {
  const Rogue rogue(io, answering(answer("x")));
  EXPECT_TRUE(get(rogue.url() + "/a%0d%0aX:%20y?b=%00"));
  EXPECT_THAT(rogue.record().requests.at(0), testing::StartsWith("GET /a%0d%0aX:%20y?b=%00 HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace lethe::http::test
