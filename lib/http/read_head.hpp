// The head of a message, within its limit.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>

namespace lethe::http {

/// As beast::http::async_read_header(), which holds each go at parsing to the limit, so that a head that is read in two
/// goes passes with up to twice as much.
template <class Stream, class Parser>
boost::asio::awaitable<boost::system::error_code> read_head(Stream& stream, boost::beast::flat_buffer& buffer,
                                                            Parser& parser, std::size_t most_bytes) {
  namespace beast = boost::beast;
  parser.header_limit(static_cast<std::uint32_t>(most_bytes));
  parser.eager(false);
  std::size_t bytes = 0;
  while (!parser.is_header_done()) {
    auto [ec, parsed] = co_await beast::http::async_read_some(stream, buffer, parser,
                                                              boost::asio::as_tuple(boost::asio::use_awaitable));
    if (ec) co_return ec;
    bytes += parsed;
    if (bytes > most_bytes) co_return make_error_code(beast::http::error::header_limit);
  }
  co_return boost::system::error_code{};
}

}  // namespace lethe::http
