// The head of a message, within its limit.
#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>

namespace lethe::http {

/// As beast::http::async_read_header(), which holds each of its own goes at parsing to the limit, but not their sum: a
/// head that comes in small pieces passes it by far. `buffer` has room for more than `most_bytes`.
template <class Stream, class Parser>
boost::asio::awaitable<boost::system::error_code> read_head(Stream& stream, boost::beast::flat_buffer& buffer,
                                                            Parser& parser, std::size_t most_bytes) {
  namespace asio = boost::asio;
  namespace beast = boost::beast;
  constexpr std::size_t piece = 4096;
  parser.header_limit(static_cast<std::uint32_t>(most_bytes));
  parser.eager(false);
  std::size_t parsed = 0;
  while (true) {
    boost::system::error_code ec;
    if (buffer.size() > 0) {
      const std::size_t taken = parser.put(buffer.data(), ec);
      buffer.consume(taken);
      parsed += taken;
      if (ec && ec != beast::http::error::need_more) co_return ec;
      const std::size_t head = parser.is_header_done() ? parsed : parsed + buffer.size();
      if (head > most_bytes) co_return make_error_code(beast::http::error::header_limit);
      if (parser.is_header_done()) co_return boost::system::error_code{};
    }
    const std::size_t room = std::min(piece, buffer.max_size() - buffer.size());
    if (room == 0) co_return make_error_code(beast::http::error::buffer_overflow);
    auto [read_ec, bytes] = co_await stream.async_read_some(buffer.prepare(room), asio::as_tuple(asio::use_awaitable));
    buffer.commit(bytes);
    if (read_ec == asio::error::eof) {
      co_return make_error_code(parser.got_some() ? beast::http::error::partial_message
                                                  : beast::http::error::end_of_stream);
    }
    if (read_ec) co_return read_ec;
  }
}

}  // namespace lethe::http
